import { describe, expect, it } from "vitest";
import { Rng, scan, scope, Tensor, type Value } from "../../graph/index.ts";
import { conv } from "../../nn/index.ts";
import { run } from "../../nn/testing/run.ts";
import { countOperations } from "./energy.ts";
import { lif } from "./neurons/lif.ts";
import { runNeurons } from "./run-neurons.ts";

const spikesOf = (rng: Rng, shape: readonly number[], rate = 0.3, height = 1) =>
  Tensor.of(
    rng
      .uniform(shape)
      .numbers()
      .map((u) => (u < rate ? height : 0)),
    shape,
  );

/** Weights of which some are exactly 0. */
const sparse = (rng: Rng, shape: readonly number[]) =>
  Tensor.of(
    rng
      .normal(shape)
      .numbers()
      .map((w) => (Math.abs(w) < 0.5 ? 0 : w)),
    shape,
  );

describe("additions are counted exactly, as a loop over all synapses counts them", () => {
  it("in products of matrices", async () => {
    const rng = new Rng(1);
    const [x, w] = [spikesOf(rng, [6, 4, 10]), sparse(rng, [10, 7])];
    const { rows, ...total } = await countOperations((v: Value) => v.matmul(w), [x], { steps: 6, neuronUpdates: 168 });
    let expected = 0;
    for (let row = 0; row < 24; row++)
      for (let i = 0; i < 10; i++)
        for (let o = 0; o < 7; o++) expected += Number(x.data[row * 10 + i] !== 0 && w.data[i * 7 + o] !== 0);
    expect(rows).toEqual([
      expect.objectContaining({
        kind: "matmul",
        input: "binary",
        synapticOperations: expected,
        multiplications: 0,
        full: 1680,
      }),
    ]);
    expect(total.picojoules).toBeCloseTo(0.9 * expected + 4.6 * 168, 6);
    expect(total.twinPicojoules).toBeCloseTo((4.6 * 1680) / 6, 6);
  });

  it("in convolutions with borders, strides and groups", async () => {
    const rng = new Rng(2);
    const [x, w] = [spikesOf(rng, [2, 4, 7, 6], 0.4, 0.25), sparse(rng, [6, 2, 3, 3])];
    const fn = (v: Value) => conv({ weight: w }, v, { padding: 1, stride: 2, groups: 2 });
    const { rows } = await countOperations(fn, [x], { steps: 1 });
    let expected = 0;
    for (let n = 0; n < 2; n++)
      for (let o = 0; o < 6; o++)
        for (let y = 0; y < 4; y++)
          for (let z = 0; z < 3; z++)
            for (let c = 0; c < 2; c++)
              for (let i = 0; i < 3; i++)
                for (let j = 0; j < 3; j++) {
                  const [row, column] = [2 * y + i - 1, 2 * z + j - 1];
                  if (row < 0 || column < 0 || row >= 7 || column >= 6) continue;
                  const channel = 2 * Math.floor(o / 3) + c;
                  const event = x.data[((n * 4 + channel) * 7 + row) * 6 + column];
                  expected += Number(event !== 0 && w.data[((o * 2 + c) * 3 + i) * 3 + j] !== 0);
                }
    // All events have one height, which is folded into the weights.
    expect(rows[0]).toMatchObject({
      kind: "conv",
      input: "binary",
      synapticOperations: expected,
      full: 2 * 6 * 12 * 18,
    });
  });

  it("within loops, over all steps", async () => {
    const rng = new Rng(3);
    const [x, w, u] = [spikesOf(rng, [8, 3, 5]), sparse(rng, [5, 6]), sparse(rng, [6, 6])];
    const neurons = lif({ decayInput: false });
    const fn = (v: Value) => {
      const drive = v.matmul(w);
      const first = drive.slice([0], [1]).squeeze(0);
      const zero = first.mul(0);
      const { ys } = scope("recurrent", () =>
        scan(
          ({ state, s }, current: Value) => {
            const step = neurons.step(current.add(s.matmul(u)), state);
            return { state: { state: step.state, s: step.output }, y: step.output };
          },
          { state: neurons.rest(first), s: zero },
          drive,
        ),
      );
      return ys;
    };
    const { rows } = await countOperations(fn, [x], { steps: 8 });
    expect(rows.map(({ name, input }) => [name, input])).toEqual([
      ["MatMul 1", "binary"],
      ["recurrent/MatMul 2", "binary"],
    ]);
    const output = await run(fn, x);
    let expected = 0;
    // The last step's spikes go nowhere.
    for (let at = 0; at < 7 * 3 * 6; at++)
      if (output.data[at]) for (let o = 0; o < 6; o++) expected += Number(u.data[(at % 6) * 6 + o] !== 0);
    expect(rows[1].synapticOperations).toBe(expected);
    expect(expected).toBeGreaterThan(0);
  });
});

describe("what the input is, is seen from its numbers", () => {
  const rng = new Rng(4);
  const w = rng.normal([5, 4]);

  it.each([
    ["counts of spikes", Tensor.of([0, 1, 2, 0, 3], [1, 5]), "integer"],
    ["real numbers", Tensor.of([0, 0.5, 2, 0, 3], [1, 5]), "real"],
    ["silence", Tensor.zeros([1, 5]), "binary"],
  ] as const)("%s", async (_name, x, input) => {
    const [row] = (await countOperations((v: Value) => v.matmul(w), [x], { steps: 1 })).rows;
    expect(row.input).toBe(input);
    expect(row.multiplications).toBe(input === "binary" ? 0 : 20);
    expect(row.synapticOperations).toBe(0);
  });

  it("spikes on the right of a product are events, too; of two kinds of spikes only meetings count", async () => {
    const [a, b] = [spikesOf(rng, [3, 5]), spikesOf(rng, [5, 4])];
    const [right] = (
      await countOperations((v: Value) => v.tracer.lift(w, "float32").transpose().matmul(v), [b], { steps: 1 })
    ).rows;
    expect(right).toMatchObject({ input: "binary", synapticOperations: 4 * b.numbers().reduce((s, v) => s + v) });
    const [both] = (await countOperations((v: Value, u: Value) => v.matmul(u), [a, b], { steps: 1 })).rows;
    let meetings = 0;
    for (let i = 0; i < 3; i++)
      for (let k = 0; k < 5; k++)
        for (let j = 0; j < 4; j++) meetings += Number(a.data[i * 5 + k]) * Number(b.data[k * 4 + j]);
    expect(both.synapticOperations).toBe(meetings);
  });

  it("counting as many papers do prices real inputs as if they were spikes, and says so", async () => {
    const x = rng.normal([10, 5]);
    const report = await countOperations((v: Value) => v.matmul(w), [x], { steps: 1 });
    expect(report.paperPicojoules).toBeCloseTo(0.9 * 200, 6);
    expect(report.picojoules).toBeCloseTo(4.6 * 200, 6);
    expect(report.countsDiffer).toBe(true);
    await expect(countOperations((v: Value) => v.relu(), [x], { steps: 1 })).rejects.toThrow("no products");
  });

  it("membranes of a layer are no spikes, its output is", async () => {
    const x = spikesOf(rng, [6, 2, 5]);
    const fn = (v: Value) => {
      const { output, states } = runNeurons(lif(), v.matmul(w).mul(2));
      return [output.matmul(rng.split("a").normal([4, 2])), (states.v as Value).matmul(rng.split("b").normal([4, 2]))];
    };
    const { rows } = await countOperations(fn, [x], { steps: 6 });
    expect(rows.map(({ input }) => input)).toEqual(["binary", "binary", "real"]);
  });
});
