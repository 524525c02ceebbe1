import { expect, it } from "vitest";
import { decodeModel, exportOnnx, leavesOf, Rng, sizeOf, Tensor, type Value } from "../../../graph/index.ts";
import { expectClose, run } from "../../../nn/testing/run.ts";
import { exported } from "./experiment/identities.ts";
import {
  applyModel,
  contributions,
  operations,
  parameterCount,
  prune,
  pruneEdges,
  type SelectableModel,
  select,
  selectableConv,
  selectableKan,
  selectableModel,
} from "./index.ts";
import { layerEdges, selectable } from "./layer.ts";
import { patchesOf } from "./patches.ts";

const rng = new Rng(11);
const x = rng.uniform([20, 2], -1, 1);

/** As after training, with gates that are not all alike. */
function withGates<R>(model: SelectableModel<R>): SelectableModel<R> {
  const layers = model.params.layers.map((layer, l) => ({
    ...layer,
    ...(layer.gates && { gates: rng.split(`gates ${l}`).normal(layer.gates.shape) }),
  }));
  return { ...model, stage: "trained", params: { ...model.params, layers } };
}

const network = withGates(selectableKan(rng, [2, 3, 1]));
const output = (model: SelectableModel, input = x) => run((v: Value) => applyModel(model, v), input);

it("a node is its base and its spaces, weighed by a softmax of its own gates", async () => {
  const [layer] = network.layers;
  const [params] = network.params.layers;
  const y = await run((v: Value) => selectable(layer, params, v), x);
  const edges = await run((v: Value) => layerEdges(layer, params, v).sum(1), x);
  expectClose(y, edges, 4);
  // With the gates of one node all on one space, what the others do is gone from it.
  const gates = Tensor.of(
    [...(params.gates?.numbers() ?? [])].map((a, i) => (i < 7 ? (i === 2 ? 50 : 0) : a)),
    [3, 7],
  );
  const silent = {
    ...params,
    gates,
    spaces: { ...params.spaces, rbf: { weight: Tensor.zeros(params.spaces.rbf.weight.shape) } },
  };
  const [a, b] = await Promise.all(
    [{ ...params, gates }, silent].map((p) => run((v: Value) => selectable(layer, p, v), x)),
  );
  expect(a.numbers()[0]).toBeCloseTo(b.numbers()[0], 6);
  expect(Math.abs(a.numbers()[1] - b.numbers()[1])).toBeGreaterThan(1e-4);
});

it("contributions are shares times root mean squares", async () => {
  const measured = await contributions(network, x);
  expect(measured.length).toBe(4 * 7);
  const shares = measured.filter(({ layer, node }) => layer === 0 && node === 1).map(({ share }) => share);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
  const halves = await contributions(network, x, { batch: 10 });
  for (const [i, { contribution }] of measured.entries()) expect(halves[i].contribution).toBeCloseTo(contribution, 5);
  // A space with twice the coefficients contributes twice as much, at the same share.
  const [first, ...others] = network.params.layers;
  const { weight } = first.spaces.cheb;
  const doubled = {
    ...first.spaces,
    cheb: {
      weight: Tensor.of(
        weight.numbers().map((v) => 2 * v),
        weight.shape,
      ),
    },
  };
  const louder = { ...network, params: { ...network.params, layers: [{ ...first, spaces: doubled }, ...others] } };
  const [before, after] = [measured, await contributions(louder, x)].map((list) =>
    list.find(({ name }) => name === "cheb"),
  );
  expect(after?.share).toBe(before?.share);
  expect(after?.contribution).toBeCloseTo(2 * (before?.contribution ?? 0), 5);
});

it("the choice is by contribution, and not by share", () => {
  const at = (name: string, share: number, contribution: number) => ({ layer: 0, node: 0, name, share, contribution });
  const measured = [at("a", 0.6, 0.1), at("b", 0.1, 3), at("c", 0.3, 2)];
  const names = (keep: number, by?: "share" | Rng) => select(measured, keep, by)[0].spaces.map(({ name }) => name);
  expect(names(2)).toEqual(["b", "c"]);
  expect(names(2, "share")).toEqual(["c", "a"]);
  expect(new Set(Array.from({ length: 30 }, (_, seed) => names(1, new Rng(seed))[0])).size).toBe(3);
  expect(() => select(measured, 4)).toThrow("node 0 of layer 0 has 3 spaces, not 4 to keep");
});

it("with all spaces kept, folding and pruning change nothing", async () => {
  const folded = prune(network, select(await contributions(network, x), 7));
  expect(folded.params.layers.every(({ gates }) => gates === undefined)).toBe(true);
  expectClose(await output(folded), await output(network), 5);
});

it("what is pruned is as if its coefficients were zero", async () => {
  const chosen = select(await contributions(network, x), 2);
  const layers = network.params.layers.map((layer, l) => ({
    ...layer,
    spaces: Object.fromEntries(
      Object.entries(layer.spaces).map(([name, space]) => {
        const nodes = space.weight.shape[2];
        const keeps = Array.from({ length: nodes }, (_, node) =>
          chosen.some((c) => c.layer === l && c.node === node && c.spaces.some((s) => s.name === name)),
        );
        const weight = space.weight.numbers().map((v, i) => (keeps[i % nodes] ? v : 0));
        return [name, { ...space, weight: Tensor.of(weight, space.weight.shape) }];
      }),
    ),
  }));
  const zeroed = { ...network, params: { ...network.params, layers } };
  expectClose(await output(prune(network, chosen)), await output(zeroed), 5);
});

it("the exported network has no trace of spaces that were not chosen, and as many numbers as the formula says", async () => {
  for (const keep of [1, 2]) {
    const chosen = select(await contributions(network, x), keep);
    const pruned = prune(network, chosen);
    const kept = new Set(chosen.flatMap(({ layer, spaces }) => spaces.map(({ name }) => `layer${layer}/${name}`)));
    const file = exported(pruned, x);
    expect(file.spaces).toEqual([...kept].sort());
    expect(file.numbers).toBe(parameterCount(pruned));
    const { graph } = decodeModel(exportOnnx((v: Value) => applyModel(pruned, v), [x]));
    const ops = new Set(graph?.node.map(({ opType }) => opType));
    const chose = (...names: string[]) => names.some((name) => [...kept].some((key) => key.endsWith(`/${name}`)));
    expect(ops.has("Cos")).toBe(chose("fourier"));
    expect(ops.has("Tanh")).toBe(chose("cheb", "gram"));
    expect(ops.has("Softmax")).toBe(false);
  }
});

it("parameters and operations are counted", async () => {
  // 9 edges: 7 spaces of 8 + 8 + 8 + 8 + 8 + 3 + 8 numbers and one of the base; 4 nodes with 7 gates.
  expect(parameterCount(network)).toBe(9 * 52 + 4 * 7);
  const pruned = prune(network, select(await contributions(network, x), 1));
  for (const model of [network, pruned])
    expect(parameterCount(model)).toBe(leavesOf(model.params).reduce((sum, leaf) => sum + sizeOf(leaf.shape), 0));
  const one = Tensor.zeros([1, 2]);
  expect(operations(pruned, one)).toBeLessThan(operations(network, one) / 4);
  expect(operations(pruned, Tensor.zeros([8, 2]))).toBeGreaterThan(7 * operations(pruned, one));
});

it("nothing is pruned that is not trained, or twice", async () => {
  const measured = await contributions(network, x);
  expect(() => prune({ ...network, stage: "new" }, select(measured, 1))).toThrow("the network is new, not trained");
  const pruned = prune(network, select(measured, 2));
  expect(() => prune(pruned, select(measured, 1))).toThrow("the network is pruned, not trained");
  await expect(pruneEdges(network, x)).rejects.toThrow("the network is trained, not pruned");
});

it("edges that move their node little are dropped, and stay away", async () => {
  const pruned = prune(network, select(await contributions(network, x), 2));
  const all = await pruneEdges(pruned, x, 0);
  expectClose(await output(all), await output(pruned), 5);
  const some = await pruneEdges(pruned, x, 0.5);
  expect(parameterCount(some)).toBeLessThan(parameterCount(pruned));
  const [layer] = some.layers;
  const edges = layer.edges?.numbers() ?? [];
  expect(edges).toContain(0);
  const functions = await run((v: Value) => layerEdges(layer, some.params.layers[0], v), x);
  for (const [i, value] of functions.numbers().entries()) if (edges[i % edges.length] === 0) expect(value).toBe(0);
});

it("patches are what a convolution sees", async () => {
  const pictures = rng.normal([2, 3, 7, 6]);
  const window = { kernel: 3, stride: 2, padding: 1 };
  const rows = (await run((v: Value) => patchesOf(v, window).rows, pictures)).numbers();
  const values = pictures.numbers();
  for (const [n, c, row, column, i, j] of [
    [0, 0, 0, 0, 1, 1],
    [1, 2, 3, 2, 0, 2],
    [1, 1, 2, 1, 2, 0],
    [0, 2, 0, 2, 0, 1],
  ]) {
    const [y, z] = [2 * row + i - 1, 2 * column + j - 1];
    const inside = y >= 0 && y < 7 && z >= 0 && z < 6;
    const patch = (n * 4 + row) * 3 + column;
    expect(rows[patch * 27 + c * 9 + i * 3 + j]).toBeCloseTo(inside ? values[((n * 3 + c) * 7 + y) * 6 + z] : 0, 6);
  }
});

it("a convolution is the dense layer at every place", async () => {
  const made = selectableConv(rng, 2, 3, 3, { stride: 2 });
  const model = withGates(selectableModel([made], {}, ([layer], v) => layer(v)));
  const pictures = rng.uniform([2, 2, 7, 7], -1, 1);
  const y = await run((v: Value) => applyModel(model, v), pictures);
  expect(y.shape).toEqual([2, 3, 3, 3]);
  const { window, ...dense } = model.layers[0];
  const corner = (v: Value) =>
    selectable(dense, model.params.layers[0], v.slice([0, 0, 4, 2], [2, 2, 7, 5]).reshape([2, 18]));
  const expected = (await run(corner, pictures)).numbers();
  const at = [0, 1].flatMap((n) => [0, 1, 2].map((o) => y.numbers()[((n * 3 + o) * 3 + 2) * 3 + 1]));
  for (const [i, value] of at.entries()) expect(value).toBeCloseTo(expected[i], 5);
  expect(window?.stride).toBe(2);
});
