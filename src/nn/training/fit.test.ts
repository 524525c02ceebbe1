import { describe, expect, it } from "vitest";
import { type CajalError, mapLeaves, Rng, Tensor, type Value } from "../../graph/index.ts";
import { batchNorm, initBatchNorm } from "../layers/batch-norm.ts";
import { dropout } from "../layers/dropout.ts";
import { initMlp, type Mlp, mlp } from "../layers/mlp.ts";
import { mse } from "../losses.ts";
import { adam, chain, clipByGlobalNorm, momentum, sgd } from "../optimisers/index.ts";
import { cosine } from "../schedule.ts";
import { batches } from "./batches.ts";
import type { CheckpointStorage } from "./checkpoint.ts";
import { type Between, type FitOptions, type FitProgress, type Moment, fit as train } from "./fit.ts";

const rng = new Rng(61);

/** y = 2x₀ − x₁ + 0.5, exactly. */
const x = rng.normal([64, 2]);
const y = Tensor.of(
  Array.from({ length: 64 }, (_, i) => 2 * x.numbers()[2 * i] - x.numbers()[2 * i + 1] + 0.5),
  [64, 1],
);
const data = batches({ x, y }, { size: 16, rng: rng.split("data") });

interface Line<T> {
  readonly w: T;
  readonly b: T;
}
const flat: Line<Tensor> = { w: Tensor.zeros([2, 1]), b: Tensor.zeros([1]) };
const lineLoss = (p: Line<Value>, batch: { x: Value; y: Value }) => mse(batch.x.matmul(p.w).add(p.b), batch.y);
const line = { params: flat, loss: lineLoss, data, optimiser: sgd(0.2), steps: 100 };

function memory(): CheckpointStorage & { bytes: Uint8Array | undefined; writes: number } {
  return {
    bytes: undefined,
    writes: 0,
    async read() {
      return this.bytes;
    },
    async write(bytes) {
      this.bytes = bytes;
      this.writes++;
    },
  };
}

it("finds the line that the data lie on", async () => {
  const { params, step, stopped } = await train(line);
  expect([...params.w.numbers()].map((v) => Math.round(v * 1e4) / 1e4)).toEqual([2, -1]);
  expect(params.b.item()).toBeCloseTo(0.5, 4);
  expect([step, stopped]).toEqual([100, "finished"]);
});

it("says how far it is, how fast, and how long it will take", async () => {
  let clock = 0;
  const seen: FitProgress[] = [];
  await train({
    ...line,
    steps: 5,
    now: () => clock,
    onStep: (p) => {
      seen.push(p);
      clock += 500;
    },
  });
  expect(seen.map((p) => p.step)).toEqual([1, 2, 3, 4, 5]);
  expect(seen[0]).toMatchObject({ steps: 5, rate: undefined, secondsLeft: undefined });
  expect(seen[2].rate).toBeCloseTo(2, 6);
  expect(seen[2].secondsLeft).toBeCloseTo(1, 6);
  expect(seen[4].secondsLeft).toBe(0);
});

it("carries what the loss carries, and reports its metrics", async () => {
  const { params, statistics } = initBatchNorm(2);
  const shifted = batches(
    {
      x: Tensor.of(
        x.numbers().map((v) => v + 7),
        [64, 2],
      ),
    },
    { size: 64 },
  );
  const seen: number[] = [];
  const result = await train({
    params,
    state: statistics,
    data: shifted,
    optimiser: sgd(0.01),
    steps: 60,
    loss: (p, batch, context) => {
      const normalised = batchNorm(p, context.state, batch.x, { training: true, momentum: 0.8 });
      return { loss: normalised.y.square().mean(), state: normalised.statistics, metrics: { seven: batch.x.mean() } };
    },
    onStep: ({ metrics }) => void seen.push(metrics.seven),
  });
  const column = (c: number) => x.numbers().filter((_, i) => i % 2 === c);
  for (const c of [0, 1])
    expect(result.state.mean.numbers()[c]).toBeCloseTo(7 + column(c).reduce((a, b) => a + b) / 64, 3);
  expect(seen[59]).toBeCloseTo(7 + x.numbers().reduce((a, b) => a + b) / 128, 4);
});

describe("with a checkpoint", () => {
  const start: Mlp<Tensor> = initMlp(rng, [2, 16, 1]);
  const loss: FitOptions<Mlp<Tensor>, { x: Tensor; y: Tensor }, Record<string, never>>["loss"] = (
    p,
    batch,
    { noise },
  ) =>
    mse(
      mlp(p, batch.x, (h) => dropout(h.relu(), noise, 0.3)),
      batch.y,
    );
  const options = {
    params: start,
    loss,
    data,
    optimiser: chain(clipByGlobalNorm(1), adam(cosine(0.05, 40))),
    steps: 40,
    rng: new Rng(9),
  };

  it("it goes on to the very same losses, wherever it was stopped", async () => {
    const whole: number[] = [];
    const end = await train({ ...options, onStep: (p) => void whole.push(p.loss) });
    const parts: number[] = [];
    const storage = memory();
    for (const [i, stop] of [1, 13, 14, 30].entries()) {
      let first: number | undefined;
      const controller = new AbortController();
      const running = train({
        ...options,
        checkpoint: storage,
        signal: controller.signal,
        onStep: (p) => {
          parts[p.step - 1] = p.loss;
          if (p.step === stop) controller.abort(new Error("enough"));
          first ??= p.step;
        },
      });
      await expect(running).rejects.toThrow("enough");
      expect(first).toBe([1, 2, 14, 15][i]);
    }
    const resumed = await train({
      ...options,
      checkpoint: storage,
      onStep: (p) => {
        parts[p.step - 1] = p.loss;
      },
    });
    expect(parts).toEqual(whole);
    expect(resumed.params[0].weight.data).toEqual(end.params[0].weight.data);
    const again = await train({ ...options, checkpoint: storage, onStep: () => expect.unreachable() });
    expect(again.params[0].weight.data).toEqual(end.params[0].weight.data);
  });

  it("several steps in one call are the same steps, whatever has to happen between some of them", async () => {
    const quiet = { ...options, steps: 23 };
    const eventful = {
      ...quiet,
      evaluate: async (p: Mlp<Tensor>) => ({ size: p[0].weight.numbers().reduce((sum, w) => sum + w * w, 0) }),
      evaluateEvery: 9,
      checkpointEvery: 5,
      between: {
        after: (step: number) => step % 7 === 0,
        change: (moment: Moment<Mlp<Tensor>, Record<string, never>>) => ({
          ...moment,
          params: moment.params.map((layer) => ({
            ...layer,
            weight: Tensor.of(
              layer.weight.numbers().map((w) => w / 2),
              layer.weight.shape,
            ),
          })),
        }),
      },
    };
    for (const how of [quiet, eventful]) {
      const told = [1, 4, 100].map(() => [] as FitProgress[]);
      const ends = [];
      for (const [i, stepsPerCall] of [1, 4, 100].entries())
        ends.push(
          await train({
            ...how,
            checkpoint: memory(),
            stepsPerCall,
            now: () => 0,
            onStep: (p) => void told[i].push(p),
          }),
        );
      expect(told[0].map(({ step }) => step)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
      for (const i of [1, 2]) {
        expect(told[i]).toEqual(told[0]);
        expect(ends[i]).toEqual(ends[0]);
      }
    }
    await expect(train({ ...options, stepsPerCall: 0 })).rejects.toThrow("fit: stepsPerCall 0; 1 or more are needed");
  });

  it("no step goes unreported, also when all ends as a checkpoint has been written", async () => {
    const storage = memory();
    const dying: CheckpointStorage = {
      read: () => storage.read(),
      write: async (bytes) => {
        await storage.write(bytes);
        throw new Error("killed");
      },
    };
    const steps: number[] = [];
    const reported = { ...options, checkpointEvery: 7, onStep: ({ step }: { step: number }) => void steps.push(step) };
    await expect(train({ ...reported, checkpoint: dying })).rejects.toThrow("killed");
    await train({ ...reported, checkpoint: storage });
    expect(steps).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it("an aborted run keeps the step that was running", async () => {
    const storage = memory();
    const controller = new AbortController();
    const slow = {
      batch: async (step: number) => {
        if (step === 7) controller.abort(new Error("enough"));
        return data.batch(step);
      },
    };
    await expect(train({ ...options, data: slow, checkpoint: storage, signal: controller.signal })).rejects.toThrow(
      "enough",
    );
    const steps: number[] = [];
    await train({ ...options, checkpoint: storage, onStep: (p) => void steps.push(p.step) });
    expect(steps[0]).toBe(9);
    expect(storage.writes).toBe(2);
  });

  it("of another model says so", async () => {
    const storage = memory();
    await train({ ...options, steps: 1, checkpoint: storage });
    const other = { ...options, params: initMlp(rng, [2, 8, 1]), checkpoint: storage };
    await expect(train(other)).rejects.toThrow(/"params\/0\/weight" is float32\[2, 8\] here/);
    await expect(train({ ...options, optimiser: sgd(1), checkpoint: storage })).rejects.toThrow(/also has "optimiser/);
    storage.bytes = storage.bytes?.slice(0, 100);
    await expect(train({ ...options, checkpoint: storage })).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("between steps", () => {
  const options = { ...line, optimiser: momentum(0.05), steps: 20 };
  const halved = <T>(tree: T) =>
    mapLeaves(tree, (leaf) =>
      Tensor.of(
        (leaf as Tensor).numbers().map((v) => v / 2),
        leaf.shape,
      ),
    );
  const shrink: Between<Line<Tensor>, Record<string, never>> = {
    after: (step) => step % 3 === 0,
    change: ({ params, state, optimiser }) => ({ params: halved(params), state, optimiser: halved(optimiser) }),
  };

  it("parameters and what the optimiser carries may be replaced, and resume to the same bits", async () => {
    const losses: number[] = [];
    const whole = await train({ ...options, between: shrink, onStep: (p) => void losses.push(p.loss) });
    expect(whole.params.w.data).not.toEqual((await train(options)).params.w.data);
    const storage = memory();
    const controller = new AbortController();
    const cut = train({
      ...options,
      between: shrink,
      checkpoint: storage,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 9) controller.abort(new Error("enough"));
      },
    });
    await expect(cut).rejects.toThrow("enough");
    const rest: number[] = [];
    const resumed = await train({
      ...options,
      between: shrink,
      checkpoint: storage,
      onStep: (p) => void rest.push(p.loss),
    });
    expect(rest).toEqual(losses.slice(9));
    expect(resumed.params.w.data).toEqual(whole.params.w.data);
    expect(resumed.optimiser).toEqual(whole.optimiser);
  });

  it("a change sees the moment, and the gradients that led to it", async () => {
    const seen: number[] = [];
    await train({
      ...options,
      optimiser: sgd(0.1),
      between: {
        after: (step) => step === 4 || step === 5,
        change: (moment, gradients) => {
          seen.push(moment.step, moment.params.b.item(), gradients.b.item());
          return moment;
        },
      },
    });
    const [four, before, , five, after, gradient] = seen;
    expect([four, five, seen.length]).toEqual([4, 5, 6]);
    expect(after).toBeCloseTo(before - 0.1 * gradient, 6);
  });

  it("training goes on from where other training was as if it were that training", async () => {
    const whole = await train(options);
    const { params, state, optimiser, step } = await train({ ...options, steps: 8 });
    const steps: number[] = [];
    const from = { params, state, optimiser, step };
    const rest = await train({ ...options, from, onStep: (p) => void steps.push(p.step) });
    expect(steps).toEqual(Array.from({ length: 12 }, (_, i) => 9 + i));
    expect(rest.params.w.data).toEqual(whole.params.w.data);
    expect(rest.optimiser).toEqual(whole.optimiser);
    await expect(train({ ...options, optimiser: sgd(0.1), from })).rejects.toThrow(
      /from is of other training: "optimiser\/0\/step" should be missing, but is float32\[\]/,
    );
  });

  it("a change may give branches in another order: optimisers still find theirs", async () => {
    const turned = <T extends object>(tree: T) => Object.fromEntries(Object.entries(tree).reverse()) as T;
    const between: Between<Line<Tensor>, Record<string, never>> = {
      after: (step) => step % 3 === 0,
      change: ({ params, state, optimiser }) => ({ params: turned(params), state, optimiser }),
    };
    expect((await train({ ...options, between })).params.w.data).toEqual((await train(options)).params.w.data);
  });

  it("shapes must stay", async () => {
    const between: Between<Line<Tensor>, Record<string, never>> = {
      after: () => true,
      change: (moment) => ({ ...moment, params: { ...moment.params, b: Tensor.zeros([2]) } }),
    };
    await expect(train({ ...options, between })).rejects.toThrow(
      /"params\/b" should be float32\[1\], but is float32\[2\]/,
    );
  });
});

it("a loss that is no number stops, says where, and leaves the checkpoint alone", async () => {
  const storage = memory();
  const steep = { ...line, optimiser: sgd(1e6), checkpoint: storage, checkpointEvery: 1 };
  const error: CajalError = await train(steep).then(
    () => expect.unreachable(),
    (e) => e,
  );
  expect(error).toMatchObject({ code: "not-finite", message: expect.stringMatching(/at step \d+/) });
  expect(error.advice).toMatch(/learning rate/);
  const written = storage.bytes;
  await expect(train(steep)).rejects.toMatchObject({ code: "not-finite" });
  expect(storage.bytes).toBe(written);
});

it("an early stop gives back the best parameters, also after going on", async () => {
  const errors = [5, 4, 3, 3.5, 3.4, 9, 8, 7, 6, 5, 4, 3];
  const patient = {
    ...line,
    optimiser: sgd(0.01),
    steps: 1000,
    evaluateEvery: 2,
    earlyStop: { metric: "error", patience: 3 },
  };
  const evaluator = () => {
    const kept: number[] = [];
    const evaluate = async (p: Line<Tensor>) => ({ error: errors[kept.push(p.b.item()) - 1] });
    return { kept, evaluate };
  };
  const { kept, evaluate } = evaluator();
  const result = await train({ ...patient, evaluate });
  expect(result).toMatchObject({ step: 12, stopped: "early", best: { value: 3, step: 6 } });
  expect(result.params.b.item()).toBe(kept[2]);

  const storage = memory();
  await train({ ...patient, ...evaluator(), steps: 8, checkpoint: storage });
  const later = await train({ ...patient, evaluate: async () => ({ error: 8 }), checkpoint: storage });
  expect(later).toMatchObject({ step: 12, stopped: "early", best: { value: 3, step: 6 } });
  expect(later.params.b.item()).toBe(kept[2]);

  const rising = await train({ ...patient, ...evaluator(), earlyStop: { metric: "error", goal: "rise", patience: 5 } });
  expect(rising.best).toEqual({ value: 9, step: 12 });
  await expect(train({ ...patient, evaluate: async () => ({ other: 1 }) })).rejects.toThrow(/no "error"/);
});
