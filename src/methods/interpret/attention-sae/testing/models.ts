/** @file Small models with attention, of every kind that can be opened. */

import { decodeModel, encodeModel, exportOnnx, Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { fusedNode, int, network, node, port } from "../../../../graph/testing/proto.ts";
import { gpt, init } from "../../../../nn/index.ts";
import { configOf, storedFile } from "../../../../probe/architectures/testing/cases.ts";
import { DecoderNetwork, OnnxNetwork, readDecoder, TextModel } from "../../../../probe/index.ts";
import type { Sae } from "../sae.ts";

/** A decoder of the published layout. */
export async function decoderOf(name: string): Promise<TextModel> {
  return new TextModel(
    new DecoderNetwork(await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name)),
    { name },
  );
}

export function onnxModel(bytes: Uint8Array, context = 24): TextModel {
  return new TextModel(new OnnxNetwork(decodeModel(bytes), { name: "export", context }), { name: "export" });
}

const sizes = { vocabulary: 20, width: 12, heads: 4, context: 24 };

/** A Llama-like decoder with two heads of keys and values for four of queries, as one of cajal/nn and as its export to ONNX. */
export function grouped(): { readonly network: TextModel; readonly file: Uint8Array } {
  const params = init.gpt(new Rng(4), { ...sizes, layers: 2, keyValueHeads: 2 });
  const strong = { ...params, tokens: { weight: new Rng(5).normal([20, 12]) } };
  const options = { heads: 4 };
  const decoder = {
    architecture: "test",
    sizes: { ...sizes, layers: 2, keyValueHeads: 2, headWidth: 3, hidden: 48 },
    params: strong,
    options,
  };
  const file = exportOnnx((tokens: Value) => gpt(strong, tokens, options), [Tensor.zeros([2, 11], "int64")], {
    names: ["input_ids"],
  });
  return { network: new TextModel(new DecoderNetwork(decoder), { name: "grouped" }), file };
}

/** Attention as one kernel: MultiHeadAttention of ONNX Runtime, or the Attention of operator set 23. */
export function fusedExport(kind: "kernel" | "standard"): Uint8Array {
  const rng = new Rng(8);
  const square = () => rng.normal([12, 12], 0, 0.4);
  const weights = {
    words: rng.normal([20, 12]),
    q: square(),
    k: square(),
    v: square(),
    o: square(),
    head: rng.normal([12, 20]),
  };
  const attention =
    kind === "kernel"
      ? fusedNode(
          "MultiHeadAttention",
          ["queries", "keys", "said"],
          ["mixed"],
          [int("num_heads", 4), int("unidirectional", 1)],
        )
      : node(
          "Attention",
          ["queries", "keys", "said"],
          ["mixed"],
          [int("q_num_heads", 4), int("kv_num_heads", 4), int("is_causal", 1)],
        );
  const nodes = [
    node("Gather", ["words", "input_ids"], ["stream"]),
    node("MatMul", ["stream", "q"], ["queries"]),
    node("MatMul", ["stream", "k"], ["keys"]),
    node("MatMul", ["stream", "v"], ["said"]),
    attention,
    node("MatMul", ["mixed", "o"], ["written"]),
    node("Add", ["stream", "written"], ["residual"]),
    node("MatMul", ["residual", "head"], ["logits"]),
  ];
  const opset = kind === "kernel" ? 17 : 23;
  return encodeModel(
    network(
      opset,
      nodes,
      [port("input_ids", ["batch", "steps"], "int64")],
      [port("logits", ["batch", "steps", 20])],
      weights,
    ),
  );
}

/** A dictionary of random numbers. */
export function randomSae(width: number, heads: number, features = 3 * width, seed = 2): Sae {
  const rng = new Rng(seed);
  const decoder = rng.normal([features, width]).data as Float32Array;
  for (let i = 0; i < features; i++) {
    const row = decoder.subarray(i * width, (i + 1) * width);
    const norm = Math.hypot(...row);
    for (let j = 0; j < width; j++) row[j] /= norm;
  }
  return {
    encoder: rng.normal([width, features]),
    encoderBias: rng.normal([features], 0, 0.1),
    decoder: new Tensor("float32", [features, width], decoder),
    decoderBias: rng.normal([width], 0, 0.1),
    activation: { kind: "relu" },
    heads,
  };
}

/** The model, whose texts begin with a token. */
export function beginningWith(model: TextModel, begin: readonly number[]): TextModel {
  const tokenizer = {
    size: 20,
    begin,
    encode: (text: string) => Array.from(text, (char) => char.charCodeAt(0) % 20),
    decode: (tokens: Iterable<number>) => Array.from(tokens, (token) => ` ${token}`).join(""),
  };
  return new TextModel(model.network, { name: model.name, tokenizer });
}
