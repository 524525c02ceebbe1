/**
 * @file The weights of an ONNX model's neurons, found in its graph by what is done with them: a product with a matrix, a function of each number by
 * itself (maybe times another such product), and a product back to the stream's width is a feed-forward network; the last product is the head.
 */

import { CajalError, collect, compile, Tensor, trace, type Value } from "../../graph/index.ts";
import { transposed } from "../architectures/stored.ts";
import { type Matrix, ProductGraph } from "./graph-products.ts";
import { findHead, findNetworks, type NetworkFound, type NormFound, normOf } from "./graph-roles.ts";
import type { Weights } from "./language-model.ts";
import { noLogits } from "./network.ts";
import {
  candidates,
  type FeedForwardWeights,
  type HeadWeights,
  type NeuronSide,
  type NeuronWeights,
  type NeuronWeightsOptions,
  type NormWeights,
  namedHead,
  noGate,
  weightsOfDecoder,
} from "./neuron-weights.ts";
import type { TextModel } from "./text-model.ts";

/** Steps of the text by which the graph is traced. */
const tracedSteps = 11;

/** What may be done to logits, or to choose some of the steps. */
const behindHead = new Set(["Mul", "Div", "Add", "Tanh", "Slice", "Gather"]);

interface Roles {
  readonly head: { readonly matrix: Matrix; readonly norm: NormFound | undefined } | undefined;
  readonly networks: readonly NetworkFound[];
  /** All weights that have a role, in an order that is the same in each trace. */
  readonly values: readonly Value[];
  /** Names of values that can be edited. */
  readonly taps: ReadonlyMap<Value, string>;
}

/**
 * The weights by their role. Of models with a known architecture they are known; in an ONNX model they are found by what is done with them:
 * matrices as they are or transposed, in floats or dequantised, the head tied to the embedding or not.
 * @throws CajalError `argument` when no head or no feed-forward network is recognised, `dtype` for a quantised weight without its scale
 */
export async function neuronWeights(model: TextModel, options: NeuronWeightsOptions = {}): Promise<NeuronWeights> {
  const { decoder } = model.network;
  if (decoder === undefined) return findWeights(model, options);
  const found = weightsOfDecoder(decoder, model.name);
  return options.head === undefined ? found : { ...found, head: namedHead(model, options.head, found.width) };
}

/** Those that the graph shows. */
export async function findWeights(model: TextModel, options: NeuronWeightsOptions): Promise<NeuronWeights> {
  const source = new WeightSource(model);
  const { head, networks: found } = source.roles;
  const width = head?.matrix.inner ?? found[0]?.down.outer ?? 0;
  const chosen = await headOf(source, options.head, width);
  const networks = found.filter(({ up, down }) => up.matrix.inner === width && down.outer === width);
  if (networks.length === 0)
    throw new CajalError("argument", `${model.name}: no feed-forward network is recognised`, {
      advice: `One is a product, an activation (and a gate), and a product back to ${width} numbers. ${pairs(model)} Open the model from its safetensors.`,
    });
  const streams = [...new Set(networks.map((network) => network.source))];
  return {
    name: model.name,
    width,
    vocabulary: chosen.weight.shape[chosen.first === "tokens" ? 0 : 1],
    head: chosen,
    norm: (await source.norm(head?.norm)) ?? { centred: false },
    networks: await Promise.all(
      networks.map(async (network): Promise<FeedForwardWeights> => {
        const beside = networks.filter((other) => other.source === network.source);
        const written = await source.norm(network.written);
        return {
          layer: streams.indexOf(network.source),
          ...(beside.length > 1 && { expert: beside.indexOf(network) }),
          neurons: network.down.inner,
          sides: network.gate === undefined ? ["up", "down"] : ["up", "gate", "down"],
          rows: (side) => rowsOf(source, network, streams.indexOf(network.source), side),
          read: (await source.norm(network.read)) ?? { centred: false },
          ...(written && { written }),
          taps: {
            read: source.tap(network.up.input),
            up: source.tap(network.up.output),
            ...(network.gate && { gate: source.tap(network.gate.output) }),
            product: source.tap(network.product),
            written: source.tap(network.sum),
          },
        };
      }),
    ),
  };
}

/** Matrices that could be the two of a feed-forward network: [width, neurons] and [neurons, width]. */
function pairs(model: TextModel): string {
  const matrices = Object.entries(model.weights).filter(([, { shape }]) => shape.length === 2 && shape[0] !== shape[1]);
  const found = matrices.flatMap(
    (
      [
        up,
        {
          shape: [a, b],
        },
      ],
      i,
    ) =>
      matrices
        .slice(i + 1)
        .filter(([, { shape }]) => shape[0] === b && shape[1] === a)
        .map(([down]) => `"${up}" and "${down}" (${Math.min(a, b)} and ${Math.max(a, b)})`),
  );
  return found.length === 0
    ? "No two matrices go there and back."
    : `Pairs that go there and back: ${found.slice(0, 8).join("; ")}.`;
}

async function headOf(source: WeightSource, name: string | undefined, width: number): Promise<HeadWeights> {
  const { model, roles } = source;
  if (name !== undefined) return namedHead(model, name, width);
  if (roles.head === undefined)
    throw new CajalError("argument", `${model.name}: no head is recognised: its last product is not one with weights`, {
      advice: `Name the head's weight. Matrices: ${candidates(model).join(", ")}.`,
    });
  const { value, flipped } = roles.head.matrix;
  return { weight: await source.tensor(value), first: flipped ? "tokens" : "width" };
}

async function rowsOf(source: WeightSource, network: NetworkFound, layer: number, side: NeuronSide): Promise<Tensor> {
  if (side === "down") return oriented(source, network.down, false);
  const projection = side === "up" ? network.up : network.gate;
  if (projection === undefined) throw noGate(layer);
  const rows = await oriented(source, projection.matrix, true);
  if (projection.columns === undefined) return rows;
  const { from, to } = projection.columns;
  const { inner } = projection.matrix;
  return new Tensor("float32", [to - from, inner], rows.data.slice(from * inner, to * inner));
}

/** [inner, outer], or [outer, inner] when it shall be flipped. */
async function oriented(source: WeightSource, matrix: Matrix, flipped: boolean): Promise<Tensor> {
  const tensor = await source.tensor(matrix.value);
  return matrix.flipped === flipped ? tensor : transposed(tensor);
}

/** The model's graph, traced once to see what is what; and the numbers of what was seen. */
class WeightSource {
  readonly model: TextModel;
  readonly roles: Roles;
  private readonly names: ReadonlyMap<Value, string>;

  constructor(model: TextModel) {
    this.model = model;
    const { batch = 1, steps = tracedSteps } = model.fixed;
    const row = Tensor.zeros([batch, steps], "int64");
    const seen: { readonly roles: Roles; readonly names: ReadonlyMap<Value, string> }[] = [];
    trace(
      (weights: Weights<Value>, tokens: Value, present: Value) => {
        seen.push({ roles: rolesIn(model, weights, tokens, present), names: namesOf(weights) });
        return tokens;
      },
      [model.weights, row, row],
    );
    this.roles = seen[0].roles;
    this.names = seen[0].names;
  }

  /** The numbers of a weight that has a role, float32: as they are in the file, or computed of what is there. */
  async tensor(value: Value): Promise<Tensor> {
    const name = this.names.get(value);
    const stored = name === undefined ? value.constant : this.model.weights[name];
    if (stored?.dtype === "float32") return stored;
    if (stored?.dtype === "float16") return Tensor.of(stored.numbers(), stored.shape);
    const { batch = 1, steps = tracedSteps } = this.model.fixed;
    const row = Tensor.zeros([batch, steps], "int64");
    const at = this.roles.values.indexOf(value);
    const run = compile((weights: Weights<Value>, tokens: Value, present: Value) =>
      rolesIn(this.model, weights, tokens, present).values[at].cast("float32"),
    );
    try {
      return await run(this.model.weights, row, row);
    } finally {
      await run.release();
    }
  }

  async norm(found: NormFound | undefined): Promise<NormWeights | undefined> {
    if (found === undefined) return undefined;
    const { scale, centred } = found;
    return { centred, ...(scale && { scale: await this.tensor(scale) }) };
  }

  /** The name by which a value is edited. */
  tap(value: Value): string {
    const name = this.roles.taps.get(value);
    if (name === undefined)
      throw new CajalError("argument", `${this.model.name}: a value of its neurons has no name in the file`);
    return name;
  }
}

function namesOf(weights: Weights<Value>): Map<Value, string> {
  return new Map(Object.entries(weights).map(([name, value]) => [value, name]));
}

function rolesIn(model: TextModel, weights: Weights<Value>, tokens: Value, present: Value): Roles {
  const { result: logits, taps } = collect((t: Value, p: Value) => model.apply(t, p, weights))(tokens, present);
  if (logits === undefined) throw noLogits(model.name);
  const tapped = new Map(Object.entries(taps).map(([name, value]) => [value, name]));
  const named = new Map<Value | Tensor, string>(namesOf(weights));
  for (const [name, tensor] of Object.entries(model.network.constants ?? {})) named.set(tensor, name);
  const graph = new ProductGraph([logits], [tokens, present], named);
  const { product } = findHead(graph, logits, behindHead);
  const head = product && { matrix: product.matrix, norm: normOf(graph, product.input) };
  const networks = findNetworks(graph);
  const norms = [head?.norm, ...networks.flatMap(({ read, written }) => [read, written])];
  const matrices = [head?.matrix, ...networks.flatMap(({ up, gate, down }) => [up.matrix, gate?.matrix, down])];
  const values = [...matrices.map((matrix) => matrix?.value), ...norms.map((norm) => norm?.scale)];
  return {
    head,
    networks,
    values: values.filter((value) => value !== undefined),
    taps: tapped,
  };
}
