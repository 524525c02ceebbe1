import { describe, expect, it } from "vitest";
import { compile, mapLeaves, Rng, Tensor, type Value, valueAndGrad } from "../../graph/index.ts";
import {
  accumulate,
  adagrad,
  adam,
  adamw,
  addDecayedWeights,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  lamb,
  lion,
  momentum,
  type Optimiser,
  rmsprop,
  sgd,
} from "../../nn/index.ts";
import { randomMask } from "./erk.ts";
import { forget, masked, maskedState, remask } from "./masked.ts";
import { applyMasks, tensorsAt } from "./masks.ts";

const rng = new Rng(5);
interface Params<T> {
  readonly w: T;
  readonly b: T;
}
const masks = { w: randomMask([6, 4], 9, rng) };
const start: Params<Tensor> = applyMasks({ w: rng.normal([6, 4]), b: rng.normal([4]) }, masks);
const loss = (p: Params<Value>, x: Value) => x.matmul(p.w).add(p.b).tanh().square().mean();

async function train(optimiser: Optimiser, steps: number) {
  const step = compile((params: Params<Value>, state: ReturnType<typeof optimiser.update>["state"], x: Value) => {
    const [, gradients] = valueAndGrad((p: Params<Value>) => loss(p, x))(params);
    const result = optimiser.update(gradients, state, params);
    return { params: applyUpdates(params, result.updates), state: result.state };
  });
  let now = { params: start, state: optimiser.init(start) };
  for (let i = 0; i < steps; i++) now = (await step(now.params, now.state, rng.split(i).normal([8, 6]))) as typeof now;
  await step.release();
  return now;
}

const outside = (tensor: Tensor) =>
  tensor.numbers().filter((value, i) => masks.w.numbers()[i] === 0 && value !== 0).length;

describe("masked entries and what is remembered of them stay exactly zero", () => {
  const decayed = chain(addDecayedWeights({ weightDecay: 0.1 }), momentum(0.1, { nesterov: true }));
  const optimisers: Record<string, Optimiser> = {
    sgd: sgd(0.1),
    "momentum with decay": decayed,
    "clipped adam": chain(clipByGlobalNorm(0.1), adam(0.01)),
    adamw: adamw(0.01),
    rmsprop: rmsprop(0.01),
    adagrad: adagrad(0.1),
    lion: lion(0.01),
    lamb: lamb(0.01),
    accumulate: accumulate(2, momentum(0.1)),
  };
  it.each(Object.keys(optimisers))("%s", async (name) => {
    const { params, state } = await train(masked(optimisers[name], masks), 4);
    expect(outside(params.w)).toBe(0);
    expect(params.w.data).not.toEqual(start.w.data);
    expect(params.b.data).not.toEqual(start.b.data);
    let seen = 0;
    mapLeaves(maskedState(state).inner, (leaf, path) => {
      if (!path.endsWith("w")) return;
      seen++;
      expect(outside(leaf as Tensor)).toBe(0);
    });
    expect(seen).toBe({ sgd: 0, adamw: 2, "clipped adam": 2, lamb: 2, accumulate: 2 }[name] ?? 1);
  });
});

it("an optimiser of one's own that moves everything moves no masked weight", async () => {
  const restless: Optimiser = {
    init: () => ({}),
    update: (gradients, state) => ({
      updates: mapLeaves(gradients, (g) => (g as Value).add(1)) as typeof gradients,
      state,
    }),
  };
  expect(outside((await train(masked(restless, masks), 2)).params.w)).toBe(0);
});

it("other masks: what is new has no memory, what stays keeps it", async () => {
  const optimiser = masked(momentum(0.1), masks);
  const { state } = await train(optimiser, 3);
  const kept = { w: randomMask([6, 4], 12, rng.split("other")) };
  const both = new Tensor(
    "bool",
    [6, 4],
    Uint8Array.from(kept.w.numbers(), (bit, i) => bit * masks.w.numbers()[i]),
  );
  const next = maskedState(remask(maskedState(state), start, { w: both }, { w: both }));
  const velocity = ({ inner }: typeof next) => tensorsAt(inner, ["0/velocity/w", "0/velocity/b"]);
  const [before, after] = [velocity(maskedState(state)), velocity(next)];
  expect([...after[0].numbers()]).toEqual([...before[0].numbers()].map((v, i) => (both.numbers()[i] ? v : 0)));
  expect(after[1]).toBe(before[1]);
  expect(next.masks.w).toBe(both);
  expect(forget({ step: Tensor.scalar(3) }, start, { w: both })).toEqual({ step: Tensor.scalar(3) });
});
