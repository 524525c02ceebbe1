/** @file What the theory demands, measured on small random networks. */

import { compile, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { weights } from "../../../../nn/index.ts";
import { columnsTimes, type Matrix, product, transposed } from "../../matrix.ts";
import { attributions } from "../attributions.ts";
import { activationsOf, chainOf, type Inputs } from "../chain.ts";
import { gapOf } from "../gap.ts";
import {
  ablateNodes,
  coordinatesOf,
  type InteractionGraph,
  interactionEdges,
  type LibLayer,
  localInteractionBasis,
} from "../index.ts";
import { jacobianSquares } from "../jacobian-squares.ts";
import { quadrature } from "../quadrature.ts";
import { type Seeds, seedChunks } from "../seeds.ts";
import { type Case, type Disguise, randomMlp, randomTransformer } from "./networks.ts";

export interface Identities {
  /** Of E[f̂ᵀf̂] from diag(Λ), off the constant slot, over the largest Λ. */
  readonly white: number;
  /** Of E[ĴᵀĴ] from the identity. */
  readonly jacobian: number;
  /** Relative changes of the sorted edges when nodes are disguised by invertible matrices. */
  readonly libChange: number;
  readonly pcaChange: number;
  /** Of C·C⁺·f from f, up to what is dropped; of the logits when all directions are kept. */
  readonly roundTrip: number;
  readonly logits: number;
  /** Of the sum of attributions from what they are of. */
  readonly completeness: number;
}

export async function identities(rng: Rng): Promise<Identities> {
  const mlp = randomMlp(rng.split("mlp"), { dtype: "float64" });
  const layers = await localInteractionBasis(mlp.model, mlp.nodes, mlp.data);
  const axes = await localInteractionBasis(mlp.model, mlp.nodes, mlp.data, { basis: "pca" });
  const turned = randomTransformer(rng.split("transformer"));
  const turnedLayers = await localInteractionBasis(turned.model, turned.nodes, turned.data);
  const hidden = layers.slice(0, -1).map((_, l) => [mlp, layers, l] as const);
  const positions = turnedLayers.slice(0, -1).map((_, l) => [turned, turnedLayers, l] as const);
  const all = [...hidden, ...positions];
  const worst = async (measure: (of: Case, layers: readonly LibLayer[], l: number) => Promise<number>) => {
    const found: number[] = [];
    for (const one of all) found.push(await measure(...one));
    return Math.max(...found);
  };
  const { libChange, pcaChange } = await disguised(rng.split("disguises"));
  return {
    white: await worst(({ model, data }, these, l) => whiteness(model, these[l], data)),
    jacobian: await worst(jacobianError),
    libChange,
    pcaChange,
    roundTrip: Math.max(await roundTrip(mlp, layers[0], axes[0]), await roundTrip(mlp, layers[1], axes[1])),
    logits: Math.max(...(await Promise.all(hidden.map(([of, these, l]) => keptLogits(of, these[l]))))),
    completeness: Math.max(await completeness(mlp, layers, 0), await completeness(mlp, layers, 1)),
  };
}

/** All coordinates of all batches, row by row. */
async function rowsOf(model: Case["model"], layer: LibLayer, data: Case["data"]): Promise<Float64Array[]> {
  const r = layer.lambda.length;
  const rows: Float64Array[] = [];
  for (const batch of data) {
    const values = (await coordinatesOf(model, layer, batch)).numbers();
    for (let at = 0; at < values.length; at += r) rows.push(values.subarray(at, at + r));
  }
  return rows;
}

async function whiteness(model: Case["model"], layer: LibLayer, data: Case["data"]): Promise<number> {
  const rows = await rowsOf(model, layer, data);
  const r = layer.lambda.length;
  let worst = 0;
  for (let i = 1; i < r; i++)
    for (let j = 1; j < r; j++) {
      const mean = rows.reduce((sum, row) => sum + row[i] * row[j], 0) / rows.length;
      worst = Math.max(worst, Math.abs(mean - (i === j ? layer.lambda[i] : 0)));
    }
  return worst / layer.lambda[1];
}

/** Directions with Λ above a millionth of the largest count. */
async function jacobianError({ model, nodes, data }: Case, layers: readonly LibLayer[], l: number): Promise<number> {
  const examples = data.reduce((sum, { inputs }) => sum + inputs.x.shape[0], 0);
  const squares = await jacobianSquares(chainOf(model, nodes, data[0]), l, layers[l + 1], data, examples, {});
  const { Cpinv, lambda } = layers[l];
  const d = Cpinv.columns - 1;
  const back = { rows: Cpinv.rows, columns: d, data: Cpinv.data.filter((_, at) => at % (d + 1) < d) };
  const hat = product(product(back, squares), transposed(back));
  let worst = 0;
  for (let i = 1; i < lambda.length; i++)
    for (let j = 1; j < lambda.length; j++)
      if (Math.min(lambda[i], lambda[j]) > 1e-6 * lambda[1])
        worst = Math.max(worst, Math.abs(hat.data[i * lambda.length + j] - Number(i === j)));
  return worst;
}

/** Of the activations, where only directions without variance are gone; of the coordinates, where also those without effect are. */
async function roundTrip({ model, data: [batch] }: Case, lib: LibLayer, pca: LibLayer): Promise<number> {
  const all = (layer: LibLayer) => ablateNodes(model, layer, layer.lambda.length);
  const coordinates = async (of: Case["model"]) => (await coordinatesOf(of, lib, batch)).numbers();
  return Math.max(
    relative(await recorded(model, pca.tensor, batch), await recorded(all(pca), pca.tensor, batch)),
    relative(await coordinates(model), await coordinates(all(lib))),
  );
}

async function keptLogits({ model, data }: Case, layer: LibLayer): Promise<number> {
  const all = ablateNodes(model, layer, layer.lambda.length);
  return relative(await recorded(model, "logits", data[0]), await recorded(all, "logits", data[0]));
}

async function recorded(model: Case["model"], tensor: string, { inputs }: Case["data"][number]): Promise<Float64Array> {
  const run = compile((given: Inputs) => activationsOf(model, given, [tensor])[tensor]);
  const result = await run(inputs);
  await run.release();
  return result.numbers();
}

function relative(wanted: ArrayLike<number>, found: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference += (found[i] - wanted[i]) ** 2;
    size += wanted[i] ** 2;
  }
  return Math.sqrt(difference / size);
}

/** The key idea: the same network with its hidden nodes in other bases has the same interaction graph, but for the order of directions. */
async function disguised(rng: Rng): Promise<{ libChange: number; pcaChange: number }> {
  const widths = [6, 8, 7, 5];
  const disguises = widths.slice(1, -1).map((width, i) => disguise(rng.split(`matrix ${i}`), width));
  const network = rng.split("network");
  const [plain, other] = [randomMlp(network, { widths }), randomMlp(network, { widths, disguises })];
  const edges = async ({ model, nodes, data }: Case, basis: "lib" | "pca") =>
    interactionEdges(model, await localInteractionBasis(model, nodes, data, { basis }), data, {
      rule: "gauss-legendre",
      n: 3,
    });
  const change = async (basis: "lib" | "pca") => sortedChange(await edges(plain, basis), await edges(other, basis));
  return { libChange: await change("lib"), pcaChange: await change("pca") };
}

/** The largest over gaps of the relative change of the edges, each gap's sorted by weight. */
function sortedChange(before: InteractionGraph, after: InteractionGraph): number {
  const sorted = ({ edges }: InteractionGraph) => edges.map(({ data }) => data.slice().sort((a, b) => b - a));
  const [a, b] = [sorted(before), sorted(after)];
  return Math.max(...a.map((gap, l) => relative(gap, b[l])));
}

/** A = Q₁·diag(s)·Q₂ with s from 1 to 30, in equal ratios. */
function disguise(rng: Rng, size: number): Disguise {
  const turn = (name: string) => {
    const tensor = weights.orthogonal()(rng.split(name), [size, size], { inputs: size, outputs: size });
    return { rows: size, columns: size, data: tensor.numbers() };
  };
  const [first, second] = [turn("first"), turn("second")];
  const stretch = (power: number) => Float64Array.from({ length: size }, (_, i) => 30 ** ((power * i) / (size - 1)));
  const joined = (a: Matrix, power: number, b: Matrix) => {
    const { data } = product(columnsTimes(a, stretch(power)), b);
    return Tensor.of(data, [size, size]);
  };
  return { matrix: joined(first, 1, second), inverse: joined(transposed(second), -1, transposed(first)) };
}

/** With a smooth activation that is 0 at 0: f̂ is 0 where all coordinates before it are. */
async function completeness({ model, nodes, data }: Case, layers: readonly LibLayer[], l: number): Promise<number> {
  const gap = gapOf(chainOf(model, nodes, data[0]), l);
  const next = layers[l + 1];
  const r = next.lambda.length;
  const every = Array.from({ length: r }, (_, i) => i);
  const [{ seeds }] = seedChunks(next, every, r, false);
  const points = quadrature("gauss-legendre", 50);
  const run = compile((inputs: Inputs, given: Seeds<Value>) =>
    attributions(gap, layers[l], points, inputs, given).sum(2),
  );
  const sums = (await run(data[0].inputs, seeds)).numbers(); // [r, N]
  await run.release();
  const wanted = (await coordinatesOf(model, next, data[0])).numbers(); // [N, 1, r]
  const examples = wanted.length / r;
  const found = wanted.map((_, at) => sums[(at % r) * examples + Math.floor(at / r)]);
  return relative(wanted, found);
}
