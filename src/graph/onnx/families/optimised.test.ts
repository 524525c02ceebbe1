import { describe, it } from "vitest";
import { Tensor } from "../../tensor.ts";
import { checkImport, checkTensors } from "../../testing/check-import.ts";
import { GraphBuilder } from "../../testing/graph-builder.ts";

const [width, heads, vocabulary] = [64, 4, 13];

describe("onnxruntime.transformers.optimizer", () => {
  it("BERT: EmbedLayerNormalization, Attention, SkipLayerNormalization, BiasGelu", async () => {
    const g = new GraphBuilder(16);
    const [ids, mask, types] = ["input_ids", "attention_mask", "token_type_ids"].map((name) =>
      g.input(name, ["batch", "sequence"], "int32"),
    );
    const table = (name: string, rows: number) => g.weight(name, [rows, width], 1);
    const norm = (name: string) => [
      g.tensor(`${name}.weight`, g.rng.normal([width], 1, 0.1)),
      g.weight(`${name}.bias`, [width], 0.1),
    ];
    const tables = [table("words", vocabulary), table("positions", 8), table("types", 2)];
    const [embedded] = g.fused(
      "EmbedLayerNormalization",
      [ids, types, ...tables, ...norm("embeddings.LayerNorm"), mask],
      { epsilon: 1e-12 },
      2,
    );
    const matrix = (name: string, inputs: number, outputs: number) =>
      g.weight(name, [inputs, outputs], 1 / Math.sqrt(inputs));
    const qkv = [matrix("qkv_weight", width, 3 * width), g.weight("qkv_bias", [3 * width], 0.1)];
    const [attended] = g.fused("Attention", [embedded, ...qkv, mask], { num_heads: heads });
    const first = g.add("MatMul", [attended, matrix("attention.output", width, width)]);
    const bias = g.weight("attention.output.bias", [width], 0.1);
    const [skipped] = g.fused("SkipLayerNormalization", [first, embedded, ...norm("attention.LayerNorm"), bias], {
      epsilon: 1e-12,
    });
    const wider = g.add("MatMul", [skipped, matrix("intermediate", width, 32)]);
    const [active] = g.fused("BiasGelu", [wider, g.weight("intermediate.bias", [32], 0.1)], {});
    const second = g.add("MatMul", [active, matrix("output", 32, width)]);
    const [hidden] = g.fused(
      "SkipLayerNormalization",
      [second, skipped, ...norm("output.LayerNorm"), g.weight("output.bias", [width], 0.1)],
      { epsilon: 1e-12 },
    );
    await checkImport(
      g.model({ last_hidden_state: hidden }),
      {
        input_ids: Tensor.of([1, 5, 7, 2, 10, 3, 0, 0], [2, 4], "int32"),
        attention_mask: Tensor.of([1, 1, 1, 1, 1, 1, 0, 0], [2, 4], "int32"),
        token_type_ids: Tensor.of([0, 0, 1, 1, 0, 1, 0, 0], [2, 4], "int32"),
      },
      { tolerance: 5e-5 },
    );
  });
});

describe("onnxruntime-genai", () => {
  /** One Llama block with a cache; its products in floats, or with weights of 4 bits. */
  const llama = (bits: 4 | undefined) => {
    const [kept, size] = [2, width / heads];
    const g = new GraphBuilder(14);
    const ids = g.input("input_ids", ["batch", "sequence"], "int64");
    const mask = g.input("attention_mask", ["batch", "total"], "int64");
    const cache = ["key", "value"].map((name) => g.input(`past_key_values.0.${name}`, ["batch", kept, "past", size]));
    const { lengths, total } = g.module("attn_mask_reformat", () => {
      const sums = g.add("ReduceSum", [mask, g.constant([1])], { keepdims: 0 });
      const lengths = g.cast(g.add("Sub", [sums, g.constant(1)]), "int32");
      const steps = g.add("Gather", [g.add("Shape", [mask]), g.constant(1)], { axis: 0 });
      return { lengths, total: g.cast(steps, "int32") };
    });
    const product = (x: string, name: string, inputs: number, outputs: number): string => {
      if (bits === undefined)
        return g.add("MatMul", [x, g.weight(`${name}.weight`, [inputs, outputs], 1 / Math.sqrt(inputs))]);
      const blocks = inputs / 32;
      const codes = Tensor.of(
        Array.from({ length: outputs * blocks * 16 }, () => g.rng.int(0, 256)),
        [outputs, blocks, 16],
        "uint8",
      );
      const scales = g.rng.uniform([outputs * blocks], 0.01, 0.05);
      const weights = [g.tensor(`${name}.qweight`, codes), g.tensor(`${name}.scales`, scales)];
      return g.fused("MatMulNBits", [x, ...weights], { K: inputs, N: outputs, bits, block_size: 32 })[0];
    };
    const scale = (name: string) => g.tensor(`${name}.weight`, g.rng.normal([width], 1, 0.1));
    const embedded = g.add("Gather", [g.weight("model.embed_tokens.weight", [vocabulary, width], 1), ids]);
    const first = g.add("SimplifiedLayerNormalization", [embedded, scale("input_layernorm")], {
      axis: -1,
      epsilon: 1e-5,
      stash_type: 1,
    });
    const projected = [
      product(first, "q_proj", width, width),
      product(first, "k_proj", width, kept * size),
      product(first, "v_proj", width, kept * size),
    ];
    const angles = Array.from(
      { length: 16 * (size / 2) },
      (_, i) => Math.floor(i / (size / 2)) * 100 ** (-(i % (size / 2)) / (size / 2)),
    );
    const caches = [Math.cos, Math.sin].map((of) =>
      g.tensor(`${of.name}_cache`, Tensor.of(angles.map(of), [16, size / 2])),
    );
    const [attended, key, value] = g.fused(
      "GroupQueryAttention",
      [...projected, ...cache, lengths, total, ...caches],
      { num_heads: heads, kv_num_heads: kept, do_rotary: 1, rotary_interleaved: 0, scale: 1 / Math.sqrt(size) },
      3,
    );
    const [second, , , sum] = g.fused(
      "SkipSimplifiedLayerNormalization",
      [embedded, product(attended, "o_proj", width, width), scale("post_attention_layernorm")],
      { epsilon: 1e-5 },
      4,
    );
    const gate = product(second, "gate_proj", width, 32);
    const active = g.add("Mul", [
      g.add("Mul", [gate, g.add("Sigmoid", [gate])]),
      product(second, "up_proj", width, 32),
    ]);
    const [last] = g.fused(
      "SkipSimplifiedLayerNormalization",
      [sum, product(active, "down_proj", 32, width), scale("norm")],
      { epsilon: 1e-5 },
    );
    const logits = product(last, "lm_head", width, vocabulary);
    return { g, proto: g.model({ logits, "present.0.key": key, "present.0.value": value }) };
  };
  const ids = (values: number[]) => Tensor.of(values, [1, values.length], "int64");
  const feeds = (g: GraphBuilder, tokens: number[], past: number) => ({
    input_ids: ids(tokens),
    attention_mask: ids(new Array(past + tokens.length).fill(1)),
    "past_key_values.0.key": g.rng.normal([1, 2, past, 16]),
    "past_key_values.0.value": g.rng.normal([1, 2, past, 16]),
  });

  it("Llama: GroupQueryAttention with a cache, SkipSimplifiedLayerNormalization", async () => {
    const { g, proto } = llama(undefined);
    await checkImport(proto, feeds(g, [3], 4), { tolerance: 5e-5 });
    // An empty cache has no elements to have a gradient.
    const withoutGradient = ["past_key_values.0.key", "past_key_values.0.value"];
    await checkImport(proto, feeds(g, [3, 1, 4], 0), { tolerance: 5e-5, withoutGradient });
  });

  it("Llama with weights of 4 bits: gradients reach scales and inputs", async () => {
    const { g, proto } = llama(4);
    await checkImport(proto, feeds(g, [3], 4), { tolerance: 2e-4 });
    await checkTensors(proto, feeds(g, [3, 1, 4], 0), { tolerance: 2e-4 });
  });
});
