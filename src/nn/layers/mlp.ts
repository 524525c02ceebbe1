/** @file Feed-forward stacks: the multi-layer perceptron, and the gated linear unit (Dauphin et al. 2017, Shazeer 2020). */

import { CajalError, type Rng, scope, type Tensor, tap, type Value } from "../../graph/index.ts";
import { type Activation, relu, sigmoid, silu } from "../activations.ts";
import { initLinear, type LayerOptions, type Linear, linear } from "./linear.ts";

/** Layers in order. */
export type Mlp<T> = readonly Linear<T>[];

/** @param widths of the input, of each hidden layer, of the output */
export function initMlp(rng: Rng, widths: readonly number[], options: LayerOptions = {}): Mlp<Tensor> {
  if (widths.length < 2)
    throw new CajalError("argument", `initMlp: ${widths.length} widths; those of input and output are needed`);
  return widths.slice(1).map((width, i) => initLinear(rng.split(i), widths[i], width, options));
}

/** x [..., in] → [..., out]; the activation comes after each layer but the last. Taps: "0", "1", …, the hidden activities. */
export function mlp(p: Mlp<Value | Tensor>, x: Value, activation: Activation = relu): Value {
  return p.reduce((h, layer, i) => {
    const z = scope(`${i}`, () => linear(layer, h));
    return i === p.length - 1 ? z : tap(`${i}`, activation(z));
  }, x);
}

/** Three linear layers: the gate and what it lets through, and the way back. */
export interface GatedMlp<T> {
  readonly gate: Linear<T>;
  readonly up: Linear<T>;
  readonly down: Linear<T>;
}

/** No biases by default, as in Llama. */
export function initGatedMlp(
  rng: Rng,
  width: number,
  hidden: number,
  { bias = false, ...options }: LayerOptions = {},
): GatedMlp<Tensor> {
  const layer = (name: string, inputs: number, outputs: number) =>
    initLinear(rng.split(name), inputs, outputs, { bias, ...options });
  return { gate: layer("gate", width, hidden), up: layer("up", width, hidden), down: layer("down", hidden, width) };
}

/** x [..., width] → down(activation(gate(x)) · up(x)). The activation is a sigmoid in GLU, SiLU in SwiGLU. Taps: "gate", "up", "hidden". */
export function glu(p: GatedMlp<Value | Tensor>, x: Value, activation: Activation = sigmoid): Value {
  const hidden = tap("hidden", gated(p, x, activation));
  return scope("down", () => linear(p.down, hidden));
}

/** What the gate lets through: activation(gate(x)) · up(x), [..., hidden]. Taps: "gate", before its activation, and "up". */
export function gated(p: GatedMlp<Value | Tensor>, x: Value, activation: Activation): Value {
  const project = (name: "gate" | "up") =>
    tap(
      name,
      scope(name, () => linear(p[name], x)),
    );
  return activation(project("gate")).mul(project("up"));
}

/** GLU whose gate is a SiLU (Shazeer 2020), as in Llama. */
export function swiglu(p: GatedMlp<Value | Tensor>, x: Value): Value {
  return glu(p, x, silu);
}
