/** @file Part C: a second net that is the first one, its units in another order and of other scales. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import type { Conv, Linear } from "../../../../nn/index.ts";
import { type JointStats, matchUnits } from "../index.ts";
import { liveUnits } from "../joint-stats.ts";
import { type LayerName, layers, type Network } from "./network.ts";

/** Where a layer's units went: new unit i is old unit `order[i]`, times `scale[i]`. */
export interface Disguise {
  readonly order: Int32Array;
  readonly scale: Float64Array;
}

/** The same function, computed by units in random order with random positive scales; the next layer's weights undo both. */
export function disguised(
  params: Network<Tensor>,
  rng: Rng,
): { readonly params: Network<Tensor>; readonly disguises: Readonly<Record<LayerName, Disguise>> } {
  const disguise = (layer: LayerName): Disguise => {
    const units = layer === "fc" ? params.fc.weight.shape[1] : params[layer].weight.shape[0];
    const draw = rng.split(layer);
    const scale = Float64Array.from({ length: units }, () => Math.exp(draw.gaussian() / 2));
    return { order: draw.permutation(units), scale };
  };
  const [conv1, conv2, conv3, fc] = layers.map(disguise);
  return {
    params: {
      conv1: conv(params.conv1, undefined, conv1),
      conv2: conv(params.conv2, conv1, conv2),
      conv3: conv(params.conv3, conv2, conv3),
      fc: linear(params.fc, conv3, fc),
      head: linear(params.head, fc, undefined),
    },
    disguises: { conv1, conv2, conv3, fc },
  };
}

/** @param before of its inputs @param own of its units */
function conv({ weight, bias }: Conv<Tensor>, before: Disguise | undefined, own: Disguise): Conv<Tensor> {
  const [outputs, inputs, ...kernel] = weight.shape;
  const taps = kernel.reduce((a, b) => a * b, 1);
  const w = weight.numbers();
  const moved = new Float64Array(w.length);
  for (let o = 0, at = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let t = 0; t < taps; t++, at++) {
        const from = (own.order[o] * inputs + (before?.order[i] ?? i)) * taps + t;
        moved[at] = (w[from] * own.scale[o]) / (before?.scale[i] ?? 1);
      }
  return { weight: Tensor.of(moved, weight.shape), ...(bias && { bias: vector(bias, own) }) };
}

/** @param before of its inputs: channels of several positions each, or units */
function linear({ weight, bias }: Linear<Tensor>, before: Disguise, own: Disguise | undefined): Linear<Tensor> {
  const [inputs, outputs] = weight.shape;
  const positions = inputs / before.order.length;
  const w = weight.numbers();
  const moved = new Float64Array(w.length);
  for (let i = 0, at = 0; i < inputs; i++) {
    const unit = Math.floor(i / positions);
    const row = before.order[unit] * positions + (i % positions);
    for (let o = 0; o < outputs; o++, at++)
      moved[at] = (w[row * outputs + (own?.order[o] ?? o)] * (own?.scale[o] ?? 1)) / before.scale[unit];
  }
  return { weight: Tensor.of(moved, weight.shape), ...(bias && { bias: own ? vector(bias, own) : bias }) };
}

function vector(bias: Tensor, { order, scale }: Disguise): Tensor {
  const values = bias.numbers();
  return Tensor.of(
    Float64Array.from(order, (from, i) => values[from] * scale[i]),
    bias.shape,
  );
}

export interface Recovered {
  /** Share of the live units whose own copy is found. */
  readonly byCorrelation: number;
  readonly byInformation: number;
  /** The smallest correlation of a unit with its copy. */
  readonly score: number;
}

/** @param stats of a net and its disguised copy, with mutual information */
export function recovered(stats: JointStats, { order }: Disguise): Recovered {
  const live = liveUnits(stats.a);
  const share = (partner: Int32Array) => live.filter((unit) => order[partner[unit]] === unit).length / live.length;
  const byCorrelation = matchUnits(stats);
  return {
    byCorrelation: share(byCorrelation.partner),
    byInformation: share(matchUnits(stats, { measure: "mi" }).partner),
    score: live.reduce((least, unit) => Math.min(least, byCorrelation.score[unit]), 1),
  };
}
