import { describe, expect, it } from "vitest";
import { compile, grad, mapLeaves, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { crossEntropy } from "../../../nn/index.ts";
import { run } from "../../../nn/testing/run.ts";
import { denseNetwork } from "../network/dense.ts";
import { networkFromNir } from "../nir/from-nir.ts";
import { decodeNir, encodeNir } from "../nir/hdf5.ts";
import { worstGradientError } from "../testing/gradients.ts";
import { delayConv, delayNet, delaysOf, gaussianKernel, restoreDelayNet, sigmaAt, timingTask } from "./index.ts";
import { checkSettings, type DelayNetParams, forward, initDelayNet } from "./model.ts";
import { delayOptimiser } from "./training.ts";

const rng = new Rng(3);
const spikesOf = (draw: Rng, shape: readonly number[], rate = 0.3) =>
  Tensor.of(
    draw
      .uniform(shape)
      .numbers()
      .map((u) => Number(u < rate)),
    shape,
  );

describe("the layer", () => {
  const [batch, inputs, outputs, steps, maxDelay] = [2, 5, 4, 20, 7];
  const weight = rng.split("w").normal([outputs, inputs]);
  const position = rng.split("p").uniform([outputs, inputs], -3.4, 3.4);
  const x = spikesOf(rng.split("x"), [batch, inputs, steps]);

  it("with whole positions is a sum of delayed inputs", async () => {
    const tail = 3;
    const current = await run((v: Value) => delayConv(v, weight, position, { maxDelay, tail }), x);
    expect(current.shape).toEqual([batch, outputs, steps + tail]);
    const delays = delaysOf(position, maxDelay);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(maxDelay);
    for (let n = 0; n < batch; n++)
      for (let o = 0; o < outputs; o++)
        for (let t = 0; t < steps + tail; t++) {
          let sum = 0;
          for (let i = 0; i < inputs; i++) {
            const from = t - delays[o * inputs + i];
            if (from >= 0 && from < steps)
              sum += Number(weight.data[o * inputs + i]) * Number(x.data[(n * inputs + i) * steps + from]);
          }
          expect(Math.abs(sum - Number(current.data[(n * outputs + o) * (steps + tail) + t]))).toBeLessThan(1e-6);
        }
  });

  it("spreads each weight over the taps, but never changes their sum", async () => {
    const integer = Tensor.of(
      [...delaysOf(position, maxDelay)].map((d) => 3 - d),
      position.shape,
    );
    const kernels = await run(
      (w: Value, p: Value) => ({
        wide: gaussianKernel(w, p, 3, maxDelay),
        narrow: gaussianKernel(w, p.mul(0).add(integer), 0.23, maxDelay),
      }),
      weight,
      position,
    );
    for (const kernel of [kernels.wide, kernels.narrow])
      for (let s = 0; s < weight.size; s++) {
        const taps = kernel.numbers().subarray(s * maxDelay, (s + 1) * maxDelay);
        expect(taps.reduce((a, b) => a + b)).toBeCloseTo(Number(weight.data[s]), 5);
      }
    for (let s = 0; s < weight.size; s++) {
      const centre = integer.numbers()[s] + 3;
      const share = kernels.narrow.numbers()[s * maxDelay + centre] / Number(weight.data[s]);
      // At the ends of the kernel one neighbour is missing.
      expect(share).toBeGreaterThanOrEqual(0.75);
      if (centre > 0 && centre < 6) expect(share).toBeCloseTo(0.787, 2);
    }
  });

  it("a wide kernel lets a position feel a delay that is far away; a narrow one doesn't", async () => {
    // One synapse with delay 1; the current is wanted 5 steps after the input.
    const pulse = Tensor.of(
      Array.from({ length: 12 }, (_, t) => Number(t === 0)),
      [1, 1, 12],
    );
    const wanted = Tensor.of(
      Array.from({ length: 12 }, (_, t) => Number(t === 5)),
      [1, 1, 12],
    );
    const slope = (sigma: number) =>
      run(
        (p: Value) => {
          const loss = (q: Value) =>
            delayConv(q.tracer.lift(pulse, q.dtype), Tensor.of([[1]]), q, { maxDelay, sigma })
              .mul(wanted)
              .sum();
          return grad(loss)(p);
        },
        Tensor.of([[2]]),
      );
    expect((await slope(3)).item()).toBeLessThan(-0.02);
    expect(Math.abs((await slope(0.23)).item())).toBeLessThan(1e-6);
  });
});

describe("the network", () => {
  const options = { inputs: 6, hidden: [8, 7], classes: 3, maxDelay: 5, seed: 4 };

  it("gradients of weights and positions are central differences where steps are smooth", () => {
    const settings = checkSettings({ ...options, hidden: [4], inputs: 3, spiking: false });
    const { params, state } = mapLeaves(initDelayNet(settings), (leaf) => {
      const { shape } = leaf;
      return Tensor.of((leaf as Tensor).numbers(), shape, "float64");
    });
    const x = Tensor.of(spikesOf(rng.split("g"), [4, 9, 3], 0.4).numbers(), [4, 9, 3], "float64");
    const y = Tensor.of([0, 2, 1, 1], [4], "int64");
    const loss = (p: DelayNetParams<Value>) =>
      crossEntropy(forward(settings, p, state, p.layers[0].weight.tracer.lift(x, "float64"), { sigma: 1.1 }).logits, y);
    expect(worstGradientError(loss, params)).toBeLessThan(1e-3);
  });

  it("event by event and through NIR it does what its convolutions do", async () => {
    const x = spikesOf(rng.split("e"), [12, 15, 6], 0.4);
    const y = Array.from({ length: 12 }, (_, i) => i % 3);
    const net = await delayNet({ ...options, dropout: 0 }).fit(x, y, { epochs: 6, batch: 12, lr: 5e-3 });
    const { hidden, answers } = await net.inspect(x);
    const logits = (await net.logits(x)).numbers();
    const network = networkFromNir(await decodeNir(await encodeNir(net.toNir())));
    const dense = compile((v: Value) => denseNetwork(network, { input: v }).spikes.layer1);
    let spikes = 0;
    for (let i = 0; i < 12; i++) {
      const one = new Tensor("float32", [15, 6], x.data.slice(i * 90, (i + 1) * 90) as Float32Array);
      const events = await net.events(one);
      for (const [c, value] of events.logits.entries()) expect(value).toBeCloseTo(logits[i * 3 + c], 3);
      expect(events.logits.indexOf(Math.max(...events.logits))).toBe(answers[i]);
      for (const [k, layer] of hidden.entries()) {
        const [steps, , units] = layer.shape;
        for (let t = 0; t < steps; t++)
          for (let u = 0; u < units; u++) {
            const spike = layer.data[(t * 12 + i) * units + u];
            spikes += Number(spike);
            expect(events.spikes[`layer${k + 1}`].data[t * units + u]).toBe(spike);
          }
      }
      const first = await dense(new Tensor("float32", [15, 1, 6], one.data));
      expect([...first.data]).toEqual([...events.spikes.layer1.data].slice(0, 15 * 8));
    }
    expect(spikes).toBeGreaterThan(50);
    await dense.release();
  });

  it("positions stay within the kernel, at rates of their own; fixed ones stay where they are", async () => {
    const { spikes, labels } = timingTask({ samples: 96, rng: new Rng(1) });
    const start = delayNet({ inputs: 4, hidden: [6], classes: 6, maxDelay: 13, seed: 2 });
    const positionsOf = (net: ReturnType<typeof delayNet>) =>
      net.params.layers.flatMap(({ position }) => [...(position?.numbers() ?? [])]);
    const how = { epochs: 3, batch: 32, lr: 1e-3, lrDelay: 3 };
    const learned = positionsOf(await start.fit(spikes, labels, how));
    expect(learned.every((p) => Math.abs(p) <= 6)).toBe(true);
    expect(learned.some((p) => Math.abs(p) === 6)).toBe(true);
    expect(learned).not.toEqual(positionsOf(start));
    const fixed = start.freezeDelays();
    const after = await fixed.fit(spikes, labels, how);
    expect(positionsOf(after)).toEqual(positionsOf(start));
    expect(after.layers[0].weights()).not.toEqual(start.layers[0].weights());
    expect(positionsOf(start.rounded())).toEqual(positionsOf(start).map((p) => Math.round(p) + 0));
    expect([...start.rounded().layers[0].delays()]).toEqual([...start.layers[0].delays()]);
  });

  it("two trainings from one seed are one", async () => {
    const { spikes, labels } = timingTask({ samples: 64, rng: new Rng(5) });
    const train = async () =>
      (
        await delayNet({ inputs: 4, hidden: [5], classes: 6, maxDelay: 5 }).fit(spikes, labels, {
          epochs: 2,
          batch: 32,
        })
      ).params;
    const [a, b] = [await train(), await train()];
    expect([...a.layers[0].weight.data]).toEqual([...b.layers[0].weight.data]);
  });
});

describe("schedules", () => {
  it("σ falls to one tap within the first quarter, then stays", () => {
    expect(sigmaAt(0, 16, 13)).toBe(6);
    expect(sigmaAt(1, 16, 13) / sigmaAt(0, 16, 13)).toBeCloseTo((0.23 / 6) ** (1 / 4), 10);
    expect(sigmaAt(2, 16, 13) / sigmaAt(1, 16, 13)).toBeCloseTo((0.23 / 6) ** (1 / 4), 10);
    expect([4, 5, 15].map((epoch) => sigmaAt(epoch, 16, 13))).toEqual([0.23, 0.23, 0.23]);
    expect(sigmaAt(0, 150, 25)).toBe(12);
  });

  it("weights go through one cycle step by step, positions down a cosine epoch by epoch; norms do not decay", async () => {
    const optimiser = delayOptimiser(
      { maxDelay: 13, delays: "learned" },
      { epochs: 4, perEpoch: 2, lr: 1e-3, lrDelay: 0.1, weightDecay: 1e-5 },
    );
    const params = { layers: [{ weight: Tensor.of([1]), position: Tensor.of([0]), norm: { scale: Tensor.of([1]) } }] };
    const positions: number[] = [];
    let state = optimiser.init(params);
    const update = compile((g: Value, s: Parameters<typeof optimiser.update>[1]) => {
      const like = (t: Tensor) => g.tracer.lift(t, "float32");
      const tree = {
        layers: [
          {
            weight: like(params.layers[0].weight),
            position: like(params.layers[0].position),
            norm: { scale: like(params.layers[0].norm.scale) },
          },
        ],
      };
      const gradients = { layers: [{ weight: g, position: g, norm: { scale: g.mul(0) } }] };
      return optimiser.update(gradients, s, tree);
    });
    const scales: number[] = [];
    for (let i = 0; i < 8; i++) {
      const result = (await update(Tensor.of([1]), state as never)) as { updates: typeof params; state: never };
      state = result.state;
      positions.push(-result.updates.layers[0].position.item());
      scales.push(result.updates.layers[0].norm.scale.item());
    }
    const expected = [0, 0, 1, 1, 2, 2, 3, 3].map((epoch) => 0.05 * (1 + Math.cos((Math.PI * epoch) / 4)));
    for (const [i, rate] of expected.entries()) expect(positions[i]).toBeCloseTo(rate, 5);
    expect(scales.every((change) => change === 0)).toBe(true);
  });
});

describe("the key idea", () => {
  it("where only timing tells classes apart, nothing is learned without delays, nearly all with them", async () => {
    const [train, test] = [600, 300].map((samples, i) => timingTask({ samples, rng: new Rng(20 + i) }));
    const accuracy = async (delays: "learned" | "none") => {
      const net = delayNet({ inputs: 4, hidden: [20], classes: 6, maxDelay: 13, dropout: 0.1, delays, seed: 1 });
      const trained = await net.fit(train.spikes, train.labels, { epochs: 12, batch: 50, lr: 8e-3 });
      return trained.accuracy(test.spikes, test.labels);
    };
    expect(await accuracy("none")).toBeLessThan(0.25);
    expect(await accuracy("learned")).toBeGreaterThan(0.75);
  });

  it("counts of spikes are the same in all classes, and lines are never active together", () => {
    const { spikes, labels } = timingTask({ samples: 120, rng: new Rng(9) });
    for (const i of labels.keys()) {
      const word = spikes.data.subarray(i * 160, (i + 1) * 160) as Float32Array;
      const perStep = Array.from({ length: 40 }, (_, t) => word.subarray(4 * t, 4 * t + 4).reduce((a, b) => a + b));
      expect(perStep.reduce((a, b) => a + b)).toBe(4);
      expect(Math.max(...perStep)).toBe(1);
    }
  });
});

describe("what makes no sense is refused, with a word on what to do", () => {
  const options = { inputs: 4, hidden: [5], classes: 3, maxDelay: 5 };

  it("sizes and times", () => {
    expect(() => delayNet({ ...options, maxDelay: 26 })).toThrow(
      "maximal delay must be odd (kernel centre); 26 → use 25 or 27",
    );
    expect(() => delayNet({ ...options, dt: 10, tau: 0.8 })).toThrow("τ 8 ms is shorter than one 10-ms step");
    expect(() => delayNet({ ...options, hidden: [0] })).toThrow("0 hidden layer 1");
    expect(delayNet({ ...options, delays: "none", maxDelay: 26 }).layers[0].delays()).toEqual(new Int32Array(20));
  });

  it("spikes and labels", async () => {
    const net = delayNet(options);
    const x = Tensor.zeros([3, 8, 4]);
    await expect(net.fit(x, [0, 1, 3])).rejects.toThrow("the label of sample 2 is 3, none of 0 … 2");
    await expect(net.fit(x, [0, 1])).rejects.toThrow("2 labels for 3 samples");
    await expect(net.fit(Tensor.zeros([3, 8, 5]), [0, 1, 2])).rejects.toThrow("spikes are [3, 8, 5], not [N, T, 4]");
    await expect(net.events(x)).rejects.toThrow("one sample is [3, 8, 4]");
    const heard: string[] = [];
    const how = { epochs: 1, batch: 3, warn: (message: string) => heard.push(message) };
    await net.fit(Tensor.of(new Float64Array(36).fill(0.5), [3, 3, 4]), [0, 1, 2], how);
    expect(heard).toEqual([
      "samples of 3 steps are shorter than the maximal delay of 5",
      "inputs are real numbers, not spikes: layer 1 multiplies (MAC) where others add",
    ]);
    await net.fit(Tensor.full([3, 8, 4], 2), [0, 1, 2], how);
    expect(heard.length).toBe(2);
  });

  it("a network comes back from its parameters", async () => {
    const net = delayNet(options);
    const again = restoreDelayNet(net.settings, net.params, net.state);
    const x = spikesOf(new Rng(1), [4, 9, 4]);
    expect([...(await again.logits(x)).data]).toEqual([...(await net.logits(x)).data]);
  });
});
