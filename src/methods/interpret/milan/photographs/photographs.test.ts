import { describe, expect, it } from "vitest";
import type { Picture } from "../../../../data/index.ts";
import type { ClassEncoder } from "./class-encoder.ts";
import { type Look, LooksOf, looks } from "./looks.ts";
import { PhotoCaptioner, photoWords } from "./photo-captioner.ts";
import { priors } from "./priors.ts";
import { classCount, things } from "./things.ts";

const side = 32;
type Rgb = readonly [number, number, number];

function pictureOf(colourAt: (x: number, y: number) => Rgb): Picture {
  const data = new Uint8Array(3 * side * side);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) data.set(colourAt(x, y), 3 * (y * side + x));
  return { width: side, height: side, data };
}

const all: Uint8Array = new Uint8Array(side * side).fill(1);
const maskOf = (lit: (x: number, y: number) => boolean) =>
  Uint8Array.from({ length: side * side }, (_, i) => (lit(i % side, Math.floor(i / side)) ? 1 : 0));

function sharesOf(picture: Picture, mask = all): Record<Look, number> {
  const shares = new Float64Array(looks.length);
  new LooksOf(picture).add(mask, shares);
  return Object.fromEntries(looks.map((look, i) => [look, shares[i]])) as Record<Look, number>;
}

describe("looks", () => {
  it.each<[Rgb, Look]>([
    [[10, 10, 10], "black areas"],
    [[250, 250, 250], "white areas"],
    [[128, 128, 128], "grey areas"],
    [[220, 30, 30], "red areas"],
    [[240, 140, 20], "orange areas"],
    [[240, 230, 40], "yellow areas"],
    [[40, 160, 50], "green areas"],
    [[40, 80, 220], "blue areas"],
    [[130, 40, 190], "purple areas"],
    [[250, 170, 190], "pink areas"],
    [[110, 70, 30], "brown areas"],
    [[225, 200, 165], "beige areas"],
  ])("%j makes %s, and smooth ones", (colour, look) => {
    const shares = sharesOf(pictureOf(() => colour));
    expect(shares[look]).toBe(1);
    expect(shares["smooth areas"]).toBe(1);
  });

  it.each<[Look, (x: number, y: number) => boolean, (x: number, y: number) => boolean]>([
    ["vertical edges", (x) => x < 16, (x) => Math.abs(x - 16) < 3],
    ["horizontal edges", (_, y) => y < 16, (_, y) => Math.abs(y - 16) < 3],
    ["edges rising to the right", (x, y) => x + y < side, (x, y) => Math.abs(x + y - side) < 3],
    ["edges falling to the right", (x, y) => x < y, (x, y) => Math.abs(x - y) < 3],
  ])("finds %s", (look, isLight, near) => {
    const picture = pictureOf((x, y) => (isLight(x, y) ? [200, 200, 200] : [50, 50, 50]));
    // Not at the rim, where a diagonal meets it.
    const shares = sharesOf(
      picture,
      maskOf((x, y) => near(x, y) && x > 4 && y > 4 && x < 27 && y < 27),
    );
    expect(shares[look]).toBeGreaterThan(0.8);
  });

  it("calls what has edges in all directions textured", () => {
    const checks = pictureOf((x, y) => (((x >> 1) + (y >> 1)) % 2 ? [220, 220, 220] : [30, 30, 30]));
    expect(sharesOf(checks)["textured areas"]).toBeGreaterThan(0.7);
  });

  it("sums to 1 over colours and over structures, whatever the region, and to nothing where nothing is lit", () => {
    const picture = pictureOf((x, y) => [(x * 37) % 256, (y * 91) % 256, (x * y * 13) % 256]);
    const sum = (mask: Uint8Array) => Object.values(sharesOf(picture, mask)).reduce((a, b) => a + b, 0);
    expect(sum(all)).toBeCloseTo(2, 10);
    expect(sum(maskOf((x, y) => x > 3 && y > x))).toBeCloseTo(2, 10);
    expect(sum(new Uint8Array(side * side))).toBe(0);
  });

  it("measures the mask's shape, not its brightness", () => {
    const picture = pictureOf((x, y) => [(x * 37) % 256, (y * 91) % 256, 80]);
    const lit = maskOf((x) => x < 9);
    expect(
      sharesOf(
        picture,
        lit.map((v) => v * 200),
      ),
    ).toEqual(sharesOf(picture, lit));
  });
});

describe("things", () => {
  it("are different words for classes that exist, most of them", () => {
    const seen = new Set(things.flatMap(({ classes }) => classes));
    for (const { word, classes } of things) {
      expect([word, classes.length > 0 && new Set(classes).size === classes.length]).toEqual([word, true]);
      expect([word, classes.every((c) => Number.isInteger(c) && c >= 0 && c < classCount)]).toEqual([word, true]);
    }
    expect(new Set(photoWords).size).toBe(photoWords.length);
    expect(seen.size).toBeGreaterThan(900);
  });

  it("each have a prior, as looks do", () => {
    for (const word of photoWords) expect(priors.get(word)).toBeGreaterThan(0);
  });
});

describe("PhotoCaptioner", () => {
  const grey = pictureOf(() => [128, 128, 128]);
  const set = { pictures: [grey, grey, grey], masks: [all, all, all] };

  /** Sees a class, with a probability, in one exemplar after the other. */
  function seeing(exemplars: readonly (readonly [of: number, share: number])[]): PhotoCaptioner {
    const logits = new Float32Array(exemplars.length * classCount);
    for (const [i, [of, share]] of exemplars.entries())
      for (let c = 0; c < classCount; c++)
        logits[i * classCount + c] = Math.log(c === of ? share : (1 - share) / (classCount - 1));
    const encoder: Pick<ClassEncoder, "features" | "height" | "width" | "encode" | "release"> = {
      features: classCount,
      height: side,
      width: side,
      encode: async () => logits,
      release: async () => undefined,
    };
    return new PhotoCaptioner(encoder, { exemplars: exemplars.length });
  }

  it("gives a word the mean, over exemplars, of what its classes get", async () => {
    const [shares] = await seeing([
      [251, 0.9],
      [251, 0.6],
      [340, 0.9],
    ]).shares([set]);
    const of = (word: string) => shares[photoWords.indexOf(word)];
    const rest = (share: number) => (1 - share) / (classCount - 1);
    expect(of("dalmatians")).toBeCloseTo((0.9 + 0.6 + rest(0.9)) / 3, 6);
    expect(of("zebras")).toBeCloseTo((rest(0.9) + rest(0.6) + 0.9) / 3, 6);
    expect(of("dogs")).toBeCloseTo((0.9 + 0.6 + 117 * (rest(0.9) + rest(0.6)) + 118 * rest(0.9)) / 3, 6);
    expect(of("grey areas")).toBe(1);
  });

  it("says the particular before the general, and nothing that two of fifteen show", async () => {
    const often = await seeing(Array.from({ length: 15 }, () => [251, 0.8] as const)).candidates([set], 50);
    expect(often[0].map(({ text }) => text).indexOf("dalmatians")).toBeLessThan(
      often[0].map(({ text }) => text).indexOf("animals"),
    );
    const twice = Array.from({ length: 15 }, (_, i) => [i < 2 ? 251 : 600 + i, 0.95] as const);
    const [seldom] = await seeing(twice).candidates([set], 50);
    expect(seldom.map(({ text }) => text)).not.toContain("dalmatians");
    expect(seldom.map(({ text }) => text)).toContain("grey areas");
  });

  it("knows how often its words are said, and never says others", async () => {
    const captioner = seeing([[0, 0.5]]);
    expect(await captioner.logPrior(["dalmatians", "dogs", "sea shanties"])).toEqual([
      Math.log(0.001),
      Math.log(0.118),
      Number.NEGATIVE_INFINITY,
    ]);
    expect(await captioner.candidates([], 5)).toEqual([]);
  });

  it("keeps the order of likelihood, and at most as many as asked for", async () => {
    const [list] = await seeing([[251, 0.7]]).candidates([set], 3);
    expect(list).toHaveLength(3);
    expect(list.map(({ logp }) => logp)).toEqual(list.map(({ logp }) => logp).sort((a, b) => b - a));
  });
});
