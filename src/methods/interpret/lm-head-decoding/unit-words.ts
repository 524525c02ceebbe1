/** @file What one unit of a language model stands for: a neuron by all of its sides, one side by its own layer, or an element of the stream. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import { findLayer, type NeuronSide, neuronTaps, neuronWeights, type TextModel } from "../../../probe/index.ts";
import { decodeDirections, decodeTable } from "./decode.ts";
import type { DecodeOptions, DirectionWords } from "./directions.ts";

/** What one side of a unit says, with one sign. */
export interface UnitWords extends DirectionWords {
  /** "stream": it is an element of what is read and written. */
  readonly side: NeuronSide | "stream";
  readonly sign: 1 | -1;
}

/**
 * The words of the unit `layer:unit`, nearest by cosine.
 * @param layer its name in the model
 * @throws CajalError `unknown-layer`, `unknown-unit`, `argument` for what writes no single vector
 */
export async function decodeUnit(
  model: TextModel,
  layer: string,
  unit: number,
  options: Omit<DecodeOptions, "norm"> & { readonly signal?: AbortSignal } = {},
): Promise<readonly UnitWords[]> {
  const { kind, units } = findLayer(model.layers(), layer);
  if (unit >= units) throw new CajalError("unknown-unit", `layer "${layer}" has units 0 to ${units - 1}, not ${unit}`);
  const weights = await neuronWeights(model);
  const network = weights.networks.find((network) => neuronTaps(network).includes(layer));
  if (network !== undefined) {
    const own = (["up", "gate"] as const).find((side) => network.taps[side] === layer);
    const { neurons } = await decodeTable(model, {
      ...options,
      ...{ weights: { ...weights, networks: [network] }, layers: [network.layer], indices: [unit], norm: "cosine" },
      ...(own !== undefined && { sides: [own] }),
    });
    return neurons;
  }
  if (units !== weights.width || kind === "heads")
    throw new CajalError("argument", `${layer}: ${kind === "heads" ? "a head" : "it"} writes no single vector`, {
      advice: `Decode neurons, as in ${weights.networks[0].taps.product}:3, or elements of a stream.`,
    });
  const element = Tensor.of(
    Array.from({ length: units }, (_, i) => Number(i === unit)),
    [1, units],
  );
  const [[plus, minus]] = await decodeDirections(model, element, { ...options, norm: "cosine" });
  return [
    { ...plus, side: "stream", sign: 1 },
    { ...minus, side: "stream", sign: -1 },
  ];
}

const verbs: Readonly<Record<UnitWords["side"], Readonly<Record<1 | -1, string>>>> = {
  up: { 1: "reads", [-1]: "reads (negative)" },
  gate: { 1: "gate opens at", [-1]: "gate closes at" },
  down: { 1: "promotes", [-1]: "suppresses" },
  stream: { 1: "promotes", [-1]: "suppresses" },
};

/** What a side does with its words: "reads", "promotes". */
export function verbOf({ side, sign }: Pick<UnitWords, "side" | "sign">): string {
  return verbs[side][sign];
}
