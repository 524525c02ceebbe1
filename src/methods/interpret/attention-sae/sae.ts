/** @file A sparse autoencoder: f = σ((z − b_d)·W_e + b_e), ẑ = f·W_d + b_d, in the units of z; σ is ReLU, TopK or JumpReLU. */

import { CajalError, compile, exportOnnx, Tensor, topK, type Value } from "../../../graph/index.ts";

/** What makes activations sparse. */
export type Activation<T> =
  | { readonly kind: "relu" }
  /** Keeps the k largest of each token (Gao et al. 2024). */
  | { readonly kind: "topk"; readonly k: number }
  /** Keeps those beyond a threshold of their own [features] (Rajamanoharan et al. 2024). */
  | { readonly kind: "jumprelu"; readonly threshold: T };

/** Where a dictionary was learned. */
export interface Origin {
  readonly model: string;
  /** The site's tap, and its layer's number. */
  readonly z: string;
  readonly layer: number;
  /** Of the output weights behind the site: another model has another. */
  readonly fingerprint?: string;
  /** Whether texts began with a mark. */
  readonly begins?: boolean;
  readonly context?: number;
}

/** m features of vectors of width d. */
export interface Sae<T = Tensor> {
  /** W_e [d, m] */
  readonly encoder: T;
  /** b_e [m] */
  readonly encoderBias: T;
  /** W_d [m, d]: what each feature is. Rows have length one, unless a file has others. */
  readonly decoder: T;
  /** b_d [d] */
  readonly decoderBias: T;
  readonly activation: Activation<T>;
  /** Heads that a vector holds side by side. */
  readonly heads: number;
  readonly origin?: Origin;
}

/** z [..., d] → pre-activations [..., m]. */
export function preActivations(sae: Sae<Value | Tensor>, z: Value): Value {
  return z.sub(sae.decoderBias).matmul(sae.encoder).add(sae.encoderBias);
}

/** Pre-activations → activations f ≥ 0, of the same shape. */
export function activate(activation: Activation<Value | Tensor>, pre: Value): Value {
  if (activation.kind === "relu") return pre.relu();
  if (activation.kind === "jumprelu") {
    const open = pre.greater(pre.tracer.lift(activation.threshold, pre.dtype));
    return open.where(pre.relu(), 0);
  }
  const width = pre.shape[pre.rank - 1];
  if (activation.k >= width) return pre.relu();
  // Of equal ones more than k could be kept: of floats that is rare, of zeros it does not matter.
  const least = topK(pre, activation.k).values.slice([activation.k - 1], [activation.k], [-1]);
  return pre.less(least).where(pre.tracer.lift(0, pre.dtype), pre.relu());
}

/** z [..., d] → f [..., m]. */
export function encode(sae: Sae<Value | Tensor>, z: Value): Value {
  return activate(sae.activation, preActivations(sae, z));
}

/** f [..., m] → ẑ [..., d]. */
export function decode(sae: Sae<Value | Tensor>, f: Value): Value {
  return f.matmul(sae.decoder).add(sae.decoderBias);
}

/** The numbers of a dictionary, as a tree to be handed to a compiled function. */
export interface SaeWeights<T> {
  readonly encoder: T;
  readonly encoderBias: T;
  readonly decoder: T;
  readonly decoderBias: T;
  readonly threshold: readonly T[];
}

export function weightsOfSae({ encoder, encoderBias, decoder, decoderBias, activation }: Sae): SaeWeights<Tensor> {
  const threshold = activation.kind === "jumprelu" ? [activation.threshold] : [];
  return { encoder, encoderBias, decoder, decoderBias, threshold };
}

/** The same dictionary with these numbers. */
export function withWeights({ activation, heads }: Sae, { threshold, ...rest }: SaeWeights<Value>): Sae<Value> {
  return {
    ...rest,
    heads,
    activation: activation.kind === "jumprelu" ? { kind: "jumprelu", threshold: threshold[0] } : activation,
  };
}

/** Features m, and the width d of vectors. */
export function sizesOf({ decoder }: Sae): { readonly features: number; readonly width: number } {
  const [features, width] = decoder.shape;
  return { features, width };
}

/**
 * A dictionary of z/scale as one of z: features keep their directions, and activations become those of z.
 * f = σ((z/s − b_d)W_e + b_e), ẑ = s(fW_d + b_d) is s·f with s·b_e, s·b_d and s·θ, and the same W_e and W_d.
 */
export function foldScale(sae: Sae, scale: number): Sae {
  const times = (tensor: Tensor) =>
    Tensor.of(
      tensor.numbers().map((x) => x * scale),
      tensor.shape,
    );
  return {
    ...sae,
    encoderBias: times(sae.encoderBias),
    decoderBias: times(sae.decoderBias),
    activation:
      sae.activation.kind === "jumprelu"
        ? { kind: "jumprelu", threshold: times(sae.activation.threshold) }
        : sae.activation,
  };
}

/** Activations of vectors z [n, d]: [n, m]. For more than fits into memory, call it by pieces. */
export async function featuresOf(sae: Sae, z: Tensor): Promise<Tensor> {
  checkVectors(sae, z);
  const run = compile((weights: SaeWeights<Value>, x: Value) => encode(withWeights(sae, weights), x));
  try {
    return await run(weightsOfSae(sae), z);
  } finally {
    await run.release();
  }
}

/** As an ONNX graph: "z" [N, d] → "features" [N, m] and "reconstruction" [N, d]. It can be spliced into a model's file at its site. */
export function saeOnnx(sae: Sae): Uint8Array {
  const { width } = sizesOf(sae);
  const run = (z: Value) => {
    const features = encode(sae, z);
    return { features, reconstruction: decode(sae, features) };
  };
  return exportOnnx(run, [Tensor.zeros([1, width])], { names: ["z"], batch: { name: "N", arguments: [0] } });
}

function checkVectors(sae: Sae, { shape }: Tensor): void {
  const { width } = sizesOf(sae);
  if (shape.length !== 2 || shape[1] !== width)
    throw new CajalError("shape", `the dictionary is of vectors of ${width}, not of [${shape.join(", ")}]`, {
      advice: "Give rows of z, [tokens, heads · headWidth].",
    });
}
