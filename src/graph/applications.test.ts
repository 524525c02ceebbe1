import { expect, it } from "vitest";
import { applicationsIn, compile, Rng, scan, scope, type Value } from "./index.ts";

it("nodes are found with what they read, in loops for all steps at once", async () => {
  const rng = new Rng(1);
  const [w, u] = [rng.normal([3, 3]), rng.normal([3, 3])];
  const fn = compile((x: Value) => {
    const first = scope("first", () => x.matmul(w));
    const { ys } = scope("loop", () =>
      scan(
        (h, step) => {
          const next = h.matmul(u).add(step).tanh();
          return { state: next, y: next };
        },
        first.slice([0], [1]).squeeze(0).mul(0),
        first,
      ),
    );
    const all = applicationsIn([ys], (op) => op === "MatMul");
    expect(all.map(({ scope: where, times, output }) => [where, times, output.shape])).toEqual([
      ["first", 1, [5, 2, 3]],
      ["loop", 5, [2, 3]],
    ]);
    expect(all.map(({ inputs }) => inputs.map((input) => input?.steps))).toEqual([
      [0, 0],
      [1, 0],
    ]);
    return { ys, states: all[1].inputs[0]?.value ?? x, plain: all[0].inputs[0]?.value ?? ys };
  });
  const x = rng.normal([5, 2, 3]);
  const { ys, states, plain } = await fn(x);
  expect([...plain.data]).toEqual([...x.data]);
  // What the loop multiplies is its state before each step.
  expect([...states.numbers()].map((v) => v + 0)).toEqual([...new Float32Array(6), ...ys.numbers().subarray(0, 24)]);
});
