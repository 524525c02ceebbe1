/**
 * @file A small decoder as an ONNX file with a cache, in the layout of Hugging Face's optimum: input_ids, attention_mask, position_ids and
 * past_key_values.0.key and .value in, logits and present.0.key and .value out, batch and steps open.
 */

import { encodeModel, Rng, Tensor } from "../../../graph/index.ts";
import { int, ints, network, node, port } from "../../../graph/testing/proto.ts";

export const decoderSizes = { vocabulary: 16, width: 8, heads: 2, headWidth: 4, hidden: 10, context: 24 };

const { vocabulary, width, heads, headWidth, hidden, context } = decoderSizes;

/** @param cached whether it has the cache, and the mask and positions that go with it; else input_ids alone */
export function onnxDecoder(cached: boolean): Uint8Array {
  const rng = new Rng(17);
  const weights = {
    wte: rng.normal([vocabulary, width]),
    wpe: rng.normal([context, width]),
    query: rng.normal([width, width], 0, 0.5),
    key: rng.normal([width, width], 0, 0.5),
    value: rng.normal([width, width], 0, 0.5),
    output: rng.normal([width, width], 0, 0.5),
    up: rng.normal([width, hidden], 0, 0.5),
    down: rng.normal([hidden, width], 0, 0.5),
    head: rng.normal([width, vocabulary]),
    scale: Tensor.scalar(1 / Math.sqrt(headWidth)),
    hidden: Tensor.scalar(-1e9),
    split: Tensor.of([0, 0, heads, headWidth], [4], "int64"),
    join: Tensor.of([0, 0, width], [3], "int64"),
    one: Tensor.of([1], [1], "int64"),
    axis1: Tensor.scalar(1, "int64"),
    rows: Tensor.of([1, 2], [2], "int64"),
    columns: Tensor.of([1, 3], [2], "int64"),
  };
  const perm = (...order: number[]) => [ints("perm", order)];
  const project = (name: "query" | "key" | "value") => [
    node("MatMul", ["stream", name], [`${name}_flat`]),
    node("Reshape", [`${name}_flat`, "split"], [`${name}_split`]),
    node("Transpose", [`${name}_split`], [`${name}_new`], perm(0, 2, 1, 3)),
  ];
  const past = (name: "key" | "value") =>
    cached
      ? node("Concat", [`past_key_values.0.${name}`, `${name}_new`], [`present.0.${name}`], [int("axis", 2)])
      : node("Identity", [`${name}_new`], [`present.0.${name}`]);
  const positions = cached
    ? []
    : [
        // A mask of ones, and positions from it.
        node("Sub", ["input_ids", "input_ids"], ["zeros"]),
        node("Add", ["zeros", "one"], ["attention_mask"]),
        node("CumSum", ["attention_mask", "axis1"], ["counted"]),
        node("Sub", ["counted", "one"], ["position_ids"]),
      ];
  const nodes = [
    ...positions,
    node("Gather", ["wte", "input_ids"], ["words"]),
    node("Gather", ["wpe", "position_ids"], ["places"]),
    node("Add", ["words", "places"], ["stream"]),
    ...project("query"),
    ...project("key"),
    ...project("value"),
    past("key"),
    past("value"),
    node("Transpose", ["present.0.key"], ["key_turned"], perm(0, 1, 3, 2)),
    node("MatMul", ["query_new", "key_turned"], ["products"]),
    node("Mul", ["products", "scale"], ["scores"]),
    // A key is seen from its own place on, if it is one of the text.
    node("CumSum", ["attention_mask", "axis1"], ["key_count"]),
    node("Sub", ["key_count", "one"], ["key_places"]),
    node("Unsqueeze", ["key_places", "rows"], ["of_keys"]),
    node("Unsqueeze", ["position_ids", "columns"], ["of_queries"]),
    node("LessOrEqual", ["of_keys", "of_queries"], ["behind"]),
    node("Cast", ["attention_mask"], ["present"], [int("to", 9)]),
    node("Unsqueeze", ["present", "rows"], ["of_text"]),
    node("And", ["behind", "of_text"], ["visible"]),
    node("Where", ["visible", "scores", "hidden"], ["seen"]),
    node("Softmax", ["seen"], ["pattern"], [int("axis", -1)]),
    node("MatMul", ["pattern", "present.0.value"], ["mixed"]),
    node("Transpose", ["mixed"], ["mixed_turned"], perm(0, 2, 1, 3)),
    node("Reshape", ["mixed_turned", "join"], ["joined"]),
    node("MatMul", ["joined", "output"], ["attended"]),
    node("Add", ["stream", "attended"], ["middle"]),
    node("MatMul", ["middle", "up"], ["risen"]),
    node("Relu", ["risen"], ["neurons"]),
    node("MatMul", ["neurons", "down"], ["fed"]),
    node("Add", ["middle", "fed"], ["residual"]),
    node("MatMul", ["residual", "head"], ["logits"]),
  ];
  const text = ["batch", "steps"];
  const cache = (steps: string) => ["batch", heads, steps, headWidth];
  const inputs = cached
    ? [
        port("input_ids", text, "int64"),
        port("attention_mask", ["batch", "all steps"], "int64"),
        port("position_ids", text, "int64"),
        port("past_key_values.0.key", cache("past steps")),
        port("past_key_values.0.value", cache("past steps")),
      ]
    : [port("input_ids", text, "int64")];
  const presents = cached
    ? [port("present.0.key", cache("all steps")), port("present.0.value", cache("all steps"))]
    : [];
  return encodeModel(network(17, nodes, inputs, [port("logits", [...text, vocabulary]), ...presents], weights));
}
