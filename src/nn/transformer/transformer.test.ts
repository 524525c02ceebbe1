import { describe, expect, it } from "vitest";
import { collect, leavesOf, Rng, Tensor, type Value } from "../../graph/index.ts";
import { gelu } from "../activations.ts";
import { attention } from "../attention/attention.ts";
import { initMlp, mlp } from "../layers/mlp.ts";
import { layerNorm } from "../layers/norm.ts";
import { crossEntropies, crossEntropy } from "../losses.ts";
import { adam } from "../optimisers/index.ts";
import { warmupCosine } from "../schedule.ts";
import { expectClose, run } from "../testing/run.ts";
import type { Batches, Windows } from "../training/batches.ts";
import { fit as train } from "../training/fit.ts";
import { type Block, block, initBlock } from "./block.ts";
import { extendGptCache, type Gpt, type GptCache, gpt, gptStep, initGpt, initGptCache } from "./gpt.ts";

const rng = new Rng(31);

describe("block", () => {
  const x = rng.normal([2, 5, 8]);
  const norm = { scale: rng.normal([8]), shift: rng.normal([8]) };
  const network = initMlp(rng, [8, 32, 8]);
  const initial = initBlock(rng, 8, { heads: 2 });
  const p: Block<Tensor> = { ...initial, attentionNorm: norm, feedForwardNorm: norm, feedForward: network };

  it("before each part normalises, then adds; or adds, then normalises", async () => {
    const plain = (v: Value) => {
      const middle = v.add(attention(p.attention, layerNorm(norm, v), { heads: 2 }));
      const pre = middle.add(mlp(network, layerNorm(norm, middle), gelu));
      const after = layerNorm(norm, v.add(attention(p.attention, v, { heads: 2 })));
      return { pre, post: layerNorm(norm, after.add(mlp(network, after, gelu))) };
    };
    const expected = await run(plain, x);
    const of = (placement: "pre" | "post") => run((v: Value) => block(p, v, { heads: 2, placement }), x);
    expectClose(await of("pre"), expected.pre);
    expectClose(await of("post"), expected.post);
  });

  it("of parts that say nothing is the identity", async () => {
    const silent = await run((v: Value) => block(p, v, { heads: 2, dropout: (h) => h.mul(0) }), x);
    expectClose(silent, x);
  });
});

const kinds: Readonly<Record<string, readonly [Gpt<Tensor>, { heads: number; rotary?: object }]>> = {
  "GPT-2's form": [initGpt(rng, { vocabulary: 11, width: 16, layers: 2, heads: 4, context: 10 }), { heads: 4 }],
  "Llama's form": [
    initGpt(rng, {
      vocabulary: 11,
      width: 16,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      norm: "rms",
      feedForward: "gated",
      bias: false,
      tied: false,
    }),
    { heads: 4, rotary: {} },
  ],
};

describe.each(Object.entries(kinds))("gpt in %s", (_name, [p, options]) => {
  const tokens = Tensor.of([1, 2, 3, 4, 5, 6, 7, 10], [1, 8], "int64");

  it("does not see the future", async () => {
    const changed = Tensor.of([1, 2, 3, 4, 9, 9, 9, 9], [1, 8], "int64");
    const of = (t: Tensor) => run((v: Value) => gpt(p, v, options), t);
    const [a, b] = [await of(tokens), await of(changed)];
    expect(a.shape).toEqual([1, 8, 11]);
    expect(b.numbers().slice(0, 44)).toEqual(a.numbers().slice(0, 44));
    expect(b.numbers().at(-1)).not.toBeCloseTo(a.numbers()[87], 5);
  });

  it("step by step gives the same logits", async () => {
    const whole = (await run((v: Value) => gpt(p, v, options), tokens)).numbers();
    let cache: GptCache<Tensor> = initGptCache(p, { heads: 4, batch: 1, capacity: 8 });
    for (const [from, to] of [
      [0, 3],
      [3, 4],
      [4, 5],
      [5, 8],
    ]) {
      const part = Tensor.of(tokens.numbers().slice(from, to), [1, to - from], "int64");
      const step = await run((c: GptCache<Value>, v: Value) => gptStep(p, c, v, options), cache, part);
      cache = extendGptCache(cache, step.fresh);
      expectClose(step.logits, whole.slice(11 * from, 11 * to), 4);
    }
  });
});

it("gpt begins nearly undecided, refuses texts beyond its positions, and shows its inside", async () => {
  const [p, options] = kinds["GPT-2's form"];
  const tokens = Tensor.of([1, 2, 3], [1, 3], "int64");
  const taps = await run((v: Value) => collect((t: Value) => gpt(p, t, options))(v).taps, tokens);
  expect(Object.keys(taps)).toContain("block1/attention/pattern");
  expect(taps["block0/mlp"].shape).toEqual([1, 3, 64]);
  expect(taps["block0/heads"].shape).toEqual([1, 3, 4, 4]);
  expect(taps["block1/residual"].shape).toEqual([1, 3, 16]);
  const probability = await run((v: Value) => gpt(p, v, options).softmax(-1), tokens);
  for (const v of probability.numbers()) expect(Math.abs(v - 1 / 11)).toBeLessThan(0.06);
  expect(leavesOf(p)).toHaveLength(2 + 2 * 16 + 2);
  const long = Tensor.zeros([1, 11], "int64");
  await expect(run((v: Value) => gpt(p, v, options), long)).rejects.toThrow(/10 learned positions/);
});

it("gpt learns what repeats, but cannot know how it begins", async () => {
  const heads = 2;
  const vocabulary = 6;
  const params = initGpt(rng.split("learner"), { vocabulary, width: 16, layers: 1, heads, context: 12 });
  // Six tokens at random, then the same six again: only attention to six steps back can tell the second half.
  const data: Batches<Windows> = {
    batch: (step) => {
      const draw = rng.split(step);
      const rows = Array.from({ length: 32 }, () => {
        const first = Array.from({ length: 6 }, () => draw.int(0, vocabulary));
        return [...first, ...first, first[0]];
      });
      const part = (from: number) =>
        Tensor.of(
          rows.flatMap((row) => row.slice(from, from + 12)),
          [32, 12],
          "int64",
        );
      return { inputs: part(0), targets: part(1) };
    },
  };
  const { params: learned } = await train({
    params,
    loss: (p, { inputs, targets }) => crossEntropy(gpt(p, inputs, { heads }), targets),
    data,
    optimiser: adam(warmupCosine(0.02, { warmup: 20, total: 400 })),
    steps: 400,
  });
  const { inputs, targets } = await data.batch(1000);
  const each = await run(
    (x: Value, y: Value) => crossEntropies(gpt(learned, x, { heads }), y).mean(0),
    inputs,
    targets,
  );
  const [early, late] = [each.numbers().slice(0, 5), each.numbers().slice(6)];
  for (const nats of early) expect(nats).toBeGreaterThan(0.8 * Math.log(vocabulary));
  for (const nats of late) expect(nats).toBeLessThan(0.1);
});
