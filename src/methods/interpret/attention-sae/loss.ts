/**
 * @file What training makes small: the squared error of the reconstruction, and what makes features rare. Vectors are scaled and features are of
 * scaled vectors. Sums over coordinates, means over the batch.
 */

import { customVjp, Tensor, type Value } from "../../../graph/index.ts";
import { activate, decode, preActivations, type Sae } from "./sae.ts";

/** What makes features rare: their sum (L1, "relu"), a fixed number of them, or a price per active feature ("jumprelu"). */
export type Sparsity =
  | { readonly kind: "relu" }
  | { readonly kind: "topk"; readonly k: number }
  | {
      readonly kind: "jumprelu";
      /** θ before training. Default 0.1. */
      readonly threshold?: number;
      /** ε: how far from θ pre-activations still teach it. Default 0.2. */
      readonly bandwidth?: number;
    };

/** What is learned. Thresholds are kept as logarithms, so that they stay positive. */
export interface Learned<T> {
  readonly encoder: T;
  readonly encoderBias: T;
  readonly decoder: T;
  readonly decoderBias: T;
  /** log θ [m] of JumpReLU; else nothing. */
  readonly logThreshold: readonly T[];
}

export interface LossParts {
  readonly loss: Value;
  /** Mean ‖z − ẑ‖². */
  readonly error: Value;
  /** f [batch, m]. */
  readonly features: Value;
  /** In how many vectors of the batch each feature is active: [m]. */
  readonly fired: Value;
}

/**
 * ‖z − ẑ‖² + λ‖f‖₁ for ReLU; ‖z − ẑ‖² for TopK; ‖z − ẑ‖² + λ‖f‖₀ for JumpReLU, whose steps have a straight-through derivative by θ: the mean over
 * pre-activations within ε/2 (eqs. 11–12 of arXiv:2407.14435).
 * @param z scaled vectors [batch, d]
 * @param lambda λ, a scalar
 */
export function saeLoss(p: Learned<Value>, z: Value, sparsity: Sparsity, lambda: Value): LossParts {
  const sae: Sae<Value> = { ...p, activation: { kind: "relu" }, heads: 1 };
  const pre = preActivations(sae, z);
  if (sparsity.kind === "jumprelu") {
    const threshold = p.logThreshold[0].exp();
    const { features, gates } = jumpRelu(pre, threshold, sparsity.bandwidth ?? 0.2);
    return partsOf(sae, z, features, gates.sum(-1).mean().mul(lambda));
  }
  const features = activate(sparsity, pre);
  return partsOf(sae, z, features, sparsity.kind === "topk" ? undefined : features.sum(-1).mean().mul(lambda));
}

function partsOf(sae: Sae<Value>, z: Value, features: Value, price: Value | undefined): LossParts {
  const error = z.sub(decode(sae, features)).square().sum(-1).mean();
  const fired = features.greater(0).cast("float32").sum(0);
  return { loss: price === undefined ? error : error.add(price), error, features, fired };
}

/** Features f = u where u > θ, and gates: 1 where they are open. */
function jumpRelu(pre: Value, threshold: Value, bandwidth: number): { features: Value; gates: Value } {
  const openOf = (u: Value, theta: Value) => u.greater(theta).cast("float32");
  /** Pre-activations near θ, over the bandwidth: an estimate of their density there. */
  const near = (u: Value, theta: Value) =>
    u
      .sub(theta)
      .abs()
      .less(bandwidth / 2)
      .cast("float32")
      .mul(1 / bandwidth);
  const jump = customVjp(
    (u: Value, theta: Value) => ({ result: u.mul(openOf(u, theta)), saved: { u, theta } }),
    ({ u, theta }, cotangent) => [
      cotangent.mul(openOf(u, theta)),
      cotangent.mul(near(u, theta)).mul(theta).sum(0).neg(),
    ],
  );
  const step = customVjp(
    (u: Value, theta: Value) => ({ result: openOf(u, theta), saved: { u, theta } }),
    ({ u, theta }, cotangent) => [undefined, cotangent.mul(near(u, theta)).sum(0).neg()],
  );
  return { features: jump(pre, threshold), gates: step(pre, threshold) };
}

/** Before training: W_e and W_d uniform as by He et al. 2015, rows of W_d normalised; b_e 0; b_d the mean of the (scaled) vectors. */
export function initLearned(
  draw: (shape: readonly number[], bound: number) => Tensor,
  mean: Float64Array,
  features: number,
  sparsity: Sparsity,
): Learned<Tensor> {
  const width = mean.length;
  const decoder = draw([features, width], 1).data as Float32Array;
  for (let i = 0; i < features; i++) {
    const row = decoder.subarray(i * width, (i + 1) * width);
    const norm = Math.hypot(...row);
    for (let j = 0; j < width; j++) row[j] /= norm;
  }
  return {
    encoder: draw([width, features], Math.sqrt(6 / features)),
    encoderBias: Tensor.zeros([features]),
    decoder: new Tensor("float32", [features, width], decoder),
    decoderBias: Tensor.of(mean, [width]),
    logThreshold: sparsity.kind === "jumprelu" ? [Tensor.full([features], Math.log(sparsity.threshold ?? 0.1))] : [],
  };
}
