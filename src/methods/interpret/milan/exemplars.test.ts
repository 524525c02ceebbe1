import { beforeAll, expect, it } from "vitest";
import type { PictureSet } from "../../../data/index.ts";
import { preprocesses, samplesOf, toTensor } from "../../../data/index.ts";
import { compile, exportOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { conv, init, linear } from "../../../nn/index.ts";
import { Model, record } from "../../../probe/index.ts";
import type { ExemplarStore } from "./exemplar-store.ts";
import { computeExemplars, exemplarsRanked } from "./exemplars.ts";
import { rankSamples } from "./find-exemplars.ts";

const [count, side, quantile] = [60, 16, 0.99];
const rng = new Rng(11);

/** Smooth random pictures, so that maps have hills. */
function pictureSet(length: number): PictureSet {
  const picture = (index: number) => {
    const own = rng.split("picture").split(index);
    const [a, b, c] = [own.random(), own.random(), own.random()];
    const data = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
      const [x, y, channel] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side), i % 3];
      return 127 + 100 * Math.sin(a * 3 * x + b * 5 * y + channel * c * 6 + index) + 20 * (own.random() - 0.5);
    });
    return { width: side, height: side, data };
  };
  const nameOf = (index: number) => `picture ${index}`;
  return {
    name: "waves",
    length,
    labels: [],
    concepts: [],
    nameOf,
    get: async (index) => ({ name: nameOf(index), picture: picture(index) }),
  };
}

const weights = {
  map: init.conv(rng.split("map"), 3, 4, 3),
  tokens: init.linear(rng.split("tokens"), 4, 5),
  dense: init.linear(rng.split("dense"), 4, 3),
};

/** [N, 4, 8, 8], as tokens [N, 65, 5] with one of its own in front, and [N, 3]. The last map unit is never on. */
function network(x: Value) {
  const map = conv(weights.map, x, { stride: 2, padding: 1 })
    .add(Tensor.of([0, 0, 0, -100], [1, 4, 1, 1]))
    .relu();
  const [n] = x.shape;
  const patches = map.reshape([-1, 4, 64]).transpose([0, 2, 1]);
  const all = patches.slice([63], [64], [1]).mul(3);
  const tokens = linear(weights.tokens, all.tracer.emit("Concat", [all, patches], { axis: 1 })).relu();
  const dense = linear(weights.dense, map.mean([2, 3])).relu();
  return { map, tokens, dense: dense.reshape([n, 3]) };
}

let model: Model;
let store: ExemplarStore;
const pictures = pictureSet(count);

beforeAll(async () => {
  model = Model.open(exportOnnx(network, [Tensor.zeros([1, 3, side, side])], { names: ["picture"] }));
  store = await computeExemplars(model, pictures, {
    preprocess: preprocesses.signed,
    layers: model.layers().flatMap(({ name, kind }) => (kind === "Relu" ? [name] : [])),
    quantile,
  });
});

/** All activations of each layer, [pictures][unit][position], without the class token. */
async function bruteForce() {
  const run = compile(network);
  const all: Record<"map" | "tokens" | "dense", number[][][]> = { map: [], tokens: [], dense: [] };
  for (let i = 0; i < count; i++) {
    const { picture } = await pictures.get(i, side, side);
    const input = toTensor(picture, 3, preprocesses.signed);
    const { map, tokens, dense } = await run(new Tensor("float32", [1, 3, side, side], input.data));
    const positions = (units: number, cells: number, at: (unit: number, cell: number) => number) =>
      Array.from({ length: units }, (_, unit) => Array.from({ length: cells }, (_, cell) => at(unit, cell)));
    all.map.push(positions(4, 64, (unit, cell) => Number(map.data[unit * 64 + cell])));
    all.tokens.push(positions(5, 64, (unit, cell) => Number(tokens.data[(cell + 1) * 5 + unit])));
    all.dense.push(positions(3, 1, (unit) => Number(dense.data[unit])));
  }
  return all;
}

it("exemplars are those of a search through everything: maps, tokens and dense units", async () => {
  const all = await bruteForce();
  const kinds = ["map", "tokens", "dense"] as const;
  expect(store.layers.map(({ shape }) => shape)).toEqual([[4, 8, 8], [65, 5], [3]]);
  for (const [i, { name, units }] of store.layers.entries()) {
    const activations = all[kinds[i]];
    for (let unit = 0; unit < units; unit++) {
      const best = activations
        .map((maps, picture) => ({ picture, value: Math.max(...maps[unit]) }))
        .sort((a, b) => b.value - a.value || a.picture - b.picture)
        .slice(0, 15);
      const found = store.exemplars(name, unit);
      expect([...found.images]).toEqual(best.map(({ picture }) => picture));
      for (const [k, { value }] of best.entries()) expect(found.values[k]).toBeCloseTo(value, 4);
      const values = activations.flatMap((maps) => maps[unit]);
      if (found.dead || values.length < 1000) continue;
      const above = values.filter((value) => value > found.level).length / values.length;
      expect(Math.abs(above - (1 - quantile))).toBeLessThan(0.002);
    }
  }
});

it("masks are the map, between cells, strictly above the level", async () => {
  const all = await bruteForce();
  const { name } = store.layers[0];
  const { images, level, masks } = store.exemplars(name, 1);
  const map = all.map[images[0]][1];
  // Cells of the convolution lie at every other pixel, the first at pixel 0.
  const at = (y: number, x: number) => {
    const [row, column] = [Math.min(7, y / 2), Math.min(7, x / 2)];
    const [r, c] = [Math.floor(row), Math.floor(column)];
    const cell = (i: number, k: number) => map[Math.min(7, i) * 8 + Math.min(7, k)];
    const upper = cell(r, c) + (column - c) * (cell(r, c + 1) - cell(r, c));
    const lower = cell(r + 1, c) + (column - c) * (cell(r + 1, c + 1) - cell(r + 1, c));
    return upper + (row - r) * (lower - upper);
  };
  let lit = 0;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      // Rounding may decide where the map is just at the level.
      if (Math.abs(at(y, x) - level) > 1e-4) expect(masks[0][y * side + x]).toBe(Number(at(y, x) > level));
      lit += masks[0][y * side + x];
    }
  }
  expect(lit).toBeGreaterThan(0);
});

it("what was ranked can be kept as plain data and taken up later, of few units with few pictures", async () => {
  const layers = store.layers.map(({ name }) => name);
  const preprocess = preprocesses.signed;
  const samples = samplesOf(pictures, model, preprocess);
  const activity = await record(model, samples, { layers, everyPosition: true });
  const kept = structuredClone(rankSamples(activity, { quantile }));
  const later = await exemplarsRanked(model, pictures, kept, { preprocess });
  for (const layer of layers) expect(later.bytes(layer)).toEqual(store.bytes(layer));
  const [layer] = layers;
  const one = new Map([...(kept.layers.get(layer) ?? [])].filter(([unit]) => unit === 1));
  let shown = 0;
  const alone = await exemplarsRanked(
    model,
    pictures,
    { samples: count, layers: new Map([[layer, one]]) },
    {
      preprocess,
      onProgress: (_, done) => {
        shown = done;
      },
    },
  );
  expect(alone.exemplars(layer, 1)).toEqual(store.exemplars(layer, 1));
  expect([alone.units(layer), shown]).toEqual([[1], 15]);
  await expect(exemplarsRanked(model, pictures, { ...kept, samples: 14 }, { preprocess })).rejects.toMatchObject({
    code: "no-data",
  });
});

it("a unit that is never above zero is dead and lights nothing", () => {
  const { name } = store.layers[0];
  const { dead, masks } = store.exemplars(name, 3);
  expect(dead).toBe(true);
  expect(masks.every((mask) => mask.every((value) => value === 0))).toBe(true);
  expect(store.isDead(name, 0)).toBe(false);
});

it("what a captioner is shown: shared pictures are one object, masks fit them", async () => {
  const { name } = store.layers[1];
  const sets = await store.sets(name, [0, 1, 2, 3, 4], [24, 20]);
  const shown = sets.flatMap((set) => set.pictures);
  expect(shown.every(({ height, width }) => height === 24 && width === 20)).toBe(true);
  expect(
    sets.every(({ masks }) => masks.every((mask) => mask.length === 24 * 20 && mask.some((value) => value > 0))),
  ).toBe(true);
  const lit = [0, 1, 2, 3, 4].flatMap((unit) => {
    const { images, masks } = store.exemplars(name, unit);
    return [...images].filter((_, k) => masks[k].includes(1));
  });
  expect(shown.length).toBe(lit.length);
  expect(new Set(shown).size).toBe(new Set(lit).size);
});

it("refuses what cannot work, and says what would", async () => {
  const options = { preprocess: preprocesses.signed };
  await expect(computeExemplars(model, pictureSet(10), options)).rejects.toMatchObject({ code: "no-data" });
  const few = await computeExemplars(model, pictureSet(20), { ...options, layers: [store.layers[0].name] });
  expect(few.warnings[0]).toMatch(/Only 20 pictures/);
  await expect(computeExemplars(model, pictures, { ...options, layers: ["nothing"] })).rejects.toMatchObject({
    code: "unknown-layer",
  });
  const broken = { ...options, preprocess: { ...preprocesses.signed, deviation: [0, 0, 0] } };
  await expect(computeExemplars(model, pictures, broken)).rejects.toMatchObject({ code: "not-finite" });
  const dark = { ...options, preprocess: { ...preprocesses.signed, scale: 0, mean: [5, 5, 5] } };
  await expect(computeExemplars(model, pictures, { ...dark, layers: [store.layers[2].name] })).rejects.toThrow(
    /the model gets numbers from -5.00 to -5.00, RGB/,
  );
});
