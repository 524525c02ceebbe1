import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { randomMlp, randomTransformer } from "./experiment/networks.ts";
import { ablateEdges, interactionEdges, localInteractionBasis, maskGroups, scoreOf } from "./index.ts";
import { fromCoordinates, mapByHand, toCoordinates } from "./testing/by-hand.ts";

const step = 1e-5;

/** The steps of the paper on d + 1 units, the constant among them, with a Jacobian from differences. */
async function byTheBook(rows: readonly (readonly number[])[], jacobians: readonly Matrix[]): Promise<number[]> {
  const [n, d] = [rows.length, rows[0].length];
  const f = new Matrix(rows.map((row) => [...row, 1]));
  const mean = f.mean("column").map((value, u) => (u === d ? 0 : value));
  const centred = f.clone().subRowVector(mean);
  const G = centred.transpose().mmul(centred).div(n);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(G, { assumeSymmetric: true });
  const order = realEigenvalues
    .map((value, i) => ({ value, i, constant: Math.abs(eigenvectorMatrix.get(d, i)) > 1e-6 }))
    .filter(({ value }) => value > 1e-15)
    .sort((a, b) => Number(b.constant) - Number(a.constant) || b.value - a.value);
  expect(order.filter(({ constant }) => constant).length).toBe(1);
  const U = eigenvectorMatrix.subMatrixColumn(order.map(({ i }) => i));
  const inverseY = Matrix.eye(d + 1);
  for (let u = 0; u < d; u++) inverseY.set(d, u, mean[u]);
  const back = Matrix.diag(order.map(({ value }) => Math.sqrt(value)))
    .mmul(U.transpose())
    .mmul(inverseY);
  const squares = Matrix.zeros(d + 1, d + 1);
  for (const J of jacobians) squares.add(J.transpose().mmul(J).div(n));
  const M = back.mmul(squares).mmul(back.transpose());
  const masked = M.subMatrix(1, M.rows - 1, 1, M.columns - 1);
  const lambda = new EigenvalueDecomposition(masked, { assumeSymmetric: true }).realEigenvalues;
  return lambda.sort((a, b) => b - a);
}

it("finds the Λ of the steps done one by one on units with a constant", async () => {
  const network = randomMlp(new Rng(3), { dtype: "float64", examples: 40, widths: [4, 5, 4, 3] });
  const layers = await localInteractionBasis(network.model, network.nodes, network.data);
  for (const l of [0, 1]) {
    const { rows, map, release } = await mapByHand(network, l);
    const [n, , d] = rows.shape;
    const values = rows.numbers();
    const next = layers[l + 1];
    const jacobians = Array.from({ length: n }, () => Matrix.zeros(next.lambda.length, d + 1));
    for (let u = 0; u <= d; u++) {
      const moved = async (by: number) => {
        const other = values.map((value, at) => (at % d === u ? value + by : value));
        const constant = u === d ? 1 + by : 1;
        return toCoordinates(next, await map(other, constant), constant);
      };
      const [up, down] = [await moved(step), await moved(-step)];
      for (const [k, value] of up.entries())
        jacobians[Math.floor(k / next.lambda.length)].set(k % next.lambda.length, u, (value - down[k]) / (2 * step));
    }
    await release();
    const table = Array.from({ length: n }, (_, i) => Array.from(values.subarray(i * d, (i + 1) * d)));
    const wanted = await byTheBook(table, jacobians);
    for (const [i, value] of layers[l].lambda.slice(1).entries())
      expect(Math.abs(value - wanted[i])).toBeLessThan(1e-6 * wanted[0]);
  }
});

it("gives the edges that differences give, summed over positions before they are squared", async () => {
  const network = randomTransformer(new Rng(4), { examples: 12 });
  const layers = await localInteractionBasis(network.model, network.nodes, network.data);
  const { edges } = await interactionEdges(network.model, layers, network.data);
  const integrated = await interactionEdges(network.model, layers, network.data, { rule: "trapezoid", n: 2 });
  expect(integrated.edges[0].data).not.toEqual(edges[0].data);
  for (const l of [0, 1]) {
    const { rows, map, release } = await mapByHand(network, l);
    const [examples, positions] = rows.shape;
    const [layer, next] = [layers[l], layers[l + 1]];
    const [r, s] = [layer.lambda.length, next.lambda.length];
    const coordinates = toCoordinates(layer, rows.numbers(), 1);
    for (let j = 0; j < r; j++) {
      // Along f̂_j at all positions at once.
      const moved = async (by: number) => {
        const scaled = coordinates.map((value, at) => (at % r === j ? value * (1 + by) : value));
        const { rows: back, constant } = fromCoordinates(layer, scaled);
        return toCoordinates(next, await map(back, constant), constant);
      };
      const [up, down] = [await moved(step), await moved(-step)];
      for (let i = 0; i < s; i++) {
        let sum = 0;
        for (let at = i; at < up.length; at += s) sum += ((up[at] - down[at]) / (2 * step)) ** 2;
        const wanted = sum / (examples * positions);
        expect(Math.abs(edges[l].data[i * r + j] - wanted)).toBeLessThan(1e-6 * (1 + wanted));
      }
    }
    await release();
  }
});

it("computes each direction from those that it may see", async () => {
  const network = randomTransformer(new Rng(5), { examples: 10 });
  const layers = await localInteractionBasis(network.model, network.nodes, network.data);
  const graph = await interactionEdges(network.model, layers, network.data);
  const gap = 1;
  for (const keep of [0, 7, 15]) {
    const { rows, map, release } = await mapByHand(network, gap);
    const [layer, next] = [layers[gap], layers[gap + 1]];
    const s = next.lambda.length;
    const coordinates = toCoordinates(layer, rows.numbers(), 1);
    const wanted = new Float64Array(rows.shape[0] * s);
    for (const { inputs, outputs } of maskGroups(graph.edges[gap], keep)) {
      expect(inputs[0]).toBe(1);
      const seen = coordinates.map((value, at) => value * inputs[at % inputs.length]);
      const found = toCoordinates(next, await map(fromCoordinates(layer, seen).rows, 1), 1);
      for (const [at, value] of found.entries()) if (outputs[at % s] === 1) wanted[at] = value;
    }
    await release();
    const ablated = ablateEdges(network.model, graph, gap, keep);
    let worst = 0;
    await scoreOf(ablated, network.data, ({ logits }) => {
      // The last node is left alone: its coordinates, less the constant one, are the logits.
      const values = logits.numbers();
      for (const [at, value] of values.entries()) {
        const place = Math.floor(at / (s - 1)) * s + 1 + (at % (s - 1));
        worst = Math.max(worst, Math.abs(value - wanted[place]));
      }
      return 0;
    });
    expect(worst).toBeLessThan(1e-9);
  }
});

it("counts edges without those of the constant direction, and keeps the largest", () => {
  const edges = { rows: 2, columns: 3, data: Float64Array.of(9, 1, 4, 9, 3, 2) };
  const masks = maskGroups(edges, 2);
  expect(masks.map(({ inputs, outputs }) => [Array.from(inputs), Array.from(outputs)])).toEqual([
    [
      [1, 0, 1],
      [1, 0],
    ],
    [
      [1, 1, 0],
      [0, 1],
    ],
  ]);
  expect(maskGroups(edges, 4)).toHaveLength(1);
  expect(() => maskGroups(edges, 5)).toThrow("there are 4");
});
