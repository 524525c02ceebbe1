import { describe, expect, it } from "vitest";
import { Rng, Tensor } from "../../graph/index.ts";
import { probe } from "./linear-probe.ts";

/** Three clouds in five dimensions. */
function clouds(spread: number, count = 150) {
  const rng = new Rng(4);
  const labels = Array.from({ length: count }, (_, i) => "abc"[i % 3]);
  const x = Tensor.of(
    labels.flatMap((label) =>
      Array.from({ length: 5 }, (_, k) => Number("abc".indexOf(label) === k) * 3 + spread * rng.gaussian()),
    ),
    [count, 5],
  );
  return { x, labels };
}

describe("a linear probe", () => {
  it("reads what is linear, and nothing but chance where labels mean nothing", async () => {
    const { x, labels } = clouds(0.5);
    const clear = await probe(x, labels, { steps: 60 });
    expect(clear.accuracy).toBeGreaterThan(0.97);
    expect(clear.chance).toBeCloseTo(1 / 3, 10);
    expect(clear.perFold.length).toBe(5);
    const order = new Rng(2).permutation(150);
    const meaningless = await probe(
      x,
      Array.from(order, (i) => labels[i]),
      { steps: 60 },
    );
    expect(meaningless.accuracy).toBeLessThan(0.48);
  });

  it("does not look at the points that it predicts", async () => {
    // More dimensions than points: fitted points are always right, others only by chance.
    const rng = new Rng(5);
    const labels = Array.from({ length: 60 }, () => rng.int(0, 2));
    const { accuracy } = await probe(rng.normal([60, 200]), labels, { steps: 60 });
    expect(accuracy).toBeLessThan(0.7);
    expect(accuracy).toBeGreaterThan(0.3);
  });
});
