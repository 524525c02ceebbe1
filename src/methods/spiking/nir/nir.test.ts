import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeHdf5 } from "../../../data/index.ts";
import { compile, leavesOf, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { denseNetwork } from "../network/dense.ts";
import type { Network } from "../network/network.ts";
import type { Neuron } from "../neuron.ts";
import { alif } from "../neurons/alif.ts";
import { cubaLi } from "../neurons/cuba-li.ts";
import { cubaLif } from "../neurons/cuba-lif.ts";
import { integrateAndFire } from "../neurons/integrate-and-fire.ts";
import { leaky } from "../neurons/leaky.ts";
import { li } from "../neurons/li.ts";
import { lif } from "../neurons/lif.ts";
import { lifBox } from "../neurons/lif-box.ts";
import { lifExact } from "../neurons/lif-exact.ts";
import { initPlif, plif } from "../neurons/plif.ts";
import { threshold } from "../neurons/threshold.ts";
import { networkFromNir } from "./from-nir.ts";
import type { NirGraph, NirNode } from "./graph.ts";
import { decodeNir, encodeNir } from "./hdf5.ts";
import { formatNir, parseNir } from "./json.ts";
import { networkToNir } from "./to-nir.ts";

/** As the Python package writes it: Linear 3 → 2 and LIF. */
const fromPython = new Uint8Array(readFileSync(new URL("../testing/small.nir", import.meta.url)));

/** Each parameter as text, so that exact equality shows. */
function describeNode(node: NirNode): unknown {
  const values = (tree: unknown): unknown =>
    tree instanceof Tensor
      ? `${tree} ${[...tree.numbers()]}`
      : typeof tree === "object" && tree !== null
        ? Object.fromEntries(Object.entries(tree).map(([k, v]) => [k, values(v)]))
        : tree;
  if (node.type !== "NIRGraph") return values(node);
  const nodes = Object.entries(node.nodes).map(([name, inner]) => [name, describeNode(inner)] as const);
  return {
    nodes: Object.fromEntries(nodes),
    edges: [...node.edges].map(String).sort(),
    metadata: values(node.metadata),
  };
}

async function outputs(network: Network, input: Tensor): Promise<number[]> {
  const fn = compile((x: Value) => {
    const { spikes, outputs: out } = denseNetwork(network, { input: x });
    return { spikes, out };
  });
  const [steps, ...units] = input.shape;
  const result = await fn(new Tensor(input.dtype, [steps, 1, ...units], input.data));
  await fn.release();
  return (leavesOf(result) as Tensor[]).flatMap((t) => [...t.numbers()]);
}

const spikesOf = (rng: Rng, shape: readonly number[]) =>
  Tensor.of(
    rng
      .uniform(shape)
      .numbers()
      .map((u) => Number(u < 0.3)),
    shape,
  );

/** All kinds of nodes, a recurrent edge and a delay in the loop. */
function everything(rng: Rng): Network {
  return {
    dt: 2,
    nodes: {
      input: { kind: "input", shape: [2, 6, 6] },
      conv: {
        kind: "conv",
        weight: rng.normal([3, 2, 3, 3]),
        bias: rng.normal([3], 0, 0.1),
        strides: [1, 1],
        padding: [1, 1],
        dilations: [1, 1],
        groups: 1,
      },
      first: { kind: "neurons", shape: [3, 6, 6], neuron: lif({ tau: 3, decayInput: false }) },
      pool: { kind: "pool", mode: "sum", kernel: [2, 2], strides: [2, 2], padding: [0, 0] },
      means: { kind: "pool", mode: "mean", kernel: [3, 3], strides: [3, 3], padding: [0, 0] },
      scale: { kind: "scale", scale: Tensor.of([0.7, 0.8, 0.9], [3, 1, 1]) },
      flatten: { kind: "flatten", from: 0, to: -1 },
      weights: { kind: "linear", weight: rng.normal([4, 3], 0, 0.8), bias: rng.normal([4], 0, 0.1) },
      second: { kind: "neurons", shape: [4], neuron: cubaLif({ tau: 10, tauSyn: 6, dt: 2, resistance: 2 }) },
      back: { kind: "linear", weight: rng.normal([4, 4], 0, 0.5) },
      delay: { kind: "delay", steps: Tensor.of([1, 2, 3, 1], [4], "int32") },
      late: { kind: "linear", weight: rng.normal([4, 4], 0, 0.5) },
      read: { kind: "neurons", shape: [4], neuron: li({ tau: 5 }) },
      output: { kind: "output", shape: [4] },
    },
    edges: [
      ["input", "conv"],
      ["conv", "first"],
      ["first", "pool"],
      ["pool", "means"],
      ["means", "scale"],
      ["scale", "flatten"],
      ["flatten", "weights"],
      ["weights", "second"],
      ["second", "back"],
      ["back", "second"],
      ["second", "delay"],
      ["delay", "late"],
      ["late", "second"],
      ["second", "read"],
      ["read", "output"],
    ],
  };
}

describe("a network goes to NIR and back", () => {
  it("through both kinds of file, exactly, with the same spikes", async () => {
    const rng = new Rng(6);
    const network = everything(rng);
    const graph = networkToNir(network);
    const binary = await decodeNir(await encodeNir(graph));
    const text = parseNir(formatNir(graph));
    expect(describeNode(binary)).toEqual(describeNode(graph));
    expect(describeNode(text)).toEqual(describeNode(graph));
    const input = spikesOf(rng, [40, 2, 6, 6]);
    const expected = await outputs(network, input);
    expect(await outputs(networkFromNir(binary), input)).toEqual(expected);
    const spikes = networkFromNir(text);
    expect(describeNode(networkToNir(spikes))).toEqual(describeNode(graph));
    expect(expected.filter((v) => v === 1).length).toBeGreaterThan(50);
  });

  const zeros = Tensor.of([0, 0.1, -0.2]);
  it.each<[string, Neuron]>([
    ["lif", lif({ tau: 2, rest: zeros })],
    ["lif, soft", lif({ tau: 3.7, decayInput: false, reset: "soft", refractory: 2 })],
    ["plif", plif({ a: initPlif(2.5) })],
    ["leaky", leaky({ beta: Tensor.of([0.9, 0.5, 0.99]) })],
    ["leaky without leak", leaky({ beta: 1 })],
    ["lifBox", lifBox({ tau: 10, dt: 2, resistance: 3, resetPotential: -0.5 })],
    ["lifExact", lifExact({ tau: 10, dt: 2, resistance: 3 })],
    ["if", integrateAndFire({ gain: 0.3, fireAt: ">" })],
    ["threshold", threshold({ threshold: 0.4 })],
    ["cubaLif by Euler", cubaLif({ tau: 8, tauSyn: 4, dt: 2, method: "euler", inputWeight: 1.5 })],
    ["cubaLi", cubaLi({ tau: 8, tauSyn: 4, dt: 2 })],
    ["li", li({ tau: 4, decayInput: false })],
    ["integrator", li({ tau: Number.POSITIVE_INFINITY, decayInput: false, resistance: 2 })],
  ])("%s", async (_name, neuron) => {
    const rng = new Rng(3);
    const network: Network = {
      dt: 2,
      nodes: {
        input: { kind: "input", shape: [3] },
        weights: { kind: "linear", weight: rng.normal([3, 3], 0.4, 0.5) },
        units: { kind: "neurons", shape: [3], neuron },
        output: { kind: "output", shape: [3] },
      },
      edges: [
        ["input", "weights"],
        ["weights", "units"],
        ["units", "output"],
      ],
    };
    const again = networkFromNir(await decodeNir(await encodeNir(networkToNir(network))));
    const input = spikesOf(rng, [60, 3]);
    const [a, b] = [await outputs(again, input), await outputs(network, input)];
    for (const [i, value] of b.entries()) expect(a[i]).toBeCloseTo(value, 4);
    if (neuron.dynamics?.firing) expect(a).toEqual(b);
  });

  it("warns of what the standard has no word for, and names what it does not know", () => {
    const heard: string[] = [];
    const one = (neuron: Neuron): Network => ({
      dt: 1,
      nodes: { input: { kind: "input", shape: [1] }, n: { kind: "neurons", shape: [1], neuron } },
      edges: [["input", "n"]],
    });
    networkToNir(one(lif({ reset: "soft", refractory: 1 })), { warn: (message) => heard.push(message) });
    expect(heard).toEqual([
      expect.stringContaining('"n" has the reset "soft"'),
      expect.stringContaining('"n" has 1 steps of it'),
    ]);
    expect(() => networkToNir(one(alif()))).toThrow('no neurons of the model "alif", at "n"');
  });
});

describe("files of others", () => {
  it("written by Python are read", async () => {
    const graph = await decodeNir(fromPython);
    const network = networkFromNir(graph, { dt: 1 });
    const { w, lif: units } = network.nodes;
    expect(w.kind === "linear" && [...w.weight.data]).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25]);
    expect(units.kind === "neurons" && units.neuron.model).toBe("lifBox");
    const exact = networkFromNir(graph, { dt: 1, discretize: "exact" }).nodes.lif;
    expect(exact.kind === "neurons" && exact.neuron.model).toBe("lifExact");
    const spikes = await outputs(network, Tensor.full([4, 3], 1));
    // v ← v + ½(2·0.75 − v): 0.75, 1.125 → spike; v ← v + ⅓(2·3 − v): 2 → a spike at each step.
    expect(spikes.slice(0, 8)).toEqual([0, 1, 1, 1, 0, 1, 1, 1]);
    expect(() => networkFromNir(graph)).toThrow("a time step is needed");
  });

  it("graphs in graphs become one", async () => {
    const rng = new Rng(1);
    const linear = (): NirNode => ({ type: "Linear", parameters: { weight: rng.normal([2, 2]) } });
    const ends = {
      input: { type: "Input", parameters: { shape: Tensor.of([2], [1], "int64") } },
      output: { type: "Output", parameters: { shape: Tensor.of([2], [1], "int64") } },
    } as const;
    const inner: NirGraph = {
      type: "NIRGraph",
      nodes: { ...ends, a: linear(), b: { type: "Threshold", parameters: { threshold: Tensor.of([0.1, 0.2]) } } },
      edges: [
        ["input", "a"],
        ["a", "b"],
        ["b", "output"],
      ],
    };
    const graph: NirGraph = {
      type: "NIRGraph",
      nodes: { ...ends, first: linear(), inner },
      edges: [
        ["input", "first"],
        ["first", "inner"],
        ["inner", "output"],
      ],
    };
    const { edges, nodes } = networkFromNir(await decodeNir(await encodeNir(graph)), { dt: 1 });
    expect(Object.keys(nodes).sort()).toEqual(["first", "inner.a", "inner.b", "input", "output"]);
    expect([...edges].map(String).sort()).toEqual([
      "first,inner.a",
      "inner.a,inner.b",
      "inner.b,output",
      "input,first",
    ]);
  });

  it("that are damaged or unknown are refused with node and type", async () => {
    const node = (fields: Record<string, Tensor | string>) =>
      writeHdf5({ version: "1", node: { type: "NIRGraph", nodes: { x: fields }, edges: [] } });
    await expect(decodeNir(await node({ type: "Spline" }))).rejects.toThrow('"x" is of the unknown type "Spline"');
    await expect(decodeNir(await node({ type: "LIF", tau: Tensor.of([1]) }))).rejects.toThrow('the LIF "x" has no "r"');
    await expect(decodeNir(await writeHdf5({ version: "1" }), "a.nir")).rejects.toThrow(
      'a.nir: there is no node at "node"',
    );
    await expect(decodeNir(new Uint8Array(100), "a.nir")).rejects.toThrow("a.nir is no HDF5 file");
    const edges = await writeHdf5({ node: { type: "NIRGraph", nodes: {}, edges: [["a", "b"]] } });
    await expect(decodeNir(edges)).rejects.toThrow('names no node "a"');
    expect(() => parseNir("{", "b.nir.json")).toThrow("b.nir.json is no JSON");
    expect(() => parseNir('{"type":"NIRGraph","nodes":{"q":{"type":"LIF","tau":3}},"edges":[]}')).toThrow("tau of q");
    expect(() => parseNir('{"type":"Scale","scale":{"dtype":"float32","shape":[1],"data":[1]}}')).toThrow("is a Scale");
  });

  it("delays that are no whole number of steps are rounded, with a word", () => {
    const heard: string[] = [];
    const delay = (seconds: number): NirGraph => ({
      type: "NIRGraph",
      nodes: {
        input: { type: "Input", parameters: { shape: Tensor.of([1], [1], "int64") } },
        d: { type: "Delay", parameters: { delay: Tensor.of([seconds], [1], "float64") } },
      },
      edges: [["input", "d"]],
    });
    const { d } = networkFromNir(delay(0.0034), { dt: 1, warn: (message) => heard.push(message) }).nodes;
    expect(d.kind === "delay" && d.steps.item()).toBe(3);
    expect(heard.length).toBe(1);
    networkFromNir(delay(0.003), { dt: 1, warn: (message) => heard.push(message) });
    expect(heard.length).toBe(1);
  });
});
