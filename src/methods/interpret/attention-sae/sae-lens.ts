/**
 * @file Dictionaries in the layout that SAELens reads and writes (cfg.json and sae_weights.safetensors; version 6, and what versions before it wrote).
 * What a file folds into its configuration is folded into the weights here, so that every dictionary is used alike.
 */

import { CajalError, decodeSafetensors, encodeSafetensors, formatShape, Tensor } from "../../../graph/index.ts";
import { type Activation, type Origin, type Sae, sizesOf } from "./sae.ts";

/** The two files of a dictionary. */
export interface SaeFiles {
  /** cfg.json */
  readonly config: string;
  /** sae_weights.safetensors */
  readonly weights: Uint8Array;
}

/** The version whose layout is written. */
const layout = "6.0.0";

/** The files, for SAELens's `SAE.load_from_disk`. Thresholds, k and the site go with them; the scale of training is in the weights. */
export function toSaeLens(sae: Sae): SaeFiles {
  const { features, width } = sizesOf(sae);
  const { activation, origin, heads } = sae;
  const architecture = { relu: "standard", topk: "topk", jumprelu: "jumprelu" }[activation.kind];
  const config = {
    architecture,
    d_in: width,
    d_sae: features,
    dtype: "float32",
    device: "cpu",
    apply_b_dec_to_input: true,
    normalize_activations: "none",
    reshape_activations: "hook_z",
    ...(activation.kind === "topk" && { k: activation.k, rescale_acts_by_decoder_norm: false }),
    metadata: {
      sae_lens_version: layout,
      model_name: origin?.model ?? null,
      hook_name: `blocks.${origin?.layer ?? 0}.attn.hook_z`,
      hook_head_index: null,
      prepend_bos: origin?.begins ?? true,
      context_size: origin?.context ?? null,
      heads,
      ...(origin && { site: origin.z, layer: origin.layer, fingerprint: origin.fingerprint ?? null }),
    },
  };
  const weights = {
    W_enc: sae.encoder,
    b_enc: sae.encoderBias,
    W_dec: sae.decoder,
    b_dec: sae.decoderBias,
    ...(activation.kind === "jumprelu" && { threshold: activation.threshold }),
  };
  return { config: `${JSON.stringify(config, null, 2)}\n`, weights: encodeSafetensors(weights) };
}

export interface FromSaeLensOptions {
  /** Heads side by side in z. Default: what our own files say; others do not tell. */
  readonly heads?: number;
  /**
   * Of dictionaries that expect activations divided by their mean length over √d ("expected_average_only_in") and whose files do not hold that
   * number: what activations were multiplied by.
   */
  readonly normFactor?: number;
}

/**
 * A dictionary from its files: architectures standard, topk and jumprelu. Decoder rows get length one where that changes nothing.
 * @throws CajalError `bad-file` for damaged or inconsistent files, `argument` for what is no function of z alone, or when heads are not known
 */
export function fromSaeLens({ config, weights }: SaeFiles, options: FromSaeLensOptions = {}): Sae {
  const cfg = readConfig(config);
  const { tensors } = decodeSafetensors(weights, "sae_weights.safetensors");
  const array = (name: string, rank: number): Tensor => {
    const found = tensors[name];
    if (found === undefined || found.shape.length !== rank)
      throw bad(found === undefined ? `there is no "${name}"` : `"${name}" is ${formatShape(found.shape)}`);
    return found;
  };
  const [encoder, decoder] = [array("W_enc", 2), array("W_dec", 2)];
  const [features, width] = decoder.shape;
  const [encoderBias, decoderBias] = [array("b_enc", 1), array("b_dec", 1)];
  if (
    encoder.shape[0] !== width ||
    encoder.shape[1] !== features ||
    encoderBias.size !== features ||
    decoderBias.size !== width
  )
    throw bad(
      `W_enc ${formatShape(encoder.shape)}, b_enc ${formatShape(encoderBias.shape)}, W_dec ${formatShape(decoder.shape)} and b_dec ${formatShape(decoderBias.shape)} do not fit`,
    );
  const heads = options.heads ?? cfg.heads;
  if (heads === undefined || width % heads !== 0)
    throw new CajalError(
      "argument",
      heads === undefined
        ? "the files do not say how many heads z has"
        : `vectors of ${width} do not divide into ${heads} heads`,
      {
        advice: "Give { heads } of the site: findAttention(model) knows them.",
      },
    );
  const numbers = {
    encoder: encoder.numbers(),
    encoderBias: encoderBias.numbers(),
    decoder: decoder.numbers(),
    decoderBias: decoderBias.numbers(),
    ...(cfg.kind === "jumprelu" && { threshold: array("threshold", 1).numbers() }),
  };
  if (!cfg.centred) uncentre(numbers);
  if (cfg.finetuned) scaleRows(numbers.decoder, width, array("scaling_factor", 1).numbers());
  if (cfg.normalised) foldNorm(numbers, normFactorOf(options));
  // What TopK picks depends on the lengths of rows, unless activations were compared by what they add.
  if (cfg.kind !== "topk" || cfg.rescaled) foldRows(numbers, width);
  const vector = (data: Float64Array) => Tensor.of(data, [data.length]);
  return {
    encoder: Tensor.of(numbers.encoder, encoder.shape),
    encoderBias: vector(numbers.encoderBias),
    decoder: Tensor.of(numbers.decoder, decoder.shape),
    decoderBias: vector(numbers.decoderBias),
    activation: activationOf(cfg, numbers.threshold),
    heads,
    ...(cfg.origin && { origin: cfg.origin }),
  };
}

interface Config {
  readonly kind: Activation<Tensor>["kind"];
  readonly k: number;
  /** Whether b_d is taken from z before it is encoded. */
  readonly centred: boolean;
  readonly finetuned: boolean;
  readonly normalised: boolean;
  /** TopK of activations times the lengths of decoder rows. */
  readonly rescaled: boolean;
  readonly heads: number | undefined;
  readonly origin: Origin | undefined;
}

function readConfig(text: string): Config {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw bad("cfg.json is no JSON", error);
  }
  if (!isRecord(parsed)) throw bad("cfg.json holds no object");
  const metadata = isRecord(parsed.metadata) ? parsed.metadata : parsed;
  const old = !isRecord(parsed.metadata);
  const kwargs = isRecord(parsed.activation_fn_kwargs) ? parsed.activation_fn_kwargs : {};
  const k = Number(parsed.k ?? kwargs.k ?? Number.NaN);
  const activationName = parsed.activation_fn ?? parsed.activation_fn_str;
  const architecture = old && activationName === "topk" ? "topk" : String(parsed.architecture ?? "standard");
  const kinds: Readonly<Record<string, Config["kind"]>> = { standard: "relu", topk: "topk", jumprelu: "jumprelu" };
  if (!Object.hasOwn(kinds, architecture))
    throw new CajalError("argument", `dictionaries of the architecture "${architecture}" are not known`, {
      advice: "Known: standard, topk, jumprelu. SAELens saves batch-TopK dictionaries as jumprelu.",
    });
  const kind = kinds[architecture];
  if (kind === "relu" && activationName !== undefined && activationName !== null && activationName !== "relu")
    throw new CajalError("argument", `the activation "${String(activationName)}" is not known`, {
      advice: "Known: relu, topk.",
    });
  if (kind === "topk" && !(Number.isInteger(k) && k > 0)) throw bad("cfg.json does not say k");
  const normalisation = parsed.normalize_activations;
  if (normalisation === "layer_norm" || normalisation === "constant_norm_rescale")
    throw new CajalError(
      "argument",
      `the dictionary normalises each vector (${normalisation}): its features are not linear in z`,
      {
        advice:
          "Attribution by head and source would be wrong. Take one with normalize_activations none or expected_average_only_in.",
      },
    );
  const site = metadata.site;
  return {
    kind,
    k,
    centred: parsed.apply_b_dec_to_input !== false,
    finetuned: parsed.finetuning_scaling_factor === true,
    normalised: normalisation === "expected_average_only_in" || normalisation === true,
    rescaled: parsed.rescale_acts_by_decoder_norm === true,
    heads: typeof metadata.heads === "number" ? metadata.heads : undefined,
    origin: typeof site === "string" ? ourOrigin(site, metadata) : undefined,
  };
}

function ourOrigin(site: string, metadata: Readonly<Record<string, unknown>>): Origin {
  const { model_name: model, layer, fingerprint, prepend_bos: begins, context_size: context } = metadata;
  return {
    model: String(model ?? "the model"),
    z: site,
    layer: Number(layer ?? 0),
    begins: begins !== false,
    ...(typeof fingerprint === "string" && { fingerprint }),
    ...(typeof context === "number" && { context }),
  };
}

function normFactorOf({ normFactor }: FromSaeLensOptions): number {
  if (normFactor !== undefined && normFactor > 0) return normFactor;
  throw new CajalError(
    "argument",
    "the dictionary expects activations of a mean length of √d, and its files do not say by what they were multiplied",
    {
      advice: "Give { normFactor }: √d over the mean length of z on the model's own text.",
    },
  );
}

interface Numbers {
  readonly encoder: Float64Array;
  readonly encoderBias: Float64Array;
  readonly decoder: Float64Array;
  readonly decoderBias: Float64Array;
  readonly threshold?: Float64Array;
}

/** z·W_e + b_e is (z − b_d)·W_e + b_e + b_d·W_e. */
function uncentre({ encoder, encoderBias, decoderBias }: Numbers): void {
  const features = encoderBias.length;
  for (let k = 0; k < encoder.length; k++)
    encoderBias[k % features] += decoderBias[Math.floor(k / features)] * encoder[k];
}

function scaleRows(decoder: Float64Array, width: number, factors: Float64Array): void {
  for (let k = 0; k < decoder.length; k++) decoder[k] *= factors[Math.floor(k / width)];
}

/** Of activations times a factor: the factor goes into W_e, and out of W_d and b_d. */
function foldNorm({ encoder, decoder, decoderBias }: Numbers, factor: number): void {
  for (let k = 0; k < encoder.length; k++) encoder[k] *= factor;
  for (let k = 0; k < decoder.length; k++) decoder[k] /= factor;
  for (let j = 0; j < decoderBias.length; j++) decoderBias[j] /= factor;
}

/** Rows of W_d get length one, and the activation what they lose. */
function foldRows({ encoder, encoderBias, decoder, threshold }: Numbers, width: number): void {
  const features = encoderBias.length;
  for (let i = 0; i < features; i++) {
    const norm = Math.hypot(...decoder.subarray(i * width, (i + 1) * width));
    if (norm === 0) continue;
    for (let j = 0; j < width; j++) {
      decoder[i * width + j] /= norm;
      encoder[j * features + i] *= norm;
    }
    encoderBias[i] *= norm;
    if (threshold !== undefined) threshold[i] *= norm;
  }
}

function activationOf({ kind, k }: Config, threshold: Float64Array | undefined): Activation<Tensor> {
  if (kind === "topk") return { kind, k };
  if (kind === "jumprelu" && threshold !== undefined)
    return { kind, threshold: Tensor.of(threshold, [threshold.length]) };
  return { kind: "relu" };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function bad(what: string, cause?: unknown): CajalError {
  return new CajalError("bad-file", `the dictionary's files: ${what}`, {
    advice:
      "They should be cfg.json and sae_weights.safetensors as SAELens writes them, with W_enc [d, m], b_enc, W_dec [m, d], b_dec.",
    ...(cause !== undefined && { cause }),
  });
}
