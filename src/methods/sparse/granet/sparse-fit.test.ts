import { describe, expect, it } from "vitest";
import { decodeSafetensors, mapLeaves, Rng, Tensor, type Value } from "../../../graph/index.ts";
import {
  adam,
  addDecayedWeights,
  batches,
  chain,
  conv,
  globalAveragePool,
  init,
  type Mlp,
  mlp,
  momentum,
  mse,
} from "../../../nn/index.ts";
import { connections, densityOf, entriesAt, maskableWeights } from "../masks.ts";
import { type SparseFitOptions, sparseFit } from "./index.ts";
import { densityAt, timetable } from "./schedules.ts";

const rng = new Rng(3);
const x = rng.normal([64, 12]);
const y = rng.normal([64, 2]);

type Options = SparseFitOptions<Mlp<Tensor>, { x: Tensor; y: Tensor }, Record<string, never>>;
const options: Options = {
  params: init.mlp(rng.split("weights"), [12, 16, 2]),
  loss: (p, batch) => mse(mlp(p, batch.x), batch.y),
  data: batches({ x, y }, { size: 16, rng: rng.split("data") }),
  optimiser: chain(addDecayedWeights({ weightDecay: 1e-3 }), momentum(0.05)),
  steps: 40,
  every: 4,
  finalDensity: 0.1,
  rng: rng.split("masks"),
};
const layers = maskableWeights(options.params);
const total = 12 * 16 + 16 * 2;

/** A store that is called with each checkpoint; nothing is read from it. */
const watching = (see: (tensors: Record<string, Tensor>) => void): Pick<Options, "checkpoint" | "checkpointEvery"> => ({
  checkpointEvery: 1,
  checkpoint: { read: async () => undefined, write: async (bytes) => see(decodeSafetensors(bytes).tensors) },
});

describe("at every step", () => {
  it.each(["granet", "rigl", "set", "gmp", "snip", "static"] as const)(
    "%s: weights and momenta are zero outside the masks",
    async (method) => {
      let steps = 0;
      const watch = watching((tensors) => {
        steps++;
        for (const { path } of layers) {
          const bits = tensors[`optimiser/masks/${path}`].numbers();
          for (const name of [`params/${path}`, `optimiser/inner/1/0/velocity/${path}`])
            expect(tensors[name].numbers().some((value, i) => bits[i] === 0 && value !== 0)).toBe(false);
        }
      });
      const { params, masks } = await sparseFit({ ...options, ...watch, method });
      expect(steps).toBe(40);
      for (const [l, { path }] of layers.entries())
        expect(params[l].weight.numbers().some((value, i) => masks[path].numbers()[i] === 0 && value !== 0)).toBe(
          false,
        );
    },
  );

  it("connections grow at value and momentum zero", async () => {
    let before: Record<string, Tensor> | undefined;
    let grown = 0;
    const watch = watching((tensors) => {
      for (const { path } of before === undefined ? [] : layers) {
        const mask = `optimiser/masks/${path}`;
        for (const [i, bit] of tensors[mask].numbers().entries()) {
          if (bit === 0 || before?.[mask].data[i] === 1) continue;
          grown++;
          expect(tensors[`params/${path}`].data[i]).toBe(0);
          expect(tensors[`optimiser/inner/1/0/velocity/${path}`].data[i]).toBe(0);
        }
      }
      before = tensors;
    });
    await sparseFit({ ...options, ...watch });
    expect(grown).toBeGreaterThan(20);
  });

  it("they grow where the gradient of the last batch, at the weights before the step, is largest", async () => {
    const at: Record<string, Tensor>[] = [];
    const watch = watching((tensors) => void at.push(tensors));
    const params = [init.linear(rng.split("one"), 12, 2)];
    await sparseFit({ ...options, ...watch, params, method: "rigl", finalDensity: 0.5 });
    const [three, four] = [at[2], at[3]];
    const batch = await options.data.batch(3);
    const slopes = linearGradient(three["params/0/weight"], three["params/0/bias"], batch).map(Math.abs);
    const [was, is] = [three, four].map((tensors) => tensors["optimiser/masks/0/weight"].numbers());
    const births = [...is.keys()].filter((i) => is[i] === 1 && was[i] === 0);
    expect(births.length).toBeGreaterThan(1);
    const least = Math.min(...births.map((i) => slopes[i]));
    for (const i of is.keys()) if (is[i] === 0) expect(slopes[i]).toBeLessThanOrEqual(least + 1e-6);
  });

  it.each([0.5, 1])(
    "from density %d: after each update there are exactly ⌊d(t)·N⌋ connections",
    async (initDensity) => {
      const { history, masks, explored } = await sparseFit({ ...options, initDensity });
      const table = timetable(40, 4, 0.5, 1);
      expect(history.map(({ step }) => step)).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
      for (const { step, density } of history)
        expect(Math.round(density * total)).toBe(entriesAt(densityAt(step, initDensity, 0.1, table), total));
      expect(densityOf(masks)).toBeCloseTo(22 / 224, 12);
      expect(history.at(-1)?.grown).toBe(0);
      expect(history.slice(0, -1).every(({ grown }) => grown > 0)).toBe(true);
      for (const [i, { explored: now }] of history.entries())
        expect(now).toBeGreaterThanOrEqual(history[i - 1]?.explored ?? 0);
      expect(explored).toBe(initDensity === 1 ? 1 : history.at(-1)?.explored);
    },
  );
});

describe("what it is compared with", () => {
  it("RigL and SET keep each layer's count, GraNet without regeneration only removes, a static mask stays", async () => {
    for (const method of ["rigl", "set"] as const) {
      const { initialMasks, history, explored } = await sparseFit({ ...options, method });
      for (const { perLayer, pruned } of history) {
        expect(pruned).toBe(0);
        for (const { path, size } of layers)
          expect(perLayer[path] * size).toBeCloseTo(connections(initialMasks[path]), 9);
      }
      expect(explored).toBeGreaterThan(0.15);
    }
    const { initialMasks, masks, explored } = await sparseFit({ ...options, pruneRate: 0 });
    expect(explored).toBeCloseTo(densityOf(initialMasks), 12);
    for (const { path } of layers)
      masks[path].numbers().forEach((bit, i) => void expect(bit).toBeLessThanOrEqual(initialMasks[path].numbers()[i]));
    const fixed = await sparseFit({ ...options, method: "static" });
    expect(fixed.masks).toEqual(fixed.initialMasks);
    expect(fixed.history).toEqual([]);
    expect(fixed.explored).toBeCloseTo(densityOf(fixed.masks), 12);
    const dense = await sparseFit({ ...options, method: "dense" });
    expect([densityOf(dense.masks), dense.flops.train]).toEqual([1, dense.flops.dense.train]);
  });

  it("SNIP keeps the weights with the largest |gradient · weight| on the first batch", async () => {
    const { masks } = await sparseFit({ ...options, method: "snip", finalDensity: 0.25 });
    const saliences = await firstSaliences();
    const kept = layers.flatMap(({ path }) => [...masks[path].numbers()]);
    const threshold = saliences.toSorted((a, b) => b - a)[total / 4 - 1];
    expect(saliences.map((value) => Number(value >= threshold))).toEqual(kept);
  });

  it("keeps some weights dense, prunes each layer alike when asked to", async () => {
    const kept = await sparseFit({ ...options, keepDense: ["1/weight"] });
    expect(Object.keys(kept.masks)).toEqual(["0/weight"]);
    expect(kept.history.at(-1)?.density).toBeCloseTo(entriesAt(0.1, 192) / 192, 12);
    const uniform = await sparseFit({ ...options, initDensity: 1, finalDensity: 0.5, scope: "uniform" });
    expect(uniform.history.at(-1)?.perLayer).toEqual({ "0/weight": 0.5, "1/weight": 0.5 });
  });
});

/** Of the mean squared error of x·W + b, in closed form: 2·xᵀ(x·W + b − y) / (batch · outputs). */
function linearGradient(weight: Tensor, bias: Tensor, batch: { x: Tensor; y: Tensor }): number[] {
  const [w, b, xs, ys] = [weight, bias, batch.x, batch.y].map((tensor) => tensor.numbers());
  const gradient = new Array<number>(24).fill(0);
  for (let n = 0; n < 16; n++)
    for (let o = 0; o < 2; o++) {
      let error = b[o] - ys[n * 2 + o];
      for (let i = 0; i < 12; i++) error += xs[n * 12 + i] * w[i * 2 + o];
      for (let i = 0; i < 12; i++) gradient[i * 2 + o] += (2 * error * xs[n * 12 + i]) / 32;
    }
  return gradient;
}

/** |g · w| of all weights on the first batch, by central differences. */
async function firstSaliences(): Promise<number[]> {
  const batch = await options.data.batch(0);
  const [xs, ys] = [batch.x.numbers(), batch.y.numbers()];
  const [[w0, b0], [w1, b1]] = options.params.map(({ weight, bias }) => [weight.numbers(), bias?.numbers() ?? []]);
  const lossAt = (): number => {
    let sum = 0;
    for (let n = 0; n < 16; n++) {
      const hidden = Array.from({ length: 16 }, (_, h) => {
        let z = b0[h];
        for (let i = 0; i < 12; i++) z += xs[n * 12 + i] * w0[i * 16 + h];
        return Math.max(0, z);
      });
      for (let o = 0; o < 2; o++)
        sum += (hidden.reduce((z, a, h) => z + a * w1[h * 2 + o], b1[o]) - ys[n * 2 + o]) ** 2;
    }
    return sum / 32;
  };
  return [w0, w1].flatMap((weights) =>
    Array.from(weights.keys(), (i) => {
      const value = weights[i];
      weights[i] = value + 1e-6;
      const above = lossAt();
      weights[i] = value - 1e-6;
      const below = lossAt();
      weights[i] = value;
      return Math.abs(((above - below) / 2e-6) * value);
    }),
  );
}

it.each(["granet", "set"] as const)("%s resumes from a checkpoint to the same bits", async (method) => {
  const losses: number[] = [];
  const whole = await sparseFit({ ...options, method, onStep: ({ loss }) => void losses.push(loss) });
  let bytes: Uint8Array | undefined;
  const checkpoint = {
    read: async () => bytes,
    write: async (kept: Uint8Array) => {
      bytes = kept;
    },
  };
  const rest: number[] = [];
  for (const stop of [4, 5, 17]) {
    const controller = new AbortController();
    const cut = sparseFit({
      ...options,
      method,
      checkpoint,
      signal: controller.signal,
      onStep: ({ step, loss }) => {
        rest.push(loss);
        if (step === stop) controller.abort(new Error("enough"));
      },
    });
    await expect(cut).rejects.toThrow("enough");
  }
  const resumed = await sparseFit({ ...options, method, checkpoint, onStep: ({ loss }) => void rest.push(loss) });
  expect(rest).toEqual(losses);
  expect(resumed).toEqual(whole);
});

it("training costs what its densities say, and dense gradients at updates", async () => {
  const { history, initialMasks, flops } = await sparseFit(options);
  const cost = { "0/weight": 2 * 16 * 12 * 16, "1/weight": 2 * 16 * 16 * 2 };
  const biases = flops.dense.inference - cost["0/weight"] - cost["1/weight"];
  const forward = (densities: Record<string, number>) =>
    layers.reduce((sum, { path }) => sum + densities[path] * cost[path as keyof typeof cost], biases);
  const densities = Object.fromEntries(layers.map(({ path, size }) => [path, connections(initialMasks[path]) / size]));
  let expected = 0;
  let now = densities;
  for (let step = 1; step <= 40; step++) {
    expected += 3 * forward(now);
    const update = history.find((record) => record.step === step);
    if (update === undefined) continue;
    if (update.grown > 0) expected += flops.dense.inference - forward(now);
    now = update.perLayer;
  }
  expect(flops.train / expected).toBeCloseTo(1, 9);
  expect(flops.inference).toBeCloseTo(forward(now), 6);
  expect(flops.dense.train).toBe(3 * 40 * flops.dense.inference);
  const random = await sparseFit({ ...options, growth: "random" });
  expect(random.flops.train).toBeLessThan(flops.train);
});

it("convolutions have masks of four axes, and Adam's moments of grown connections begin at zero", async () => {
  const images = batches({ images: rng.normal([16, 3, 8, 8]) }, { size: 8 });
  const params = { first: init.conv(rng, 3, 8, 3), second: init.conv(rng, 8, 4, 3) };
  let checked = 0;
  const { masks } = await sparseFit({
    params,
    loss: (p, { images: x }) =>
      globalAveragePool(conv(p.second, conv(p.first, x, { padding: "same" }).relu()))
        .sub(1)
        .square()
        .mean(),
    data: images,
    optimiser: adam(0.01),
    steps: 20,
    every: 4,
    finalDensity: 0.2,
    ...watching((tensors) => {
      for (const path of ["first/weight", "second/weight"])
        for (const moment of ["m", "v"]) {
          const memory = tensors[`optimiser/inner/0/${moment}/${path}`].numbers();
          const weights = tensors[`params/${path}`].numbers();
          memory.forEach((value, i) => {
            checked++;
            if (tensors[`optimiser/masks/${path}`].data[i] === 0) expect([value, weights[i]]).toEqual([0, 0]);
          });
        }
    }),
  });
  expect(checked).toBe(20 * 2 * (216 + 288));
  expect(masks["first/weight"].shape).toEqual([8, 3, 3, 3]);
  expect(densityOf(masks)).toBeCloseTo(entriesAt(0.2, 504) / 504, 12);
});

it("carries what the loss carries", async () => {
  const { state } = await sparseFit({
    ...options,
    state: { seen: Tensor.scalar(0) },
    loss: (p: Mlp<Value>, batch: { x: Value; y: Value }, { state: before }) => ({
      loss: mse(mlp(p, batch.x), batch.y),
      state: { seen: before.seen.add(1) },
    }),
  } as SparseFitOptions<Mlp<Tensor>, { x: Tensor; y: Tensor }, { seen: Tensor }>);
  expect(state.seen.item()).toBe(40);
});

describe("says what is wrong", () => {
  const failing = (wrong: Partial<Options>) => expect(sparseFit({ ...options, ...wrong })).rejects;
  it.each([
    [{ finalDensity: 0.6 }, "finalDensity 0.6 must be ≤ initDensity 0.5"],
    [{ finalDensity: 0 }, "finalDensity 0 is not within (0, 1]"],
    [{ initDensity: 1.5 }, "initDensity 1.5 is not within (0, 1]"],
    [{ pruneRate: 2 }, "pruneRate 2 is not within [0, 1]"],
    [{ steps: 1560, every: 1000 }, "no mask update between step 0 and 780 with every=1000"],
    [{ keepDense: ["2/weight"] }, 'keepDense names "2/weight", which is no parameter'],
    [{ finalDensity: 0.005 }, 'keeps 1 of 224 weights for 2 layers: "1/weight", which has 32, may get none'],
  ])("%j", async (wrong, message) => {
    await failing(wrong).toMatchObject({ name: "CajalError", message: expect.stringContaining(message) });
  });
});

it("does not touch what it is given", async () => {
  const before = mapLeaves(options.params, (leaf) => [...(leaf as Tensor).numbers()]);
  await sparseFit(options);
  expect(mapLeaves(options.params, (leaf) => [...(leaf as Tensor).numbers()])).toEqual(before);
});
