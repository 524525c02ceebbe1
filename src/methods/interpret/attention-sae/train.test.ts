import { describe, expect, it } from "vitest";
import { compile, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { adam, alongSphere, chain, keepUnitRows, type Optimiser, type OptimiserState } from "../../../nn/index.ts";
import { bestCosines, knownDictionary } from "./experiment/dictionary.ts";
import { gradientError, sphereErrors } from "./experiment/identities.ts";
import { batchesOf, featuresOf, findAttention, trainOnVectors, trainSae } from "./index.ts";
import { initLearned, type Learned } from "./loss.ts";
import { ramp, restarted, saeOptimiser } from "./optimiser.ts";
import { badlyExplained, drawWithout, forgotten, replaced } from "./resample.ts";
import { beginningWith, grouped } from "./testing/models.ts";
import { sparsityWarnings } from "./train.ts";
import { bufferedBatches } from "./vectors.ts";

it("the loss's gradient is that of finite differences", async () => {
  expect(await gradientError(new Rng(1))).toBeLessThan(1e-5);
});

it.each([{ kind: "relu" }, { kind: "topk", k: 3 }, { kind: "jumprelu" }] as const)(
  "with %o decoder rows keep length one, and gradients that reach Adam are perpendicular to them",
  async (sparsity) => {
    const { length, along } = await sphereErrors(new Rng(2), sparsity);
    expect(length).toBeLessThan(1e-5);
    expect(along).toBeLessThan(1e-5);
  },
);

describe("a known dictionary", () => {
  // 24 directions in 12 dimensions.
  const known = knownDictionary(new Rng(3), 20_000, { directions: 24, width: 12 });
  const data = () => batchesOf(known.z, 256, new Rng(4));
  const recipe = { heads: 3, mult: 4, tokens: 200_000, batch: 256, rate: 1e-2, stepsPerCall: 4 };
  const found = (decoder: Tensor) => {
    const cosines = bestCosines(known.directions, decoder, false);
    return cosines.reduce((sum, x) => sum + x, 0) / cosines.length;
  };

  it("is found with a price on features, and not without", async () => {
    const { sae, log } = await trainOnVectors(data(), { ...recipe, lambda: 2 });
    expect(found(sae.decoder)).toBeGreaterThan(0.95);
    const without = await trainOnVectors(data(), { ...recipe, lambda: 0 });
    expect(found(without.sae.decoder)).toBeLessThan(found(sae.decoder) - 0.05);
    expect(log.curve[log.curve.length - 1].l0).toBeLessThan(6);
    const features = (await featuresOf(sae, Tensor.of(known.directions.numbers(), [24, 12]))).numbers();
    expect(features.every((f) => f >= 0)).toBe(true);
  });

  it("is found by TopK, and by JumpReLU steered to a number of features", async () => {
    const topk = await trainOnVectors(data(), { ...recipe, sparsity: { kind: "topk", k: 2 } });
    expect(found(topk.sae.decoder)).toBeGreaterThan(0.85);
    const jump = await trainOnVectors(data(), { ...recipe, sparsity: { kind: "jumprelu" }, targetL0: 2 });
    expect(jump.log.curve[jump.log.curve.length - 1].l0).toBeGreaterThan(1);
    expect(jump.log.curve[jump.log.curve.length - 1].l0).toBeLessThan(3.5);
    expect(jump.sae.activation.kind === "jumprelu" && jump.sae.activation.threshold.numbers().every((t) => t > 0)).toBe(
      true,
    );
  });

  it("is learned to the same bits from the same seed", async () => {
    const [one, other] = await Promise.all(
      [1, 1].map((seed) => trainOnVectors(data(), { ...recipe, tokens: 5000, seed })),
    );
    expect(one.sae.decoder.numbers()).toEqual(other.sae.decoder.numbers());
  });
});

describe("resampling", () => {
  it("draws without replacement, with chances as the weights", () => {
    const rng = new Rng(5);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) for (const k of drawWithout([1, 2, 0, 5], 1, rng)) counts[k]++;
    expect(counts[2]).toBe(0);
    for (const [k, weight] of [1, 2, 0, 5].entries())
      expect(Math.abs(counts[k] / 4000 - weight / 8)).toBeLessThan(0.03);
    expect(drawWithout([1, 2, 0, 5], 4, rng).sort()).toEqual([0, 1, 3]);
  });

  it("gives dead features directions of inputs, and an optimiser that has forgotten them alone", async () => {
    const rng = new Rng(6);
    const [width, features] = [4, 6];
    const learned = initLearned(
      (shape, bound) => rng.uniform(shape, -bound, bound),
      Float64Array.of(0.1, 0, 0, 0.2),
      features,
      { kind: "relu" },
    );
    const inputs = rng.normal([8, width]);
    const { errors, row } = await badlyExplained(learned, { kind: "relu" }, [inputs]);
    expect(errors.length).toBe(8);
    const next = replaced(learned, [1, 4], [row(3), row(5)], 0.2, 0);
    const z = inputs.numbers().subarray(3 * width, 4 * width);
    const direction = z.map((x, j) => x - learned.decoderBias.numbers()[j]);
    const norm = Math.hypot(...direction);
    const column = (tensor: Tensor, i: number) =>
      Array.from({ length: width }, (_, j) => tensor.numbers()[j * features + i]);
    const alive = [0, 2, 3, 5].map((i) => Math.hypot(...column(learned.encoder, i)));
    const mean = alive.reduce((a, b) => a + b, 0) / 4;
    for (let j = 0; j < width; j++) {
      expect(next.decoder.numbers()[width + j]).toBeCloseTo(direction[j] / norm, 5);
      expect(column(next.encoder, 1)[j]).toBeCloseTo((0.2 * mean * direction[j]) / norm, 5);
    }
    expect(column(next.encoder, 0)).toEqual(column(learned.encoder, 0));

    const ones = {
      ...learned,
      encoder: Tensor.full([width, features], 1),
      encoderBias: Tensor.full([features], 1),
      decoder: Tensor.full([features, width], 1),
    };
    const moments = forgotten(ones, [1]);
    expect([...moments.encoderBias.numbers()]).toEqual([1, 0, 1, 1, 1, 1]);
    expect(moments.encoder.numbers().filter((x) => x === 0).length).toBe(width);
  });

  it("restarts the optimiser for new features alone: they step as in their first steps, the others go on", async () => {
    const rng = new Rng(16);
    const draw = (shape: readonly number[], bound: number) => rng.uniform(shape, -bound, bound);
    const start = () => initLearned(draw, new Float64Array(4), 6, { kind: "jumprelu" });
    const params = start();
    const optimiser = saeOptimiser(1e-2, 5);
    const step = compile((g: Learned<Value>, s: OptimiserState<Value>, p: Learned<Value>) => optimiser.update(g, s, p));
    const gradients = Array.from({ length: 6 }, start);
    const stepped = async (state: OptimiserState<Tensor>, steps: readonly number[]) => {
      let next = state;
      let updates = params;
      for (const i of steps)
        ({ updates, state: next } = (await step(gradients[i], next, params)) as {
          updates: Learned<Tensor>;
          state: OptimiserState<Tensor>;
        });
      return { updates, state: next };
    };
    const before = (await stepped(optimiser.init(params), [0, 1, 2])).state;
    const again = await stepped(restarted(before, [1]), [3, 4, 5]);
    const fresh = await stepped(optimiser.init(params), [3, 4, 5]);
    const old = await stepped(restarted(before, []), [3, 4, 5]);
    const of = ({ encoder, decoder, encoderBias, logThreshold }: Learned<Tensor>, i: number) => [
      ...Array.from({ length: 4 }, (_, j) => encoder.numbers()[j * 6 + i]),
      ...decoder.numbers().subarray(4 * i, 4 * i + 4),
      encoderBias.numbers()[i],
      logThreshold[0].numbers()[i],
    ];
    const near = (a: readonly number[], b: readonly number[]) => {
      for (const [k, x] of a.entries()) expect(x).toBeCloseTo(b[k], 6);
    };
    near(of(again.updates, 1), of(fresh.updates, 1));
    for (const i of [0, 2, 3, 4, 5]) near(of(again.updates, i), of(old.updates, i));
    near([...again.updates.decoderBias.numbers()], [...old.updates.decoderBias.numbers()]);
  });

  it("without momentum is Adam of β₁ = 0", async () => {
    const rng = new Rng(17);
    const draw = (shape: readonly number[], bound: number) => rng.uniform(shape, -bound, bound);
    const [params, gradients] = [0, 1].map(() => initLearned(draw, new Float64Array(4), 6, { kind: "relu" }));
    const isDecoder = (path: string) => path === "decoder";
    const published = chain(
      alongSphere(isDecoder),
      adam(ramp(1e-2, 5), { beta1: 0, beta2: 0.9999 }),
      keepUnitRows(isDecoder),
    );
    const two = async (optimiser: Optimiser) => {
      const step = compile((g: Learned<Value>, s: OptimiserState<Value>, p: Learned<Value>) =>
        optimiser.update(g, s, p),
      );
      const first = (await step(gradients, optimiser.init(params), params)) as { state: OptimiserState<Tensor> };
      return ((await step(gradients, first.state, params)) as { updates: Learned<Tensor> }).updates;
    };
    const [one, other] = [await two(saeOptimiser(1e-2, 5)), await two(published)];
    for (const name of ["encoder", "encoderBias", "decoder", "decoderBias"] as const)
      for (const [k, x] of one[name].numbers().entries()) expect(x).toBeCloseTo(other[name].numbers()[k], 6);
  });

  it("revives what a rate too high has killed", async () => {
    const known = knownDictionary(new Rng(7), 10_000, { directions: 24, width: 12 });
    const dead = async (resample: false | undefined) => {
      const { sae, log } = await trainOnVectors(batchesOf(known.z, 256, new Rng(8)), {
        heads: 3,
        mult: 4,
        tokens: 100_000,
        rate: 0.1,
        lambda: 0.5,
        batch: 256,
        ...(resample === false && { resample }),
      });
      const f = (await featuresOf(sae, known.z)).numbers();
      const fired = new Set<number>();
      for (const [k, value] of f.entries()) if (value > 0) fired.add(k % 48);
      return { dead: 48 - fired.size, log };
    };
    const [without, with_] = [await dead(false), await dead(undefined)];
    expect(without.dead).toBeGreaterThan(12);
    expect(with_.dead).toBeLessThan(without.dead - 3);
    expect(with_.log.resampled.length).toBe(4);
  });
});

it("a buffer that is half refilled gives every vector, as often as one that holds all", async () => {
  const { network } = grouped();
  const [site] = findAttention(network);
  const texts = Array.from({ length: 40 }, (_, i) => Array.from({ length: 10 }, (_t, t) => (i + 3 * t) % 20));
  const buffered = bufferedBatches(network, site, texts, { size: 10, rng: new Rng(1), memory: 12 * 12 * 100 });
  const seen = new Map<string, number>();
  for (let step = 0; step < 40; step++) {
    const z = await buffered.batch(step);
    expect(z.shape).toEqual([10, 12]);
    for (let row = 0; row < 10; row++) {
      const key = [...z.numbers().subarray(row * 12, row * 12 + 3)].map((x) => x.toFixed(4)).join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const [again, first] = [
    await buffered.batch(0),
    await bufferedBatches(network, site, texts, { size: 10, rng: new Rng(1), memory: 12 * 12 * 100 }).batch(0),
  ];
  expect(again.numbers()).toEqual(first.numbers());
  expect(seen.size).toBeGreaterThan(15);
  await buffered.release();
});

it("warns: of few vectors, of a price too high or too low, of texts without their mark", async () => {
  const { network } = grouped();
  const [site] = findAttention(network);
  const marked = beginningWith(network, [3]);
  const texts = Array.from({ length: 8 }, (_, i) => Array.from({ length: 10 }, (_t, t) => (i + 4 * t) % 20));
  const { sae, log } = await trainSae(marked, site, texts, { batch: 16, mult: 2, lambda: 0.1 });
  expect(sae.origin).toMatchObject({ model: "grouped", z: "block0/heads", layer: 0 });
  expect(log.warnings.join("\n")).toMatch(/vectors for 24 features: fewer than 100 per feature \(2400\)/);
  expect(log.warnings.join("\n")).toMatch(/of 8 texts do not begin with the token 3/);
  expect(sparsityWarnings(0.2, 12, 5, { kind: "relu" })[0]).toContain("lower λ");
  expect(sparsityWarnings(7, 12, 0.1, { kind: "relu" })[0]).toContain("raise λ");
  expect(sparsityWarnings(7, 12, 0.1, { kind: "topk", k: 7 })[0]).toContain("lower k");
  expect(sparsityWarnings(3, 12, 0.1, { kind: "relu" })).toEqual([]);
  await expect(trainSae(network, site, texts, { lambda: -1, batch: 16 })).rejects.toThrow("λ is -1");
  await expect(trainSae(network, site, texts.slice(0, 1), { batch: 16 })).rejects.toThrow(
    "10 vectors make no batch of 16",
  );
});
