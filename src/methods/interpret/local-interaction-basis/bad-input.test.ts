import { expect, it } from "vitest";
import { exportOnnx, Rng, scope, Tensor, type Value } from "../../../graph/index.ts";
import { maxPool } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import { randomMlp } from "./experiment/networks.ts";
import {
  ablateEdges,
  ablateNodes,
  accuracyAt,
  interactionEdges,
  localInteractionBasis,
  minimalEdges,
  minimalNodes,
  scoreOf,
} from "./index.ts";
import { quadrature } from "./quadrature.ts";

const rng = new Rng(6);
const matrix = (name: string, shape: readonly number[]) => rng.split(name).normal(shape, 0, 0.7);

function opened(network: (x: Value) => Value, shape: readonly number[]): Model {
  const bytes = exportOnnx((x: Value) => ({ logits: network(x) }), [Tensor.zeros(shape)], {
    names: ["x"],
    batch: { name: "N", arguments: [0] },
  });
  return Model.open(bytes, { name: "the model" });
}

/** A residual connection around "branch". */
const residual = opened(
  (x) => {
    const stream = scope("stream", () => x.matmul(matrix("in", [4, 4])).tanh());
    const branch = scope("branch", () => stream.matmul(matrix("branch", [4, 4])).relu());
    const sum = scope("sum", () => stream.add(branch));
    return sum.matmul(matrix("head", [4, 3]));
  },
  [2, 4],
);
const data = [{ inputs: { x: matrix("data", [40, 4]) } }];

it("names the tensor that goes around a node, and where the two meet", async () => {
  await expect(localInteractionBasis(residual, ["branch/Relu", "logits"], data)).rejects.toMatchObject({
    code: "argument",
    message: '"branch/Relu" does not cut the graph: "stream/Tanh" goes around it to "logits"',
    advice: 'Take "sum/Add" (Add), where the two meet, in place of "branch/Relu": the residual sum.',
  });
  const layers = await localInteractionBasis(residual, ["stream/Tanh", "sum/Add", "logits"], data);
  expect(layers.map(({ tensor }) => tensor)).toEqual(["stream/Tanh", "sum/Add", "logits"]);
  await expect(localInteractionBasis(residual, ["sum/Add", "stream/Tanh"], data)).rejects.toThrow("does not depend on");
  await expect(localInteractionBasis(residual, ["x", "logits"], data)).rejects.toMatchObject({ code: "unknown-layer" });
  await expect(localInteractionBasis(residual, ["logits"], data)).rejects.toThrow("two nodes at least");
});

it("refuses float32 decompositions and nodes that are too wide", async () => {
  await expect(localInteractionBasis(residual, ["sum/Add", "logits"], data, { precision: "float32" })).rejects.toThrow(
    "refused",
  );
  const wide = opened(
    (x) => {
      const hidden = scope("wide", () => x.matmul(matrix("wide", [4, 2001])).relu());
      return hidden.matmul(matrix("narrow", [2001, 3]));
    },
    [2, 4],
  );
  await expect(localInteractionBasis(wide, ["wide/Relu", "logits"], data)).rejects.toMatchObject({
    code: "too-large",
    message: expect.stringMatching(/"wide\/Relu" has 2001 units: about [\d.]+ hours/),
    advice: expect.stringContaining("probes"),
  });
});

it("warns of few rows and names units that are constant", async () => {
  const few = await localInteractionBasis(residual, ["sum/Add", "logits"], [{ inputs: { x: matrix("few", [4, 4]) } }]);
  expect(few[0].warnings[0]).toContain("4 rows for 4 units, so that the covariance has rank 3");
  expect(few[0].warnings[0]).toContain("16 rows or more");
  expect(few[0].lambda.length).toBeLessThanOrEqual(4);
  const silent = Tensor.of([1, 1, 0, 1], [4]);
  const dead = opened(
    (x) =>
      scope("h", () =>
        x
          .matmul(matrix("in", [4, 4]))
          .tanh()
          .mul(silent),
      ).matmul(matrix("head", [4, 3])),
    [2, 4],
  );
  const layers = await localInteractionBasis(dead, ["h/Mul", "logits"], data);
  expect(layers[0].warnings).toContain("h/Mul:2 is constant on the data; it is dropped");
  expect(layers[0].lambda.length).toBe(4);
});

it("approximates importance by random probes", async () => {
  const network = randomMlp(new Rng(8), { examples: 512 });
  const exact = await localInteractionBasis(network.model, network.nodes, network.data);
  const probed = await localInteractionBasis(network.model, network.nodes, network.data, { probes: 32 });
  for (const l of [0, 1]) for (const i of [1, 2]) expect(probed[l].lambda[i] / exact[l].lambda[i]).toBeCloseTo(1, 0.7);
});

it("takes feature maps as nodes, whose positions are pixels", async () => {
  const kernel = matrix("kernel", [3, 2, 3, 3]);
  const maps = opened(
    (x) => {
      const first = scope("conv", () => x.op("Conv", [kernel], { pads: [1, 1, 1, 1] }).tanh());
      return maxPool(first, 2)
        .flatten()
        .matmul(matrix("head", [12, 3]));
    },
    [2, 2, 4, 4],
  );
  const images = [{ inputs: { x: matrix("images", [30, 2, 4, 4]) } }];
  const layers = await localInteractionBasis(maps, ["conv/Tanh", "logits"], images);
  expect([layers[0].shape, layers[0].lambda.length]).toEqual([[3, 4, 4], 4]);
  const sum = (model: Model) => scoreOf(model, images, ({ logits }) => logits.numbers().reduce((a, b) => a + b * b, 0));
  const whole = await sum(maps);
  expect(await sum(ablateNodes(maps, layers[0], 4))).toBeCloseTo(whole, 3);
  const graph = await interactionEdges(maps, layers, images);
  expect(await sum(ablateEdges(maps, graph, 0, 12))).toBeCloseTo(whole, 3);
  expect(await sum(ablateEdges(maps, graph, 0, 0))).not.toBeCloseTo(whole, 3);
});

it("finds how few directions and edges suffice, and says what cannot be kept", async () => {
  const labelled = [
    {
      ...data[0],
      labels: Tensor.of(
        Array.from({ length: 40 }, (_, i) => i % 3),
        [40],
        "int64",
      ),
    },
  ];
  const layers = await localInteractionBasis(residual, ["sum/Add", "logits"], labelled);
  const graph = await interactionEdges(residual, layers, labelled, { rule: "gauss-legendre", n: 2 });
  const score = accuracyAt("logits");
  const nodes = await minimalNodes(residual, layers[0], labelled, score, 0);
  expect(nodes.k).toBeLessThanOrEqual(4);
  const edges = await minimalEdges(residual, graph, 0, labelled, score, 0);
  expect(await scoreOf(ablateEdges(residual, graph, 0, edges.k), labelled, score)).toBeGreaterThanOrEqual(edges.score);
  expect(() => ablateNodes(residual, layers[0], 0)).toThrow("0 cannot be kept");
  expect(() => ablateEdges(residual, graph, 1, 3)).toThrow("no gap 1");
  await expect(scoreOf(residual, data, score)).rejects.toThrow("no labels");
  await expect(scoreOf(residual, [], score)).rejects.toMatchObject({ code: "no-data" });
  const stopped = localInteractionBasis(residual, ["sum/Add", "logits"], data, { signal: AbortSignal.abort() });
  await expect(stopped).rejects.toThrow();
});

it("integrates polynomials exactly", () => {
  for (const n of [0, 1, 4, 9, 50]) {
    const { points, weights } = quadrature("gauss-legendre", n);
    for (let power = 0; power <= Math.min(2 * n + 1, 30); power++)
      expect(weights.reduce((sum, w, i) => sum + w * points[i] ** power, 0)).toBeCloseTo(1 / (power + 1), 12);
  }
  const { points, weights } = quadrature("trapezoid", 100);
  expect(weights.reduce((sum, w, i) => sum + w * points[i] ** 2, 0)).toBeCloseTo(1 / 3, 4);
  expect(() => quadrature("gradient", 3)).toThrow("3 intervals");
});
