import { it } from "vitest";
import { compile } from "./graph/compile.ts";
import { customVjp, valueAndGrad } from "./graph/derivative.ts";
import { Rng } from "./graph/rng.ts";
import { type ScanOptions, scan } from "./graph/scan.ts";
import { unrolled } from "./graph/testing/unrolled.ts";
import type { Value } from "./graph/value.ts";

const spike = customVjp(
  (v: Value) => ({ result: v.greater(0).cast(v.dtype), saved: v }),
  (v: Value, cotangent: Value) => [cotangent.mul(v.abs().mul(10).add(1).square().reciprocal())],
);
const rng = new Rng(1);
const [T, B, N] = [100, 64, 256];
type P = { w: Value; beta: Value };
const model = (loop: typeof scan, o: ScanOptions) => (p: P, x: Value) => {
  const zero = x.slice([0], [1]).squeeze(0).mul(0);
  const { ys } = loop(
    ({ v, z }: { v: Value; z: Value }, xt: Value) => {
      const m = v.mul(p.beta).add(xt).add(z.matmul(p.w)).sub(z);
      const s = spike(m.sub(1));
      return { state: { v: m, z: s }, y: s };
    },
    { v: zero, z: zero },
    x,
    o,
  );
  return ys.mean().square();
};
it("bench", async () => {
  const p = { w: rng.normal([N, N], 0.05), beta: rng.normal([N], 0.05) },
    x = rng.normal([T, B, N]);
  for (const [name, loop, o] of [
    ["scan", scan, {}],
    ["checkpoint", scan, { checkpoint: true }],
    ["unrolled", unrolled, {}],
  ] as const) {
    for (const [what, fn] of [
      ["forward", model(loop as any, o)],
      ["forward+backward", (p: P, x: Value) => valueAndGrad(model(loop as any, o))(p, x)],
    ] as const) {
      for (const threads of [1, 2]) {
        const run = compile(fn as any, { threads });
        const t0 = performance.now();
        await run(p as any, x);
        const first = performance.now() - t0;
        const times: number[] = [];
        for (let i = 0; i < 15; i++) {
          const t = performance.now();
          await run(p as any, x);
          times.push(performance.now() - t);
        }
        times.sort((a, b) => a - b);
        console.log(
          name,
          what,
          "threads",
          threads,
          "first",
          first.toFixed(0),
          "median",
          times[7].toFixed(1),
          "min",
          times[0].toFixed(1),
        );
        await run.release();
      }
    }
  }
}, 200000);
