import { expect, it } from "vitest";
import { compile, Rng, type Value } from "../../../graph/index.ts";
import { initNetwork, logits, type Network } from "./experiment/network.ts";
import { disguised } from "./experiment/planted.ts";

it("a disguised network computes the same function", async () => {
  const params = initNetwork(new Rng(1), "uniform");
  const twin = disguised(params, new Rng(2));
  const x = new Rng(3).normal([4, 3, 32, 32]);
  const run = compile((p: Network<Value>, images: Value) => logits(p, images));
  const [before, after] = [await run(params, x), await run(twin.params, x)];
  const size = Math.max(...before.numbers().map(Math.abs));
  for (const [at, value] of after.numbers().entries())
    expect(Math.abs(value - before.numbers()[at])).toBeLessThan(1e-4 * size);
  expect([...twin.disguises.conv1.order].every((from, i) => from === i)).toBe(false);
  expect(twin.params.conv1.weight).not.toEqual(params.conv1.weight);
});
