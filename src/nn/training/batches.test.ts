import { expect, it } from "vitest";
import { Rng, Tensor } from "../../graph/index.ts";
import { batches, takeRows, windows } from "./batches.ts";

const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const data = {
  id: Tensor.of(count(10), [10], "int64"),
  pair: Tensor.of(count(20), [10, 2]),
  byte: Tensor.of(count(10), [10], "uint8"),
};

it("an epoch sees each example once, in an order of its own; rows stay together", async () => {
  const shuffled = batches(data, { size: 2, rng: new Rng(1) });
  expect(shuffled.perEpoch).toBe(5);
  const orders = await Promise.all(
    [0, 1].map(async (epoch) => {
      const seen: number[] = [];
      for (let i = 0; i < 5; i++) {
        const { id, pair, byte } = await shuffled.batch(5 * epoch + i);
        expect([id.dtype, pair.shape, byte.dtype]).toEqual(["int64", [2, 2], "uint8"]);
        expect([...pair.numbers()]).toEqual([...id.numbers()].flatMap((v) => [2 * v, 2 * v + 1]));
        seen.push(...id.numbers());
      }
      return seen;
    }),
  );
  for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(count(10));
  expect(orders[0]).not.toEqual(orders[1]);
  expect([...(await shuffled.batch(3)).id.numbers()]).toEqual(orders[0].slice(6, 8));
});

it("without a generator the order is the data's, and a rest is left out", async () => {
  const plain = batches(data, { size: 4 });
  expect(plain.perEpoch).toBe(2);
  expect([...(await plain.batch(1)).id.numbers()]).toEqual([4, 5, 6, 7]);
  expect([...(await plain.batch(2)).id.numbers()]).toEqual([0, 1, 2, 3]);
  expect(() => batches(data, { size: 11 })).toThrow(/10 examples make no batch of 11/);
  expect(() => batches({ a: data.id, b: Tensor.zeros([3]) }, { size: 1 })).toThrow(/"b" is \[3\], "a" \[10\]/);
});

it("windows are pieces of the sequence, targets one further, the same for the same step", async () => {
  const source = windows(Tensor.of(count(100), [100], "int64"), { length: 5, size: 3, rng: new Rng(2) });
  const { inputs, targets } = await source.batch(4);
  expect([inputs.shape, inputs.dtype]).toEqual([[3, 5], "int64"]);
  const [a, b] = [inputs.numbers(), targets.numbers()];
  for (let i = 0; i < 15; i++) {
    expect(b[i]).toBe(a[i] + 1);
    if (i % 5 > 0) expect(a[i]).toBe(a[i - 1] + 1);
  }
  expect((await source.batch(4)).inputs.data).toEqual(inputs.data);
  expect((await source.batch(5)).inputs.data).not.toEqual(inputs.data);
  expect(() => windows(Tensor.zeros([5]), { length: 5, size: 1, rng: new Rng(1) })).toThrow(/no window/);
});

it("rows may repeat", () => {
  expect([...takeRows(data.pair, [3, 3, 0]).numbers()]).toEqual([6, 7, 6, 7, 0, 1]);
});
