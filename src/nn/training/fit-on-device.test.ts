import { expect, it } from "vitest";
import { DeviceTensor, openRuntime, Rng, type Runtime, Tensor, type Value } from "../../graph/index.ts";
import { mse } from "../losses.ts";
import { adam } from "../optimisers/index.ts";
import { batches } from "./batches.ts";
import { type FitOptions, fit as train } from "./fit.ts";

/** The processor as a card: what stays is out of sight until it is asked for. `held` is what has not been freed. */
async function card() {
  const processor = await openRuntime("cpu");
  const held = new Set<Tensor>();
  const count = { kept: 0, read: 0 };
  const runtime: Runtime = {
    device: "webgpu",
    float16: false,
    async createSession(model, { stay = [] } = {}) {
      const session = await processor.createSession(model);
      return {
        ...session,
        async run(feeds) {
          const at = (tensor: Tensor) =>
            (tensor instanceof DeviceTensor ? hosts.get(tensor.held) : undefined) ?? tensor;
          const given = Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [name, at(tensor)]));
          const results = await session.run(given);
          for (const name of stay) results[name] = keep(results[name]);
          return results;
        },
      };
    },
  };
  const hosts = new WeakMap<object, Tensor>();
  const keep = (tensor: Tensor) => {
    const read = async () => {
      count.read++;
      return tensor;
    };
    const there = { read, free: () => void held.delete(tensor) };
    hosts.set(there, tensor);
    held.add(tensor);
    count.kept++;
    return new DeviceTensor(tensor, there);
  };
  return { runtime, held, count };
}

const rng = new Rng(7);
const data = batches({ x: rng.normal([64, 3]), y: rng.normal([64, 1]) }, { size: 16, rng: rng.split("data") });
interface Line<T> {
  readonly w: T;
}
const line = {
  params: { w: Tensor.zeros([3, 1]) },
  loss: (p: Line<Value>, batch: { x: Value; y: Value }) => mse(batch.x.matmul(p.w), batch.y),
  data,
  optimiser: adam(0.1),
  steps: 12,
} satisfies FitOptions<Line<Tensor>, { x: Tensor; y: Tensor }, object>;

it("leaves on the card what the next step takes, with the same result", async () => {
  const { runtime, held, count } = await card();
  const there = await train({ ...line, compile: { runtime } });
  expect(there).toEqual(await train(line));
  expect(count.kept).toBeGreaterThanOrEqual(line.steps * 3);
  // Once, at the end.
  expect(count.read).toBeLessThanOrEqual(4);
  expect(held.size).toBe(0);
});

it("shows evaluations, changes and checkpoints Tensors of the host", async () => {
  const { runtime, held } = await card();
  const curve = async (options: Partial<typeof line> & { compile?: object }) => {
    const seen: number[] = [];
    const writes: Uint8Array[] = [];
    await train({
      ...line,
      ...options,
      evaluate: async ({ w }) => ({ norm: w.numbers().reduce((sum, v) => sum + v * v, 0) }),
      evaluateEvery: 5,
      between: {
        after: (step) => step % 4 === 0,
        change: (moment) => {
          seen.push(...moment.params.w.numbers());
          return { ...moment, params: { w: Tensor.of([0, ...moment.params.w.numbers().slice(1)], [3, 1]) } };
        },
      },
      checkpoint: { read: async () => undefined, write: async (bytes) => void writes.push(bytes) },
      checkpointEvery: 3,
      onStep: ({ loss, evaluation }) => void seen.push(loss, evaluation?.norm ?? 0),
    });
    return { seen, writes };
  };
  expect(await curve({ compile: { runtime } })).toEqual(await curve({}));
  expect(held.size).toBe(0);
});

it("frees the card when training ends early, by abort or by a loss that is not finite", async () => {
  const { runtime, held } = await card();
  const abort = new AbortController();
  const onStep = ({ step }: { step: number }) => {
    if (step === 3) abort.abort();
  };
  await expect(train({ ...line, compile: { runtime }, signal: abort.signal, onStep })).rejects.toThrow();
  expect(held.size).toBe(0);
  const broken = (p: Line<Value>, batch: { x: Value; y: Value }) => line.loss(p, batch).log().mul(0).log();
  await expect(train({ ...line, loss: broken, compile: { runtime } })).rejects.toMatchObject({ code: "not-finite" });
  expect(held.size).toBe(0);
});

it("leaves alone what its caller has on the card", async () => {
  const { runtime, held } = await card();
  let freed = false;
  const w = new DeviceTensor(line.params.w, { read: async () => line.params.w, free: () => (freed = true) });
  await train({ ...line, params: { w }, compile: { runtime } });
  expect([freed, held.size]).toEqual([false, 0]);
});
