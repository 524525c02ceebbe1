import { describe, expect, it } from "vitest";
import { compile, Rng, Tensor, type Value } from "../../../graph/index.ts";
import type { Neuron } from "../neuron.ts";
import { alif } from "../neurons/alif.ts";
import { cubaLif } from "../neurons/cuba-lif.ts";
import { izhikevich } from "../neurons/izhikevich.ts";
import { leaky } from "../neurons/leaky.ts";
import { li } from "../neurons/li.ts";
import { lif } from "../neurons/lif.ts";
import { lifExact } from "../neurons/lif-exact.ts";
import { denseNetwork } from "./dense.ts";
import { simulateEvents } from "./events.ts";
import { type Network, planNetwork } from "./network.ts";
import { synapsesOf } from "./synapses.ts";

/** The dense simulation of one example [T, …units]. */
async function dense(network: Network, input: Tensor) {
  const fn = compile((x: Value) => {
    const { spikes, membranes, outputs } = denseNetwork(network, { input: x });
    return { spikes, membranes, outputs };
  });
  const [steps, ...units] = input.shape;
  const result = await fn(new Tensor(input.dtype, [steps, 1, ...units], input.data));
  await fn.release();
  return result;
}

const spikesOf = (rng: Rng, shape: readonly number[], rate: number) =>
  Tensor.of(
    rng
      .uniform(shape)
      .numbers()
      .map((u) => Number(u < rate)),
    shape,
  );

/** A recurrent network: input → hidden (→ hidden, with delays) → out. Weights are multiples of 2⁻¹⁰. */
function recurrent(rng: Rng, density: number, neuron: Neuron, binary = true): Network {
  const weights = (shape: readonly number[], scale: number) =>
    Tensor.of(
      rng
        .uniform(shape)
        .numbers()
        .map((u) => {
          if (u > density) return 0;
          const w = scale * rng.gaussian();
          return binary ? Math.round(w * 1024) / 1024 : w;
        }),
      shape,
    );
  const [inputs, hidden, out] = [20, 30, 10];
  const strength = 1.2 / Math.sqrt(density * 20 * 0.2);
  return {
    dt: 1,
    nodes: {
      input: { kind: "input", shape: [inputs] },
      in: { kind: "linear", weight: weights([hidden, inputs], strength), bias: weights([hidden], 0.2) },
      hidden: { kind: "neurons", shape: [hidden], neuron },
      delay: {
        kind: "delay",
        steps: Tensor.of(
          Array.from({ length: hidden }, () => rng.int(1, 6)),
          [hidden],
          "int32",
        ),
      },
      back: { kind: "linear", weight: weights([hidden, hidden], strength) },
      direct: { kind: "linear", weight: weights([hidden, hidden], strength / 2) },
      forth: { kind: "linear", weight: weights([out, hidden], strength) },
      out: { kind: "neurons", shape: [out], neuron },
      read: { kind: "neurons", shape: [out], neuron: li({ tau: 4 }) },
      output: { kind: "output", shape: [out] },
    },
    edges: [
      ["input", "in"],
      ["in", "hidden"],
      ["hidden", "delay"],
      ["delay", "back"],
      ["back", "hidden"],
      ["hidden", "direct"],
      ["direct", "hidden"],
      ["hidden", "forth"],
      ["forth", "out"],
      ["forth", "read"],
      ["read", "output"],
    ],
  };
}

describe("event by event, a network does what it does densely", () => {
  const densities = [0.01, 0.05, 0.1, 0.2, 0.3];
  it.each(densities)("bit by bit, for a leak of ½ and weights of few bits (density %f)", async (density) => {
    const rng = new Rng(Math.round(100 * density));
    const network = recurrent(rng, density, lif({ tau: 2, decayInput: false }));
    const input = spikesOf(rng, [80, 20], 0.3);
    const expected = await dense(network, input);
    const actual = await simulateEvents(network, { input });
    expect([...actual.spikes.hidden.data]).toEqual([...expected.spikes.hidden.data]);
    expect([...actual.spikes.out.data]).toEqual([...expected.spikes.out.data]);
    expect(expected.spikes.hidden.numbers().reduce((a, b) => a + b)).toBeGreaterThan(5);
    expect([...actual.membranes.hidden]).toEqual([...expected.membranes.hidden.data.subarray(79 * 30)]);
  });

  it.each<[string, Neuron]>([
    ["lif", lif({ tau: 3.3 })],
    ["lif, soft reset, refractory", lif({ tau: 5, decayInput: false, reset: "soft", refractory: 2 })],
    ["leaky, delayed reset", leaky({ beta: 0.93 })],
    [
      "lifExact at −60 mV",
      lifExact({ tau: 7, rest: -60, resetPotential: -65, threshold: -59, refractory: 1, resistance: 3 }),
    ],
    ["cubaLif", cubaLif({ tau: 6, tauSyn: 3, refractory: 2 })],
    ["alif", alif({ tau: 8, tauAdaptation: 40, decayInput: false, strength: 0.7 })],
    ["izhikevich", izhikevich()],
  ])("%s", async (name, neuron) => {
    const rng = new Rng(name.length);
    const network = recurrent(rng, 0.2, neuron, false);
    const scaled = name === "izhikevich" ? 15 : 1;
    const input = spikesOf(rng, [150, 20], 0.2);
    const strong = Tensor.of(
      input.numbers().map((v) => v * scaled),
      input.shape,
    );
    const expected = await dense(network, strong);
    const actual = await simulateEvents(network, { input: strong });
    const [a, b] = [actual.spikes.hidden.numbers(), expected.spikes.hidden.numbers()];
    const spikes = b.reduce((sum, s) => sum + s, 0);
    expect(spikes).toBeGreaterThan(20);
    const first = a.findIndex((s, i) => s !== b[i]);
    expect(a.reduce((sum, s, i) => sum + Number(s !== b[i]), 0)).toBeLessThanOrEqual(0.001 * a.length);
    if (first >= 0) return;
    const [v, w] = [actual.outputs.output.numbers(), expected.outputs.output.numbers()];
    expect(Math.max(...v.map((value, i) => Math.abs(value - w[i])))).toBeLessThan(1e-4);
  });

  it("a membrane that its constant current drives over the threshold fires without events", async () => {
    const network: Network = {
      dt: 1,
      nodes: {
        input: { kind: "input", shape: [1] },
        in: { kind: "linear", weight: Tensor.of([[1], [1]]), bias: Tensor.of([0.15, 0.05]) },
        hidden: { kind: "neurons", shape: [2], neuron: lif({ tau: 10, decayInput: false }) },
      },
      edges: [
        ["input", "in"],
        ["in", "hidden"],
      ],
    };
    const silence = Tensor.zeros([60, 1]);
    const { spikes, neuronUpdates } = await simulateEvents(network, { input: silence });
    expect([...spikes.hidden.data]).toEqual([...(await dense(network, silence)).spikes.hidden.data]);
    expect(
      spikes.hidden
        .numbers()
        .filter((_, i) => i % 2 === 0)
        .reduce((a, b) => a + b),
    ).toBeGreaterThan(1);
    expect(neuronUpdates).toBe(60);
  });

  it("through convolution, pools and flattening", async () => {
    const rng = new Rng(5);
    const network: Network = {
      dt: 1,
      nodes: {
        input: { kind: "input", shape: [2, 6, 7] },
        conv: {
          kind: "conv",
          weight: rng.normal([4, 1, 3, 3]),
          bias: rng.normal([4], 0, 0.1),
          strides: [1, 2],
          padding: [1, 1],
          dilations: [1, 1],
          groups: 2,
        },
        first: { kind: "neurons", shape: [4, 6, 4], neuron: lif({ decayInput: false }) },
        pool: { kind: "pool", mode: "mean", kernel: [2, 2], strides: [2, 2], padding: [0, 0] },
        scale: { kind: "scale", scale: Tensor.of([3]) },
        flatten: { kind: "flatten", from: 0, to: -1 },
        weights: { kind: "linear", weight: rng.normal([5, 24]) },
        second: { kind: "neurons", shape: [5], neuron: lif({ tau: 3 }) },
        output: { kind: "output", shape: [5] },
      },
      edges: [
        ["input", "conv"],
        ["conv", "first"],
        ["first", "pool"],
        ["pool", "scale"],
        ["scale", "flatten"],
        ["flatten", "weights"],
        ["weights", "second"],
        ["second", "output"],
      ],
    };
    const input = spikesOf(rng, [25, 2, 6, 7], 0.2);
    const expected = await dense(network, input);
    const { spikes, outputs } = await simulateEvents(network, { input });
    expect([...spikes.first.data]).toEqual([...expected.spikes.first.data]);
    expect([...outputs.output.data]).toEqual([...expected.outputs.output.data]);
    expect(spikes.second.numbers().reduce((a, b) => a + b)).toBeGreaterThan(5);
  });
});

describe("operations", () => {
  it("are one addition for each synapse that an event reaches", async () => {
    const rng = new Rng(3);
    const network = recurrent(rng, 0.2, lif({ decayInput: false }));
    const input = spikesOf(rng, [40, 20], 0.3);
    const { spikes, synapticOperations } = await simulateEvents(network, { input });
    let expected = 0;
    const nonZero = (name: string, source: number) => {
      const node = network.nodes[name];
      if (node.kind !== "linear") return [];
      const [rows, columns] = node.weight.shape;
      const w = node.weight.numbers();
      return Array.from({ length: rows }, (_, row) => w[row * columns + source]).filter((v) => v !== 0);
    };
    const { delay } = network.nodes;
    const steps = delay.kind === "delay" ? delay.steps.numbers() : [];
    for (let t = 0; t < 40; t++) {
      for (let i = 0; i < 20; i++) if (Number(input.data[t * 20 + i])) expected += nonZero("in", i).length;
      for (let i = 0; i < 30; i++) {
        if (!Number(spikes.hidden.data[t * 30 + i])) continue;
        // To two populations each.
        expected += 2 * nonZero("forth", i).length;
        if (t + 1 < 40) expected += nonZero("direct", i).length;
        if (t + steps[i] < 40) expected += nonZero("back", i).length;
      }
    }
    expect(synapticOperations).toBe(expected);
  });
});

describe("plans", () => {
  const rng = new Rng(1);
  const unit = (neuron: Neuron = lif()) => ({ kind: "neurons", shape: [2], neuron }) as const;
  const weights = { kind: "linear", weight: rng.normal([2, 2]) } as const;
  const input = { kind: "input", shape: [2] } as const;

  it("loops take one step, or as many as the delay in them says", () => {
    const { reads } = planNetwork(recurrent(rng, 0.1, lif()));
    expect(reads.direct).toEqual([{ from: "hidden", late: true }]);
    expect(reads.delay).toEqual([{ from: "hidden", late: false }]);
    expect(reads.forth).toEqual([{ from: "hidden", late: false }]);
  });

  it("what makes no network is refused", async () => {
    const plan = (nodes: Network["nodes"], edges: Network["edges"]) => planNetwork({ nodes, edges, dt: 1 });
    expect(() => plan({ input }, [["input", "b"]])).toThrow('names no node "b"');
    expect(() =>
      plan({ input, a: weights, b: weights }, [
        ["input", "a"],
        ["a", "b"],
        ["b", "a"],
      ]),
    ).toThrow("neither neurons nor a delay");
    expect(() => plan({ input, a: { kind: "linear", weight: rng.normal([3, 4]) } }, [["input", "a"]])).toThrow(
      '"input" gives [2], "a" takes [4]',
    );
    const pool = { kind: "pool", mode: "sum", kernel: [2, 2], strides: [2, 2], padding: [0, 0] } as const;
    expect(() => plan({ input, pool }, [["input", "pool"]])).toThrow("takes 3 axes");
    const analogue = plan({ input, read: unit(), a: unit(li() as Neuron), w: weights }, [
      ["input", "a"],
      ["a", "w"],
      ["w", "read"],
    ]);
    expect(() => synapsesOf(analogue)).toThrow('"a" sends no spikes');
    await expect(simulateEvents({ nodes: { input, a: unit() }, edges: [["input", "a"]], dt: 1 }, {})).rejects.toThrow(
      'nothing is given for the input "input"',
    );
    await expect(
      simulateEvents({ nodes: { input, a: unit() }, edges: [["input", "a"]], dt: 1 }, { input: Tensor.zeros([4, 3]) }),
    ).rejects.toThrow('the input "input" is [4, 3], not [T, 2]');
  });
});
