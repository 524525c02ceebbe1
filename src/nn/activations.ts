/** @file Activations that are no method of Value. */

import type { Value } from "../graph/index.ts";

export type Activation = (x: Value) => Value;

export const relu: Activation = (x) => x.relu();

/** x·Φ(x) (Hendrycks & Gimpel 2016). */
export const gelu: Activation = (x) => x.op("Gelu");

/** GELU's approximation by tanh, as in GPT-2. */
export const geluTanh: Activation = (x) => x.op("Gelu", [], { approximate: "tanh" });

/** x·σ(x), also known as swish (Elfwing et al. 2018). */
export const silu: Activation = (x) => x.mul(x.sigmoid());

export const sigmoid: Activation = (x) => x.sigmoid();

export const tanh: Activation = (x) => x.tanh();

export const elu: Activation = (x) => x.op("Elu");

export const leakyRelu: Activation = (x) => x.op("LeakyRelu");
