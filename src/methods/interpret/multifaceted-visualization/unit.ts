/** @file Units: which number of the model is to be made large. */

import { CajalError, type Value } from "../../../graph/index.ts";
import { findLayer, type Layer, type Model } from "../../../probe/index.ts";
import { isVector, layerBehind } from "./layer-behind.ts";

/** A class's logit, a unit of a fully connected layer, or a channel of maps. */
export interface Unit {
  /** The layer's name: see `model.layers()`. For a class, the logits before any softmax. */
  readonly tensor: string;
  /** Which of its units, from 0. */
  readonly channel: number;
  /** Of a channel of maps: the value at the middle cell, or the largest one. Default "max". */
  readonly at?: "center" | "max";
}

/** A unit whose layer was found. */
export interface FoundUnit extends Required<Unit> {
  readonly layer: Layer;
}

/** "fire9/concat:17" */
export const nameOf = ({ tensor, channel }: Unit) => `${tensor}:${channel}`;

/** @throws CajalError `unknown-layer`, `unknown-unit` */
export function findUnit(model: Model, { tensor, channel, at = "max" }: Unit): FoundUnit {
  // Many files flatten their logits last: a class is then a unit of what is flattened.
  const behind = layerBehind(model, tensor);
  const layer =
    behind !== undefined && (behind.name === tensor || isVector(behind)) ? behind : findLayer(model.layers(), tensor);
  if (!(Number.isInteger(channel) && channel >= 0 && channel < layer.units))
    throw new CajalError("unknown-unit", `"${tensor}" has no unit ${channel}`, {
      advice: `Its units are 0 … ${layer.units - 1}.`,
    });
  return { tensor, channel, at, layer };
}

/** All units of a layer, one number each: [batch, units], from [batch, units], [batch, tokens, units] or [batch, units, rows, columns]. */
export function unitsOf(activations: Value, at: "center" | "max"): Value {
  const x = activations.cast("float32");
  if (x.rank === 2) return x;
  const axes = x.rank === 3 ? [1] : [2, 3];
  if (at === "max") return x.max(axes);
  const middle = axes.map((axis) => Math.floor(x.shape[axis] / 2));
  return x
    .slice(
      middle,
      middle.map((cell) => cell + 1),
      axes,
    )
    .squeeze(axes);
}

/** A layer as a code of each picture, [batch, D]: the mean over positions, where there are any. */
export function codeOf(activations: Value): Value {
  const x = activations.cast("float32");
  if (x.rank === 2) return x;
  return x.mean(x.rank === 3 ? [1] : [2, 3]);
}
