/** @file One-shot pruning of a trained ONNX model: zeros among its weights, the same graph. */

import { CajalError, type ImportedModel, type ImportedNode, type Tensor } from "../../graph/index.ts";
import type { Model } from "../../probe/index.ts";
import { pruneGlobal, pruneUniform } from "./magnitude.ts";
import { fullMask, zeroOutside } from "./masks.ts";
import { movers } from "./movers.ts";

export interface PruneOptions {
  /** Share of the prunable weights that stay, in (0, 1]. */
  readonly density: number;
  /** One threshold for all layers, or the same density in each (the last one kept at 20 % or more). Default "global". */
  readonly scope?: "global" | "uniform";
  /** Names of weights that stay as they are. They count in no density. */
  readonly keepDense?: readonly string[];
}

/** A weight of an ONNX model that can be pruned. */
export interface PrunableWeight {
  /** The initializer's name. */
  readonly name: string;
  /** The op that multiplies by it: "Conv". */
  readonly op: string;
  readonly tensor: Tensor;
}

/** Which inputs of an op are weights. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1],
  ConvTranspose: [1],
  FusedConv: [1],
  Gemm: [0, 1],
  FusedGemm: [0, 1],
  MatMul: [0, 1],
  FusedMatMul: [0, 1],
  LSTM: [1, 2],
  GRU: [1, 2],
  RNN: [1, 2],
};

/** Where ops on integers have their weights. */
const integerInputs: Readonly<Record<string, readonly number[]>> = {
  QLinearConv: [3],
  QLinearMatMul: [3],
  ConvInteger: [1],
  MatMulInteger: [1],
  MatMulNBits: [1],
  MatMulIntegerToFloat: [1],
  DynamicQuantizeMatMul: [1],
  QGemm: [3],
  QAttention: [1],
};

/**
 * The weights of linear, convolutional and recurrent layers, in the order in which they are used.
 * @param keepDense names of weights to leave out
 * @throws CajalError `argument` when a weight is shared or quantised (named), a name is unknown, or there are none
 */
export function prunableWeights(model: Model, keepDense: readonly string[] = []): PrunableWeight[] {
  const { imported, name: source } = model;
  const unknown = keepDense.find((name) => !Object.hasOwn(imported.params, name));
  if (unknown !== undefined)
    throw new CajalError("argument", `keepDense names "${unknown}", which is no weight of ${source}`, {
      advice: `It has: ${Object.keys(imported.params).slice(0, 20).join(", ")}.`,
    });
  const makers = new Map(imported.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const users = usersOf(imported, makers);
  const found: PrunableWeight[] = [];
  for (const node of imported.nodes) {
    for (const input of integerInputs[node.op] ?? []) refuseQuantised(node.inputs[input], makers, imported);
    for (const input of weightInputs[node.op] ?? []) {
      const name = weightBehind(node.inputs[input], makers);
      if (name === undefined || keepDense.includes(name)) continue;
      const maker = makers.get(name);
      if (maker?.op === "DequantizeLinear") refuseQuantised(maker.inputs[0], makers, imported);
      if (!Object.hasOwn(imported.params, name) || imported.params[name].shape.length < 2) continue;
      refuseShared(name, users);
      found.push({ name, op: node.op, tensor: imported.params[name] });
    }
  }
  if (found.length === 0)
    throw new CajalError("argument", `${source} has no weights that can be pruned`, {
      advice: "Weights are initializers of two or more axes that a Conv, Gemm, MatMul, LSTM, GRU or RNN multiplies by.",
    });
  return found;
}

/**
 * The model with its smallest weights set to zero: by magnitude, at once, without training. Every node, name and shape stays.
 * @example prune(await open("network.onnx"), { density: 0.3 }).save("sparse.onnx")
 * @throws CajalError `argument` as `prunableWeights`, or when a layer would be left without weights
 */
export function prune(model: Model, { density, scope = "global", keepDense }: PruneOptions): Model {
  const weights = prunableWeights(model, keepDense);
  const tensors = weights.map(({ tensor }) => tensor);
  const masks = (scope === "global" ? pruneGlobal : pruneUniform)(
    tensors,
    tensors.map(({ shape }) => fullMask(shape)),
    density,
    weights.map(({ name }) => name),
  );
  return model.withWeights(
    Object.fromEntries(weights.map(({ name, tensor }, i) => [name, zeroOutside(masks[i], tensor)])),
  );
}

type Makers = ReadonlyMap<string, ImportedNode>;

/** The name behind those that only move it about; none for what is missing. */
function weightBehind(name: string | undefined, makers: Makers): string | undefined {
  const maker = name === undefined ? undefined : makers.get(name);
  return maker !== undefined && movers.has(maker.op) ? weightBehind(maker.inputs[0], makers) : name || undefined;
}

/** The ops that use each tensor, through whatever only moves it about. */
function usersOf({ nodes }: ImportedModel, makers: Makers): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { op, inputs } of nodes) {
    if (movers.has(op)) continue;
    for (const input of inputs) {
      const name = weightBehind(input, makers);
      if (name !== undefined) users.set(name, [...(users.get(name) ?? []), op]);
    }
  }
  return users;
}

function refuseShared(name: string, users: ReadonlyMap<string, readonly string[]>): void {
  const ops = users.get(name) ?? [];
  if (ops.length > 1)
    throw new CajalError("argument", `weight "${name}" is shared: ${ops.join(" and ")} use it`, {
      advice: `To prune the others, name it in keepDense. To prune it too, give each use a weight of its own.`,
    });
}

/** Integers that no node computes are weights of a quantised layer. */
function refuseQuantised(name: string | undefined, makers: Makers, { inputs }: ImportedModel): void {
  const weight = weightBehind(name, makers);
  if (weight === undefined || makers.has(weight) || inputs.some((input) => input.name === weight)) return;
  throw new CajalError("argument", `weight "${weight}" is quantised`, {
    advice: "Prune the model before it is quantised: zero is kept by quantisation, small weights are not told apart.",
  });
}
