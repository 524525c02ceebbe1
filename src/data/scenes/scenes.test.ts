import { describe, expect, it } from "vitest";
import { CajalError } from "../../graph/error.ts";
import { Rng } from "../../graph/rng.ts";
import { generateScene, type Scene, type SceneObject, type SceneOptions, sceneConcepts, scenes } from "./scenes.ts";
import { COLOURS } from "./vocabulary.ts";

function draw(count: number, options?: SceneOptions, seed = 1): Scene[] {
  return [...scenes(new Rng(seed), count, options)];
}

/** FNV-1a over bytes. */
function hash(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return h;
}

describe("objects", () => {
  it("have the colour and the texture that they are named for", () => {
    const colourOf = (scene: Scene): [mean: number[], spread: number] => {
      const mask = scene.concepts.get(scene.objects[0].shape) ?? new Uint8Array();
      const pixels = [...mask.keys()].filter((i) => mask[i] === 1);
      const channel = (c: number) => pixels.map((i) => scene.picture.data[3 * i + c]).sort((a, b) => a - b);
      const channels = [0, 1, 2].map(channel);
      const at = (share: number) => channels.map((values) => values[Math.floor(share * (values.length - 1))]);
      return [at(0.5), Math.max(...at(0.85).map((high, c) => high - at(0.15)[c]))];
    };
    const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, c) => value - b[c]));
    const large: SceneOptions = { objects: [1, 1], scales: ["large"] };
    const typical = COLOURS.map((colour) => {
      const [scene] = draw(1, { ...large, colours: [colour], textures: ["plain"], shapes: ["square"] });
      return { colour, mean: colourOf(scene)[0] };
    });
    for (const scene of draw(200, { ...large, shapes: ["circle", "square", "triangle"] }, 7)) {
      const [mean, spread] = colourOf(scene);
      const { colour, texture } = scene.objects[0];
      if (texture === "plain") {
        const nearest = typical.reduce((a, b) => (distance(a.mean, mean) < distance(b.mean, mean) ? a : b));
        expect(nearest.colour).toBe(colour);
        expect(spread).toBeLessThan(10);
      } else expect(spread).toBeGreaterThan(35);
    }
  });
});

describe("generateScene", () => {
  it("draws the same scene from the same seed", () => {
    const first = generateScene(new Rng(11), { size: 48 });
    expect(generateScene(new Rng(11), { size: 48 })).toEqual(first);
    expect(hash(first.picture.data)).toBe(3845777153);
  });

  it("makes scenes that depend on the seed and their index alone", () => {
    const long = scenes(new Rng(8), 5);
    const hashes = [...long].map((scene) => hash(scene.picture.data));
    expect(new Set(hashes).size).toBe(5);
    expect([...long].map((scene) => hash(scene.picture.data))).toEqual(hashes);
    expect(draw(3, {}, 8).map((scene) => hash(scene.picture.data))).toEqual(hashes.slice(0, 3));
  });

  it("gives no scenes for a count of 0 and refuses a negative one or none at all", () => {
    expect(draw(0)).toEqual([]);
    for (const count of [-1, Number.NaN]) expect(() => scenes(new Rng(1), count)).toThrow(/count.*0 or more/);
  });

  it("draws every concept that the options promise, and no other", () => {
    const seen = new Set<string>();
    for (const scene of scenes(new Rng(9), 2000)) for (const concept of scene.concepts.keys()) seen.add(concept);
    expect([...seen].sort()).toEqual(Object.values(sceneConcepts()).flat().sort());
    expect(seen.size).toBe(6 + 8 + 4 + 2 + 4 + 4 + 5);
  });

  it("keeps to narrowed options", () => {
    const options: SceneOptions = {
      objects: [2, 3],
      shapes: ["ring", "bar"],
      colours: ["blue"],
      textures: ["plain"],
      scales: ["small"],
      backgrounds: ["sky"],
    };
    const seen = new Set(draw(200, options, 10).flatMap((scene) => [...scene.concepts.keys()]));
    expect([...seen].sort()).toEqual(Object.values(sceneConcepts(options)).flat().sort());
    expect(seen.has("alone") || seen.has("overlaps another")).toBe(false);
  });

  it("never draws an excluded pair, in whichever order it is asked for", () => {
    const held: [string, string][] = [
      ["red", "circle"],
      ["striped", "blue"],
      ["large", "ring"],
    ];
    const options: SceneOptions = { exclude: (a, b) => held.some(([x, y]) => a === x && b === y) };
    const objects = draw(600, options, 11).flatMap((scene) => scene.objects);
    const has = (object: SceneObject, name: string) =>
      [object.shape, object.colour, object.texture, object.scale].some((attribute) => attribute === name);
    for (const [a, b] of held) {
      expect(objects.some((object) => has(object, a) && has(object, b))).toBe(false);
      expect(objects.some((object) => has(object, a)) && objects.some((object) => has(object, b))).toBe(true);
    }
  });

  it.each([32, 256])("draws four objects at %d pixels", (size) => {
    for (const scene of draw(10, { size, objects: [4, 4] })) {
      expect(scene.objects).toHaveLength(4);
      expect(scene.picture.data).toHaveLength(3 * size * size);
    }
  });

  it.each<[string, SceneOptions, RegExp]>([
    ["size too small", { size: 16 }, /size.*16/],
    ["size not whole", { size: 64.5 }, /size.*64\.5/],
    ["no objects", { objects: [0, 2] }, /objects.*\[0, 2\]/],
    ["fewest above most", { objects: [3, 2] }, /objects.*\[3, 2\]/],
    ["too many objects", { objects: [1, 9] }, /objects.*\[1, 9\]/],
    ["no colours", { colours: [] }, /colours is empty/],
    ["unknown shape", { shapes: JSON.parse('["hexagon"]') }, /shapes has "hexagon"/],
    ["everything excluded", { exclude: () => true }, /exclude leaves no combination/],
  ])("refuses options with %s", (_, options, message) => {
    for (const call of [() => generateScene(new Rng(1), options), () => scenes(new Rng(1), 1, options)]) {
      expect(call).toThrow(CajalError);
      expect(call).toThrow(message);
    }
    try {
      sceneConcepts(options);
    } catch (error) {
      expect(error).toMatchObject({ code: "argument", advice: expect.stringMatching(/Choose|Exclude fewer/) });
    }
  });
});
