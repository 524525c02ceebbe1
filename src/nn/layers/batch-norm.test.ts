import { expect, it } from "vitest";
import { compile, Rng, type Value } from "../../graph/index.ts";
import { type BatchNorm, type BatchStatistics, batchNorm, foldBatchNorm, initBatchNorm } from "./batch-norm.ts";
import { conv, initConv } from "./conv.ts";

it("normalises each channel over the batch, and folds into the convolution once the statistics are known", async () => {
  const rng = new Rng(3);
  const filter = initConv(rng, 3, 4, 3);
  const { params, statistics } = initBatchNorm(4);
  const learned = { scale: rng.uniform([4], 0.5, 2), shift: rng.normal([4]) };
  const x = rng.normal([8, 3, 10, 10], 1, 2);
  const run = compile((p: BatchNorm<Value>, s: BatchStatistics<Value>, v: Value) =>
    batchNorm(p, s, conv(filter, v), { training: true, momentum: 0 }),
  );
  const plain = (await run(params, statistics, x)).y;
  for (let c = 0; c < 4; c++) {
    const values = plain.numbers().filter((_, i) => Math.floor(i / 64) % 4 === c);
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length).toBeCloseTo(1, 3);
  }
  const { y, statistics: seen } = await run(learned, statistics, x);
  const folded = await compile((v: Value) => conv(foldBatchNorm(filter, learned, seen), v))(x);
  const [a, b] = [folded.numbers(), y.numbers()];
  for (let i = 0; i < a.length; i += 37) expect(a[i]).toBeCloseTo(b[i], 3);
  const byRunning = (v: Value) => batchNorm(learned, seen, conv(filter, v), { training: false });
  const inference = await compile(byRunning)(x);
  expect(inference.statistics.mean.numbers()).toEqual(seen.mean.numbers());
  const running = inference.y.numbers();
  for (let i = 0; i < b.length; i += 37) expect(running[i]).toBeCloseTo(b[i], 3);
});
