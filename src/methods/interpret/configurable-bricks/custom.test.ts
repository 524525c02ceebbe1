import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../../graph/index.ts";
import { baseOf, brickEdits, decodeBrick, encodeBrick } from "./brick.ts";
import { configure } from "./configure.ts";
import { growBrick, newNeurons } from "./grow.ts";
import { mergeBricks } from "./merge.ts";
import { largestDifference, modelOf, onnxModel, params, randomTexts } from "./testing/models.ts";
import { textLoss } from "./text-loss.ts";
import { updateBrick } from "./update.ts";

const model = modelOf();
const text = randomTexts(9, 1)[0];

/** A text that goes round and round. */
const rounds = (step: number) => Array.from({ length: 200 }, (_, t) => (step * t) % 12);
const growing = { neurons: 8, steps: 150, rate: 1e-2, length: 12, size: 4 };
const [one, other] = await Promise.all([
  growBrick(model, "fives", [rounds(5)], growing),
  growBrick(model, "sevens", [rounds(7)], growing),
]);
const clean = await model.logits(text);

describe("growing", () => {
  it("begins as the identity, learns, and leaves nothing behind when it is off", async () => {
    const start = { ...one, added: one.added.map((of) => ({ ...of, ...newNeurons(new Rng(3), 8, 8) })) };
    expect(largestDifference(await model.edit(brickEdits([start])).logits(text), clean)).toBe(0);
    const grown = await configure(model, undefined, { bricks: [one] });
    const test = [rounds(5).slice(0, 30)];
    expect(await textLoss(grown, test)).toBeLessThan(0.8 * (await textLoss(model, test)));
    expect(largestDifference(await grown.logits(text), clean)).toBeGreaterThan(0.01);
    expect(await configure(model, undefined, { bricks: [] })).toBe(model);
    expect(largestDifference(await model.logits(text), clean)).toBe(0);
  });

  it("can be told where to be quiet", async () => {
    const old = randomTexts(40, 20);
    const quiet = await growBrick(model, "fives", [rounds(5)], { ...growing, quietOn: old, quiet: 30 });
    const change = async (brick: typeof one) => {
      const on = (await (await configure(model, undefined, { bricks: [brick] })).logits(text)).numbers();
      return clean.numbers().reduce((sum, v, i) => sum + (v - on[i]) ** 2, 0);
    };
    expect(await change(quiet)).toBeLessThan(0.5 * (await change(one)));
  });

  it("works in a file as in the model that it was made of", async () => {
    const file = onnxModel();
    const brick = { ...(await growBrick(file, "fives", [rounds(5)], { ...growing, steps: 5, size: 1 })) };
    const own = { ...one, added: one.added.map((of, l) => ({ ...of, taps: brick.added[l].taps })), base: brick.base };
    const grown = await configure(file, undefined, { bricks: [own] });
    const expected = await (await configure(model, undefined, { bricks: [one] })).logits(text);
    expect(largestDifference(await grown.logits(text), expected)).toBeLessThan(1e-4);
    await expect(grown.save("grown.onnx")).rejects.toThrow("cannot be saved");
  });

  it("says what it cannot grow", async () => {
    await expect(growBrick(model, "x", [rounds(5)], { neurons: 0 })).rejects.toThrow("0 new neurons");
    await expect(growBrick(model, "x", [rounds(5)], { neurons: 1, layers: [2] })).rejects.toThrow(
      "no feed-forward layer 2",
    );
  });
});

describe("a brick", () => {
  it("is kept in a file", () => {
    const again = decodeBrick(encodeBrick(one));
    expect(again).toEqual(one);
    expect(() => decodeBrick(encodeBrick({ ...one, name: "x" }).subarray(0, 90))).toThrow();
  });

  it("of another base is refused", async () => {
    const elsewhere = modelOf({ ...params, norm: { scale: Tensor.full([8], 2) } });
    expect(await baseOf(elsewhere)).not.toBe(one.base);
    await expect(configure(elsewhere, undefined, { bricks: [one] })).rejects.toThrow(
      '"fives" is of another base model',
    );
    await expect(mergeBricks(model, [one, { ...other, base: "00" }])).rejects.toThrow(
      '"sevens" is of another base model',
    );
  });
});

describe("merging", () => {
  it("the union is as all of them on; weights of 1 and 0 give the first", async () => {
    const union = await mergeBricks(model, [one, other]);
    const both = await configure(model, undefined, { bricks: [one, other] });
    const merged = await configure(model, undefined, { bricks: [union] });
    expect(largestDifference(await merged.logits(text), await both.logits(text))).toBeLessThan(1e-6);
    const first = await mergeBricks(model, [one, other], [1, 0]);
    for (const [l, { gate, down }] of first.added.entries()) {
      expect(largestDifference(gate, one.added[l].gate)).toBeLessThan(1e-6);
      expect(largestDifference(down, one.added[l].down)).toBeLessThan(1e-6);
    }
  });

  it("finds weights on validation texts, and refuses what did not start alike", async () => {
    const validation = [
      { name: "fives", prompts: [rounds(5).slice(0, 30)] },
      { name: "sevens", prompts: [rounds(7).slice(0, 30)] },
    ];
    const best = await mergeBricks(model, [one, other], "auto", validation, { grid: [0, 1] });
    const lossOf = async (weights: number[]) => {
      const on = await configure(model, undefined, { bricks: [await mergeBricks(model, [one, other], weights)] });
      const losses = await Promise.all(validation.map(({ prompts }) => textLoss(on, prompts)));
      return (losses[0] + losses[1]) / 2;
    };
    const all = await Promise.all(
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ].map(lossOf),
    );
    const on = await configure(model, undefined, { bricks: [best] });
    const reached = (await textLoss(on, validation[0].prompts)) + (await textLoss(on, validation[1].prompts));
    expect(reached / 2).toBeCloseTo(Math.min(...all), 5);
    const elsewhere = await growBrick(model, "else", [rounds(5)], { ...growing, steps: 1, seed: 1 });
    await expect(mergeBricks(model, [one, elsewhere], [1, 1])).rejects.toThrow("did not start alike");
    await expect(mergeBricks(model, [one, other], "auto")).rejects.toThrow("needs texts to validate on");
  });
});

describe("updating", () => {
  const general = randomTexts(20, 30);
  const row = [...clean.numbers().slice(-12)];
  // With twelve words in eight dimensions not each can be far ahead of all others.
  const target = row.indexOf([...row].sort((a, b) => b - a)[3]);

  it("makes the target the first choice, token by token", async () => {
    const { brick, probability, strongest } = await updateBrick(model, { prompt: text, target: [target, 3] }, general, {
      probability: 0.3,
    });
    expect(probability).toBeGreaterThanOrEqual(0.3);
    const on = await configure(model, undefined, { bricks: [brick] });
    const after = (await on.logits([...text, target])).numbers();
    const first = (row: Float64Array) => row.indexOf(Math.max(...row));
    expect([first(after.slice(-24, -12)), first(after.slice(-12))]).toEqual([target, 3]);
    expect(strongest[0].neuron).toMatch(/^block1\/mlp:\d+$/);
    expect(strongest[0].strength).toBeGreaterThan(strongest[9].strength);
    expect(decodeBrick(encodeBrick(brick))).toEqual(brick);
  });

  it("is the least change of what general texts give", async () => {
    const { brick } = await updateBrick(model, { prompt: text, target: [target], layer: 0 }, general, { ridge: 0 });
    const [{ key, value }] = brick.changed;
    const activations = async (texts: readonly number[][]) => {
      const rows: Float64Array[] = [];
      for (const of of texts) {
        const a = (await model.activations(of, ["block0/mlp"]))["block0/mlp"].numbers();
        for (let t = 0; t < of.length; t++) rows.push(a.slice(24 * t, 24 * (t + 1)));
      }
      return rows;
    };
    const dot = (k: ArrayLike<number>, a: Float64Array) => a.reduce((sum, v, i) => sum + v * k[i], 0);
    const a = (await activations([text])).at(-1) ?? new Float64Array(24);
    // The key gives the change in full where it shall be …
    expect(dot(key.numbers(), a)).toBeCloseTo(1, 3);
    // … and of all keys that do, the one with the least squared effect on general texts.
    const rows = await activations(general);
    const effect = (k: ArrayLike<number>) => rows.reduce((sum, row) => sum + dot(k, row) ** 2, 0);
    const least = effect(key.numbers());
    for (const seed of [1, 2, 3]) {
      const noise = new Rng(seed).normal([24], 0, 0.05).numbers();
      const moved = key.numbers().map((v, i) => v + noise[i]);
      const scale = dot(moved, a);
      expect(effect(moved.map((v) => v / scale))).toBeGreaterThan(least * 0.999);
    }
    expect(value.size).toBe(8);
    await expect(updateBrick(model, { prompt: text, target: [1], layer: 5 }, general)).rejects.toThrow(
      "no feed-forward layer 5",
    );
    await expect(updateBrick(model, { prompt: text, target: [1] }, [])).rejects.toThrow("no general texts");
    await expect(updateBrick(model, { prompt: [], target: [1] }, general)).rejects.toThrow("need a token at least");
  });
});
