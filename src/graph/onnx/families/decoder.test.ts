import { describe, expect, it } from "vitest";
import { compile } from "../../compile.ts";
import { Tensor } from "../../tensor.ts";
import { checkImport, expectClose } from "../../testing/check-import.ts";
import { GraphBuilder } from "../../testing/graph-builder.ts";
import type { Value } from "../../value.ts";
import { encodeModel } from "../codec.ts";
import { importOnnx } from "../import.ts";
import type { ModelProto } from "../schema.ts";

const [width, heads, vocabulary, places] = [8, 2, 13, 12];
const size = width / heads;
const lowest = -3.4028234663852886e38;

/** GPT-2 of transformers with its cache, as optimum exports it. */
function gpt2(): { proto: ModelProto; g: GraphBuilder } {
  const g = new GraphBuilder(13);
  const ids = g.input("input_ids", ["batch", "sequence"], "int64");
  const pastK = g.input("past_key_values.0.key", ["batch", heads, "past", size]);
  const pastV = g.input("past_key_values.0.value", ["batch", heads, "past", size]);
  const words = g.weight("transformer.wte.weight", [vocabulary, width], 1);

  const past = g.add("Gather", [g.add("Shape", [pastK]), g.constant(-2)], { axis: 0 });
  const end = g.add("Add", [past, g.add("Gather", [g.add("Shape", [ids]), g.constant(-1)], { axis: 0 })]);
  const positions = g.unsqueeze(g.add("Range", [past, end, g.constant(1)]), [0]);
  const placed = g.add("Gather", [g.weight("transformer.wpe.weight", [places, width], 1), positions]);
  const embedded = g.add("Add", [g.add("Gather", [words, ids]), placed]);

  // Conv1D: rows flattened, Gemm, and back.
  const conv1d = (x: string, name: string, inputs: number, outputs: number) =>
    g.module(name, () => {
      const rows = g.reshape(x, [-1, inputs]);
      const y = g.add(
        "Gemm",
        [
          rows,
          g.weight(`${name}.weight`, [inputs, outputs], 1 / Math.sqrt(inputs)),
          g.weight(`${name}.bias`, [outputs], 0.1),
        ],
        { alpha: 1, beta: 1 },
      );
      return g.reshape(y, [g.dim(x, 0), g.dim(x, 1), outputs]);
    });
  const split = (x: string) =>
    g.add("Transpose", [g.reshape(x, [g.dim(x, 0), g.dim(x, 1), heads, size])], { perm: [0, 2, 1, 3] });
  const { attended, key, value } = g.module("h.0/attn", () => {
    const packed = conv1d(g.layerNorm(embedded, "ln_1", width), "c_attn", width, 3 * width);
    const [q, k, v] = g.addAll("Split", [packed, g.constant([width, width, width])], { axis: 2 }, 3).map(split);
    const [key, value] = [g.add("Concat", [pastK, k], { axis: -2 }), g.add("Concat", [pastV, v], { axis: -2 })];
    const product = g.add("MatMul", [q, g.add("Transpose", [key], { perm: [0, 1, 3, 2] })]);
    const scores = g.add("Div", [product, g.constant(Math.sqrt(size), "float32")]);
    // The rows of the buffer that belong to these queries, the columns up to the last key.
    const lower = Tensor.of(
      Array.from({ length: places ** 2 }, (_, i) => (i % places <= Math.floor(i / places) ? 1 : 0)),
      [1, 1, places, places],
      "bool",
    );
    const buffer = g.tensor("h.0.attn.bias", lower);
    const keys = g.dim(key, -2);
    const first = g.add("Sub", [keys, g.dim(q, -2)]);
    const seen = g.slice(g.slice(buffer, first, keys, 2), 0, keys, 3);
    const masked = g.add("Where", [g.cast(seen, "bool"), scores, g.constant(lowest, "float32")]);
    const mixed = g.add("MatMul", [g.add("Softmax", [masked], { axis: -1 }), value]);
    const joined = g.add("Transpose", [mixed], { perm: [0, 2, 1, 3] });
    const flat = g.reshape(joined, [g.dim(joined, 0), g.dim(joined, 1), width]);
    return { attended: g.add("Add", [conv1d(flat, "c_proj", width, width), embedded]), key, value };
  });
  const block = g.module("h.0/mlp", () => {
    const x = conv1d(g.layerNorm(attended, "ln_2", width), "c_fc", width, 16);
    // gelu_new
    const cube = g.add("Mul", [g.add("Pow", [x, g.constant(3, "float32")]), g.constant(0.044715, "float32")]);
    const inner = g.add("Mul", [g.add("Add", [x, cube]), g.constant(Math.sqrt(2 / Math.PI), "float32")]);
    const gate = g.add("Add", [g.add("Tanh", [inner]), g.constant(1, "float32")]);
    const active = g.add("Mul", [g.add("Mul", [x, g.constant(0.5, "float32")]), gate]);
    return g.add("Add", [attended, conv1d(active, "c_proj2", 16, width)]);
  });
  const last = g.layerNorm(block, "ln_f", width);
  const logits = g.add("MatMul", [last, g.add("Transpose", [words], { perm: [1, 0] })]);
  return { proto: g.model({ logits, "present.0.key": key, "present.0.value": value }), g };
}

/** Llama of transformers: RMS norm, rotary positions from position_ids, fewer heads of keys, SwiGLU. */
function llama(): { proto: ModelProto; g: GraphBuilder } {
  const kept = 1;
  const g = new GraphBuilder(14);
  const ids = g.input("input_ids", ["batch", "sequence"], "int64");
  const mask = g.input("attention_mask", ["batch", "total"], "int64");
  const positions = g.input("position_ids", ["batch", "sequence"], "int64");
  const pastK = g.input("past_key_values.0.key", ["batch", kept, "past", size]);
  const pastV = g.input("past_key_values.0.value", ["batch", kept, "past", size]);
  const embedded = g.add("Gather", [g.weight("model.embed_tokens.weight", [vocabulary, width], 1), ids]);

  const rms = (x: string, name: string) =>
    g.module(name, () => {
      const wide = g.cast(x, "float32");
      const square = g.mean(g.add("Pow", [wide, g.constant(2, "float32")]), [-1]);
      const root = g.add("Sqrt", [g.add("Add", [square, g.constant(1e-6, "float32")])]);
      const normal = g.add("Mul", [wide, g.add("Div", [g.constant(1, "float32"), root])]);
      return g.add("Mul", [g.tensor(`${name}.weight`, g.rng.normal([width], 1, 0.1)), g.cast(normal, "float32")]);
    });

  // freqs = inv_freq[None, :, None].expand(batch, −1, 1) @ position_ids[:, None, :]
  const { cos, sin } = g.module("rotary_emb", () => {
    const inverse = Array.from({ length: size / 2 }, (_, i) => 10000 ** ((-2 * i) / size));
    const frequencies = g.constant(inverse, "float32");
    const wide = g.expand(g.unsqueeze(g.unsqueeze(frequencies, [0]), [2]), [g.dim(positions, 0), -1, 1]);
    const product = g.add("MatMul", [g.cast(wide, "float32"), g.cast(g.unsqueeze(positions, [1]), "float32")]);
    const angles = g.add("Transpose", [product], { perm: [0, 2, 1] });
    const both = g.add("Concat", [angles, angles], { axis: -1 });
    const of = (op: string) =>
      g.unsqueeze(g.cast(g.add("Mul", [g.add(op, [both]), g.constant(1, "float32")]), "float32"), [1]);
    return { cos: of("Cos"), sin: of("Sin") };
  });
  const rotate = (x: string) => {
    const half = g.slice(x, 0, size / 2, 3);
    const other = g.slice(x, size / 2, 2 ** 53, 3);
    const turned = g.add("Concat", [g.add("Neg", [other]), half], { axis: -1 });
    return g.add("Add", [g.add("Mul", [x, cos]), g.add("Mul", [turned, sin])]);
  };
  const split = (x: string, name: string, count: number) => {
    const y = g.linear(x, name, width, count * size, false);
    return g.add("Transpose", [g.reshape(y, [g.dim(x, 0), g.dim(x, 1), count, size])], { perm: [0, 2, 1, 3] });
  };
  /** repeat_kv: [batch, kept, keys, size] to [batch, heads, keys, size]. */
  const repeat = (x: string) => {
    const [batch, keys] = [g.dim(x, 0), g.dim(x, 2)];
    const wide = g.expand(g.unsqueeze(x, [2]), [batch, kept, heads / kept, keys, size]);
    return g.reshape(wide, [batch, heads, keys, size]);
  };
  const { attended, key, value } = g.module("layers.0/self_attn", () => {
    const x = rms(embedded, "input_layernorm");
    const q = rotate(split(x, "q_proj", heads));
    const key = g.add("Concat", [pastK, rotate(split(x, "k_proj", kept))], { axis: -2 });
    const value = g.add("Concat", [pastV, split(x, "v_proj", kept)], { axis: -2 });
    // Ahead of the query, or masked: the lowest number. torch.full, triu, arange > cache position.
    const [steps, total] = [g.dim(x, 1), g.dim(key, 2)];
    const full = g.add("ConstantOfShape", [g.shape([steps, total])], { value: Tensor.of([lowest], [1]) });
    const squeeze = (list: string) => g.add("Squeeze", [list, g.constant([0])]);
    const places = g.add("Range", [squeeze(g.add("Sub", [total, steps])), squeeze(total), g.constant(1)]);
    const columns = g.add("Range", [g.constant(0), squeeze(total), g.constant(1)]);
    const ahead = g.cast(g.add("Greater", [columns, g.reshape(places, [-1, 1])]), "float32");
    const causal = g.unsqueeze(g.unsqueeze(g.add("Mul", [full, ahead]), [0]), [1]);
    const padded = g.add("Equal", [g.unsqueeze(g.unsqueeze(mask, [1]), [2]), g.constant(0)]);
    const added = g.add("Where", [padded, g.constant(lowest, "float32"), causal]);
    const last = g.slice(g.add("Shape", [q]), -1, 2 ** 53, 0);
    const scale = g.add("Sqrt", [g.add("Div", [g.constant([1], "float32"), g.add("Sqrt", [g.cast(last, "float32")])])]);
    const keys = g.add("Transpose", [repeat(key)], { perm: [0, 1, 3, 2] });
    const product = g.add("MatMul", [g.add("Mul", [q, scale]), g.add("Mul", [keys, scale])]);
    const weights = g.add("Softmax", [g.add("Add", [product, added])], { axis: -1 });
    const mixed = g.add("Transpose", [g.add("MatMul", [weights, repeat(value)])], { perm: [0, 2, 1, 3] });
    const flat = g.reshape(mixed, [g.dim(x, 0), g.dim(x, 1), -1]);
    return { attended: g.add("Add", [embedded, g.linear(flat, "o_proj", width, width, false)]), key, value };
  });
  const block = g.module("layers.0/mlp", () => {
    const x = rms(attended, "post_attention_layernorm");
    const gate = g.linear(x, "gate_proj", width, 16, false);
    const active = g.add("Mul", [gate, g.add("Sigmoid", [gate])]);
    const product = g.add("Mul", [active, g.linear(x, "up_proj", width, 16, false)]);
    return g.add("Add", [attended, g.linear(product, "down_proj", 16, width, false)]);
  });
  const logits = g.linear(rms(block, "norm"), "lm_head", width, vocabulary, false);
  return { proto: g.model({ logits, "present.0.key": key, "present.0.value": value }), g };
}

const ids = (values: number[], batch: number) => Tensor.of(values, [batch, values.length / batch], "int64");
const ones = (batch: number, total: number) => Tensor.full([batch, total], 1, "int64");

describe("GPT-2", () => {
  const { proto, g } = gpt2();

  it("without a past", async () => {
    const past = Tensor.zeros([2, heads, 0, size]);
    const feeds = {
      input_ids: ids([1, 5, 7, 2, 0, 3], 2),
      "past_key_values.0.key": past,
      "past_key_values.0.value": past,
    };
    await checkImport(proto, feeds, { tolerance: 3e-5, withoutGradient: Object.keys(feeds) });
  });

  it("with a past", async () => {
    const past = () => g.rng.normal([2, heads, 4, size]);
    const feeds = {
      input_ids: ids([1, 5, 7, 2], 2),
      "past_key_values.0.key": past(),
      "past_key_values.0.value": past(),
    };
    await checkImport(proto, feeds, { tolerance: 3e-5 });
  });
});

describe("Llama", () => {
  const { proto, g } = llama();

  it("without a past, one sequence padded", async () => {
    const past = Tensor.zeros([2, 1, 0, size]);
    const feeds = {
      input_ids: ids([1, 5, 7, 2, 0, 3], 2),
      // Padded behind: a query that sees nothing has no scores to speak of, in float32.
      attention_mask: Tensor.of([1, 1, 1, 1, 1, 0], [2, 3], "int64"),
      position_ids: ids([0, 1, 2, 0, 1, 1], 2),
      "past_key_values.0.key": past,
      "past_key_values.0.value": past,
    };
    await checkImport(proto, feeds, { tolerance: 3e-5, withoutGradient: Object.keys(feeds) });
  });

  it("with a past", async () => {
    const past = () => g.rng.normal([2, 1, 4, size]);
    const feeds = {
      input_ids: ids([1, 5], 2),
      attention_mask: ones(2, 5),
      position_ids: ids([4, 4], 2),
      "past_key_values.0.key": past(),
      "past_key_values.0.value": past(),
    };
    await checkImport(proto, feeds, { tolerance: 3e-5 });
  });

  it("in two parts, by way of the cache, gives what it gives at once", async () => {
    const model = importOnnx(encodeModel(proto));
    const run = compile((inputs: Record<string, Value>) => model.apply(model.params, inputs));
    const call = (tokens: number[], from: number, key: Tensor, value: Tensor) =>
      run({
        input_ids: ids(tokens, 1),
        attention_mask: ones(1, from + tokens.length),
        position_ids: ids(
          tokens.map((_, i) => from + i),
          1,
        ),
        "past_key_values.0.key": key,
        "past_key_values.0.value": value,
      } as never);
    const empty = Tensor.zeros([1, 1, 0, size]);
    const whole = await call([3, 1, 4, 1, 5], 0, empty, empty);
    const first = await call([3, 1, 4], 0, empty, empty);
    const rest = await call([1, 5], 3, first["present.0.key"], first["present.0.value"]);
    expectClose(rest["present.0.key"], whole["present.0.key"], 1e-5, "cache");
    const tail = Tensor.of(whole.logits.numbers().slice(3 * vocabulary), [1, 2, vocabulary]);
    expectClose(rest.logits, tail, 1e-5, "logits");
    expect(rest.logits.shape).toEqual([1, 2, vocabulary]);
  });
});
