import { describe, expect, it } from "vitest";
import { Rng } from "../../graph/rng.ts";
import { type Scene, type SceneObject, scenes } from "./scenes.ts";
import { COLOURS, SCALES, SHAPES, type ShapeName, TEXTURES } from "./vocabulary.ts";

const SIDE = 64;

/** The shapes by definition, in units of the radius. */
const SHAPE_TESTS: Record<ShapeName, (u: number, v: number) => boolean> = {
  circle: (u, v) => u * u + v * v <= 1,
  square: (u, v) => Math.abs(u) <= 0.86 && Math.abs(v) <= 0.86,
  triangle: (u, v) => v <= 0.625 && Math.abs(u) <= (v + 1.25) / Math.sqrt(3),
  cross: (u, v) => Math.max(Math.abs(u), Math.abs(v)) <= 1 && Math.min(Math.abs(u), Math.abs(v)) <= 0.37,
  ring: (u, v) => u * u + v * v <= 1.04 ** 2 && u * u + v * v >= 0.5 ** 2,
  bar: (u, v) => Math.abs(u) <= 1.32 && Math.abs(v) <= 0.4,
};

/** Whether a point of the picture lies in an object. */
function inside({ shape, centre, radius, angle }: SceneObject, x: number, y: number): boolean {
  const right = (x - centre[0]) / radius;
  const down = (y - centre[1]) / radius;
  const u = Math.cos(angle) * right + Math.sin(angle) * down;
  const v = -Math.sin(angle) * right + Math.cos(angle) * down;
  return SHAPE_TESTS[shape](u, v);
}

/** Per pixel the share of `samples` × `samples` points that lie in an object. */
function coverage(object: SceneObject, size: number, samples: number): Float64Array {
  const share = new Float64Array(size * size);
  const reach = 1.4 * object.radius + 1;
  for (let i = 0; i < share.length; i++) {
    const column = i % size;
    const row = Math.floor(i / size);
    if (Math.abs(column - object.centre[0]) > reach || Math.abs(row - object.centre[1]) > reach) continue;
    for (let k = 0; k < samples ** 2; k++) {
      const x = column + ((k % samples) + 0.5) / samples;
      const y = row + (Math.floor(k / samples) + 0.5) / samples;
      if (inside(object, x, y)) share[i] += 1 / samples ** 2;
    }
  }
  return share;
}

/** Per pixel the last object that covers half of it, −1 for none. */
function owners({ objects, size }: Scene): Int8Array {
  const owner = new Int8Array(size * size).fill(-1);
  for (const [k, object] of objects.entries()) {
    for (const [i, share] of coverage(object, size, 3).entries()) if (share >= 0.5) owner[i] = k;
  }
  return owner;
}

/** Checks that a concept's mask is the visible pixels of just the objects that have it, or is left out if none does. */
function expectConcept(scene: Scene, owner: Int8Array, concept: string, has: readonly boolean[]): void {
  const mask = scene.concepts.get(concept);
  expect(mask !== undefined, concept).toBe(has.includes(true));
  const wrong = mask?.findIndex((on, i) => on !== (owner[i] >= 0 && has[owner[i]] ? 1 : 0));
  expect(wrong ?? -1, `first wrong pixel of ${concept}`).toBe(-1);
}

function union(scene: Scene, concepts: readonly string[]): Uint8Array {
  const masks = concepts.map((concept) => scene.concepts.get(concept)).filter((mask) => mask !== undefined);
  return new Uint8Array(scene.size ** 2).map((_, i) => (masks.some((mask) => mask[i] === 1) ? 1 : 0));
}

/** Points of an object's rim on a grid of half pixels. */
function rim(object: SceneObject): (readonly [number, number])[] {
  const at = (i: number, j: number) => [object.centre[0] + i / 2, object.centre[1] + j / 2] as const;
  const holds = (i: number, j: number) => inside(object, ...at(i, j));
  const most = Math.ceil(2.8 * object.radius);
  const steps = Array.from({ length: 2 * most + 1 }, (_, k) => k - most);
  return steps.flatMap((i) =>
    steps
      .filter((j) => holds(i, j) && !(holds(i - 1, j) && holds(i + 1, j) && holds(i, j - 1) && holds(i, j + 1)))
      .map((j) => at(i, j)),
  );
}

/** The distance between two objects by brute force, 0 where they share a point. */
function bruteGap(a: SceneObject, b: SceneObject): number {
  const [rimA, rimB] = [rim(a), rim(b)];
  if (rimA.some(([x, y]) => inside(b, x, y)) || rimB.some(([x, y]) => inside(a, x, y))) return 0;
  let squared = Number.POSITIVE_INFINITY;
  for (const [x, y] of rimA) for (const [s, t] of rimB) squared = Math.min(squared, (x - s) ** 2 + (y - t) ** 2);
  return Math.sqrt(squared);
}

describe("concept masks", () => {
  it.each([32, 64, 101])("are those of a brute-force geometric test at %d pixels", (size) => {
    for (const scene of scenes(new Rng(2), 12, { size })) {
      const owner = owners(scene);
      const { objects } = scene;
      for (const attribute of ["shape", "colour", "texture", "scale"] as const) {
        for (const name of [...SHAPES, ...COLOURS, ...TEXTURES, ...SCALES]) {
          const has = objects.map((object) => object[attribute] === name);
          if (has.includes(true)) expectConcept(scene, owner, name, has);
        }
      }
      const third = size / 3;
      const positions = { left: [0, -1], right: [0, 1], top: [1, -1], bottom: [1, 1] } as const;
      for (const [name, [axis, side]] of Object.entries(positions)) {
        const has = objects.map(({ centre }) => side * (centre[axis] - size / 2) > third / 2);
        expectConcept(scene, owner, name, has);
      }
      expect(scene.concepts.get(`background:${scene.background}`)).toEqual(
        Uint8Array.from(owner, (k) => (k < 0 ? 1 : 0)),
      );
      expect(objects.map((object) => object.pixels)).toEqual(
        objects.map((_, k) => owner.filter((name) => name === k).length),
      );
    }
  });

  it("differ from the true area only where a pixel is about half covered", () => {
    for (const scene of scenes(new Rng(3), 30, { objects: [1, 1] })) {
      const [object] = scene.objects;
      const mask = scene.concepts.get(object.shape);
      const share = coverage(object, SIDE, 12);
      expect(mask?.every((on, i) => (on === 1 ? share[i] > 0.3 : share[i] < 0.7))).toBe(true);
    }
  });

  it("of all shapes, colours, textures and scales cover what is not background", () => {
    for (const scene of scenes(new Rng(4), 100)) {
      const background = union(scene, [`background:${scene.background}`]);
      for (const names of [SHAPES, COLOURS, TEXTURES, SCALES]) {
        expect(union(scene, names).every((on, i) => on === 1 - background[i])).toBe(true);
      }
      for (const mask of scene.concepts.values()) expect(mask.includes(1)).toBe(true);
    }
  });

  it("of relations hold when recomputed from the objects", () => {
    let neighbours = 0;
    for (const scene of scenes(new Rng(5), 50)) {
      const { objects } = scene;
      const owner = owners(scene);
      const others = objects.map((object) => objects.filter((other) => other !== object));
      const gaps = objects.map((object, k) => others[k].map((other) => bruteGap(object, other)));
      const sameColour = objects.map(({ colour }, k) => others[k].some((other) => other.colour === colour));
      const some = (holds: (gap: number) => boolean) => gaps.map((row) => row.some(holds));
      expectConcept(scene, owner, "alone", [objects.length === 1]);
      expectConcept(scene, owner, "same colour as another", sameColour);
      expectConcept(
        scene,
        owner,
        "overlaps another",
        some((gap) => gap === 0),
      );
      // Within a pixel of the threshold the grid is too coarse to tell.
      if (gaps.flat().some((gap) => Math.abs(gap - 0.15 * SIDE) < 1)) continue;
      expectConcept(
        scene,
        owner,
        "next to another",
        some((gap) => gap < 0.15 * SIDE),
      );
      neighbours++;
    }
    expect(neighbours).toBeGreaterThan(25);
  });
});

describe("objects of a scene", () => {
  it("show at least 60 % of their pixels and lie within the picture", () => {
    for (const { objects } of scenes(new Rng(6), 60, { objects: [3, 4] })) {
      for (const object of objects) {
        const area = coverage(object, SIDE, 3).filter((share) => share >= 0.5).length;
        expect(object.pixels).toBeGreaterThanOrEqual(0.6 * area);
        const edges = Array.from({ length: SIDE + 1 }, (_, t) => [0, SIDE].map((edge) => [edge, t] as const)).flat();
        expect(edges.some(([edge, t]) => inside(object, edge, t) || inside(object, t, edge))).toBe(false);
      }
    }
  });
});
