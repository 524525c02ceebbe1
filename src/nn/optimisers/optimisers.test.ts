import { describe, expect, it } from "vitest";
import { compile, Rng, Tensor, type Value, valueAndGrad } from "../../graph/index.ts";
import { cosine } from "../schedule.ts";
import {
  accumulate,
  adagrad,
  adam,
  adamw,
  applyUpdates,
  chain,
  clip,
  clipByGlobalNorm,
  freeze,
  keepWithin,
  lamb,
  lion,
  momentum,
  type Optimiser,
  type OptimiserState,
  onlyMatrices,
  partition,
  rmsprop,
  sgd,
} from "./index.ts";

/** A published rule in plain numbers: the change of one parameter array in step t = 1, 2, …, with a memory of its own. */
type Plain = (theta: readonly number[], g: readonly number[], memory: Record<string, number[]>, t: number) => number[];

const zeros = (like: readonly number[]) => like.map(() => 0);
const norm = (v: readonly number[]) => Math.hypot(...v);

function adamDirection(
  theta: readonly number[],
  g: readonly number[],
  memory: Record<string, number[]>,
  t: number,
  epsilon = 1e-8,
) {
  memory.m = (memory.m ?? zeros(theta)).map((m, i) => 0.9 * m + 0.1 * g[i]);
  memory.v = (memory.v ?? zeros(theta)).map((v, i) => 0.999 * v + 0.001 * g[i] ** 2);
  return memory.m.map((m, i) => m / (1 - 0.9 ** t) / (Math.sqrt(memory.v[i] / (1 - 0.999 ** t)) + epsilon));
}

const rate = 0.05;
const cases: readonly (readonly [name: string, optimiser: Optimiser, plain: Plain])[] = [
  ["sgd", sgd(rate), (_theta, g) => g.map((gi) => -rate * gi)],
  [
    "sgd by a schedule",
    sgd(cosine(rate, 4)),
    (_theta, g, _memory, t) => g.map((gi) => -rate * 0.5 * (1 + Math.cos((Math.PI * Math.min(t - 1, 4)) / 4)) * gi),
  ],
  [
    "momentum",
    momentum(rate),
    (theta, g, memory) => {
      memory.v = (memory.v ?? zeros(theta)).map((v, i) => 0.9 * v + g[i]);
      return memory.v.map((v) => -rate * v);
    },
  ],
  [
    "Nesterov momentum",
    momentum(rate, { momentum: 0.8, nesterov: true }),
    (theta, g, memory) => {
      memory.v = (memory.v ?? zeros(theta)).map((v, i) => 0.8 * v + g[i]);
      return memory.v.map((v, i) => -rate * (g[i] + 0.8 * v));
    },
  ],
  ["adam", adam(rate), (theta, g, memory, t) => adamDirection(theta, g, memory, t).map((d) => -rate * d)],
  [
    "adamw",
    adamw(rate, { weightDecay: 0.1 }),
    (theta, g, memory, t) => adamDirection(theta, g, memory, t).map((d, i) => -rate * (d + 0.1 * theta[i])),
  ],
  [
    "rmsprop",
    rmsprop(rate),
    (theta, g, memory) => {
      memory.s = (memory.s ?? zeros(theta)).map((s, i) => 0.9 * s + 0.1 * g[i] ** 2);
      return g.map((gi, i) => (-rate * gi) / (Math.sqrt(memory.s[i]) + 1e-8));
    },
  ],
  [
    "rmsprop with momentum",
    rmsprop(rate, { momentum: 0.5 }),
    (theta, g, memory) => {
      memory.s = (memory.s ?? zeros(theta)).map((s, i) => 0.9 * s + 0.1 * g[i] ** 2);
      memory.v = (memory.v ?? zeros(theta)).map((v, i) => 0.5 * v + g[i] / (Math.sqrt(memory.s[i]) + 1e-8));
      return memory.v.map((v) => -rate * v);
    },
  ],
  [
    "adagrad",
    adagrad(rate, { initial: 0.1 }),
    (theta, g, memory) => {
      memory.s = (memory.s ?? theta.map(() => 0.1)).map((s, i) => s + g[i] ** 2);
      return g.map((gi, i) => (-rate * gi) / (Math.sqrt(memory.s[i]) + 1e-8));
    },
  ],
  [
    "lion",
    lion(rate, { weightDecay: 0.2 }),
    (theta, g, memory) => {
      const m = memory.m ?? zeros(theta);
      memory.m = m.map((mi, i) => 0.99 * mi + 0.01 * g[i]);
      return m.map((mi, i) => -rate * (Math.sign(0.9 * mi + 0.1 * g[i]) + 0.2 * theta[i]));
    },
  ],
  [
    "lamb",
    lamb(rate, { weightDecay: 0.1 }),
    (theta, g, memory, t) => {
      const d = adamDirection(theta, g, memory, t, 1e-6).map((di, i) => di + 0.1 * theta[i]);
      return d.map((di) => (-rate * di * norm(theta)) / norm(d));
    },
  ],
  [
    "element-wise clipping",
    chain(clip(0.3), sgd(rate)),
    (_theta, g) => g.map((gi) => -rate * Math.max(-0.3, Math.min(0.3, gi))),
  ],
];

/** Each leaf of the parameters as numbers, after each of some steps along random gradients. */
async function run(optimiser: Optimiser, start: Record<string, Tensor>, gradients: readonly Record<string, Tensor>[]) {
  type Params = Record<string, Value>;
  const step = compile((params: Params, state: OptimiserState<Value>, g: Params) => {
    const { updates, state: next } = optimiser.update(g, state, params);
    return { params: applyUpdates(params, updates), state: next };
  });
  let params: Record<string, Tensor> = start;
  let state = optimiser.init(start);
  const path: Record<string, number[]>[] = [];
  for (const g of gradients) {
    ({ params, state } = await step(params, state, g));
    path.push(Object.fromEntries(Object.entries(params).map(([name, t]) => [name, [...t.numbers()]])));
  }
  await step.release();
  return path;
}

const rng = new Rng(5);
const start = { w: rng.split("w").normal([3, 2]), b: rng.split("b").normal([4]) };
const gradients = Array.from({ length: 6 }, (_, t) => ({
  w: rng.split(`w${t}`).normal([3, 2]),
  b: rng.split(`b${t}`).normal([4], 0, 3),
}));

describe("each optimiser takes the steps of its published equations", () => {
  it.each(cases)("%s", async (_name, optimiser, plain) => {
    const path = await run(optimiser, start, gradients);
    for (const leaf of ["w", "b"] as const) {
      const memory: Record<string, number[]> = {};
      let theta = [...start[leaf].numbers()];
      for (const [i, g] of gradients.entries()) {
        const change = plain(theta, [...g[leaf].numbers()], memory, i + 1);
        theta = theta.map((v, k) => v + change[k]);
        for (const [k, v] of theta.entries()) expect(path[i][leaf][k]).toBeCloseTo(v, 4);
      }
    }
  });

  it("clipping by the global norm scales all leaves by one factor, only where the norm is exceeded", async () => {
    const path = await run(chain(clipByGlobalNorm(5), sgd(1)), start, gradients);
    let before: Record<string, number[]> = { w: [...start.w.numbers()], b: [...start.b.numbers()] };
    for (const [i, { w, b }] of gradients.entries()) {
      const total = norm([...w.numbers(), ...b.numbers()]);
      const factor = Math.min(1, 5 / total);
      for (const [leaf, g] of [
        ["w", w],
        ["b", b],
      ] as const)
        for (const [k, gk] of g.numbers().entries())
          expect(path[i][leaf][k]).toBeCloseTo(before[leaf][k] - factor * gk, 5);
      before = path[i];
    }
    const zero = { w: Tensor.zeros([3, 2]), b: Tensor.zeros([4]) };
    const [still] = await run(chain(clipByGlobalNorm(5), sgd(1)), start, [zero]);
    expect(still.w).toEqual([...start.w.numbers()]);
  });

  it("a mask spares biases from decay", async () => {
    const zero = { w: Tensor.zeros([3, 2]), b: Tensor.zeros([4]) };
    const [path] = await run(adamw(0.1, { weightDecay: 0.5, mask: onlyMatrices }), start, [zero]);
    expect(path.b).toEqual([...start.b.numbers()]);
    for (const [i, v] of start.w.numbers().entries()) expect(path.w[i]).toBeCloseTo(v * 0.95, 6);
  });

  it("each group of parameters has its own", async () => {
    const path = await run(
      partition((name) => name, { w: adam(cosine(rate, 4)), b: chain(sgd(1), keepWithin(-1, 2)) }),
      start,
      gradients,
    );
    const [w, b] = [
      await run(
        adam(cosine(rate, 4)),
        { w: start.w },
        gradients.map(({ w }) => ({ w })),
      ),
      start.b,
    ];
    let theta = [...b.numbers()];
    for (const [i, g] of gradients.entries()) {
      expect(path[i].w).toEqual(w[i].w);
      theta = theta.map((v, k) => Math.min(2, Math.max(-1, v - g.b.numbers()[k])));
      for (const [k, v] of theta.entries()) expect(path[i].b[k]).toBeCloseTo(v, 5);
    }
  });

  it("what is frozen stays, whatever its gradient", async () => {
    const nothing = { w: Tensor.full([3, 2], Number.NaN), b: gradients[0].b };
    const groups = { frozen: freeze(), rest: sgd(1) };
    const [path] = await run(
      partition((name) => (name === "w" ? "frozen" : "rest"), groups),
      start,
      [nothing],
    );
    expect(path.w).toEqual([...start.w.numbers()]);
    expect(path.b[0]).toBeCloseTo(start.b.numbers()[0] - gradients[0].b.numbers()[0], 5);
    expect(() => partition((name) => name, { w: sgd(1) }).init(start)).toThrow('"b" is of the group "b"');
    expect(() => keepWithin(1, -1)).toThrow("nothing lies between");
  });

  it("accumulating over three batches is one step along their mean gradient", async () => {
    const accumulated = await run(accumulate(3, adam(rate)), start, gradients);
    const mean = (k: number) => {
      const of = (leaf: "w" | "b") => {
        const parts = gradients.slice(3 * k, 3 * k + 3).map((g) => g[leaf].numbers());
        return Tensor.of(
          parts[0].map((_, i) => (parts[0][i] + parts[1][i] + parts[2][i]) / 3),
          start[leaf].shape,
        );
      };
      return { w: of("w"), b: of("b") };
    };
    const whole = await run(adam(rate), start, [mean(0), mean(1)]);
    expect(accumulated[1].w).toEqual([...start.w.numbers()]);
    for (const k of [0, 1])
      for (const [i, v] of whole[k].w.entries()) expect(accumulated[3 * k + 2].w[i]).toBeCloseTo(v, 5);
  });
});

it("float64 parameters stay float64", async () => {
  const w = Tensor.of([1, 2], [2], "float64");
  const step = compile((params: { w: Value }, state: OptimiserState<Value>) => {
    const optimiser = adamw(cosine(0.1, 10));
    const { updates, state: next } = optimiser.update({ w: params.w.mul(2) }, state, params);
    return { params: applyUpdates(params, updates), state: next };
  });
  const { params } = await step({ w }, adamw(cosine(0.1, 10)).init({ w }));
  expect(params.w.dtype).toBe("float64");
  expect(params.w.numbers()[0]).toBeCloseTo(1 - 0.1 - 0.001, 5);
});

describe("each optimiser comes down to the bottom of a quadratic", () => {
  const optimisers: readonly (readonly [string, Optimiser])[] = [
    ["sgd", sgd(0.1)],
    ["momentum", momentum(0.02)],
    ["nesterov", momentum(0.02, { nesterov: true })],
    ["adam", adam(cosine(0.3, 200))],
    ["adamw", adamw(cosine(0.3, 200), { weightDecay: 0 })],
    ["rmsprop", rmsprop(cosine(0.1, 200))],
    ["adagrad", adagrad(1)],
    ["lion", lion(cosine(0.1, 200))],
    ["lamb", lamb(cosine(0.1, 200))],
  ];
  it.each(optimisers)("%s", async (_name, optimiser) => {
    // ½ Σ cᵢ (xᵢ − tᵢ)², curvatures 0.5 to 4.
    const [curvature, target] = [Tensor.of([0.5, 1, 2, 4]), Tensor.of([1, -2, 3, 0.5])];
    const step = compile((params: { x: Value }, state: OptimiserState<Value>) => {
      const loss = (p: { x: Value }) => p.x.sub(target).square().mul(curvature).sum().mul(0.5);
      const [value, gradient] = valueAndGrad(loss)(params);
      const { updates, state: next } = optimiser.update(gradient, state, params);
      return { value, params: applyUpdates(params, updates), state: next };
    });
    let params = { x: Tensor.of([0.1, 0.1, 0.1, 0.1]) };
    let state = optimiser.init(params);
    let value = Tensor.scalar(0);
    for (let i = 0; i < 200; i++) ({ value, params, state } = await step(params, state));
    expect(value.item()).toBeLessThan(2e-3);
    await step.release();
  });
});
