import { expect, it } from "vitest";
import { Rng, Tensor } from "../../graph/index.ts";
import { distances } from "./distances.ts";
import { mds } from "./mds.ts";

const rng = new Rng(9);

it("points of a plane in many dimensions come back with their distances, without any step of majorisation", async () => {
  const [a, b] = [rng.normal([1, 20]).numbers(), rng.normal([1, 20]).numbers()];
  const rows = Array.from({ length: 30 }, () => {
    const [u, v] = [rng.gaussian(), 3 * rng.gaussian()];
    return Array.from(a, (_, k) => 5 + u * a[k] + v * b[k]);
  });
  const x = new Tensor("float64", [30, 20], Float64Array.from(rows.flat()));
  const { points, stress } = await mds(x, { iterations: 0 });
  const [given, found] = [await distances(x), await distances(points)];
  expect(Math.max(...given.pairs.map((d, i) => Math.abs(d - found.pairs[i])))).toBeLessThan(1e-8);
  expect(stress).toBeLessThan(1e-8);
});

it("majorisation only lowers the stress", async () => {
  const x = rng.normal([60, 12]);
  const stresses: number[] = [];
  for (const iterations of [0, 1, 5, 20, 300]) stresses.push((await mds(x, { iterations })).stress);
  expect(stresses).toEqual([...stresses].sort((p, q) => q - p));
  expect(stresses[4]).toBeLessThan(0.9 * stresses[0]);
});

it("clusters stay together; as many dimensions as there are need no stress", async () => {
  const x = Tensor.of(
    Array.from({ length: 40 }, (_, i) => [i % 2 ? 5 : 0, rng.gaussian(), rng.gaussian()]).flat(),
    [40, 3],
  );
  const { points } = await mds(x);
  const p = points.numbers();
  const gap = (i: number, j: number) => Math.hypot(p[2 * i] - p[2 * j], p[2 * i + 1] - p[2 * j + 1]);
  expect(gap(0, 2)).toBeLessThan(gap(0, 1));
  expect((await mds(x, { dims: 3 })).stress).toBeLessThan(1e-6);
  await expect(mds(Tensor.zeros([1, 3]))).rejects.toThrow("1 points do not span 2 dimensions");
});
