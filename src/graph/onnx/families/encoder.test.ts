import { describe, it } from "vitest";
import { Tensor } from "../../tensor.ts";
import { checkImport } from "../../testing/check-import.ts";
import { GraphBuilder } from "../../testing/graph-builder.ts";

const [width, heads] = [8, 2];
const size = width / heads;

/** nn.GELU, taken apart. */
function gelu(g: GraphBuilder, x: string): string {
  const error = g.add("Erf", [g.add("Div", [x, g.constant(Math.SQRT2, "float32")])]);
  const shifted = g.add("Mul", [x, g.add("Add", [error, g.constant(1, "float32")])]);
  return g.add("Mul", [shifted, g.constant(0.5, "float32")]);
}

describe("torch.onnx", () => {
  it.each([12, 14, 17])("BERT, operator set %i", async (opset) => {
    const g = new GraphBuilder(opset);
    const ids = g.input("input_ids", ["batch", "sequence"], "int64");
    const mask = g.input("attention_mask", ["batch", "sequence"], "int64");
    const types = g.input("token_type_ids", ["batch", "sequence"], "int64");
    const table = (name: string, rows: number) => g.weight(`bert.embeddings.${name}.weight`, [rows, width], 1);

    const wide = g.unsqueeze(g.unsqueeze(mask, [1]), [2]);
    const hidden = g.add("Sub", [g.constant(1, "float32"), g.cast(wide, "float32")]);
    const added = g.add("Mul", [hidden, g.constant(-3.4028234663852886e38, "float32")]);

    const embedded = g.module("embeddings", () => {
      const positions = g.tensor(
        "bert.embeddings.position_ids",
        Tensor.of(
          Array.from({ length: 10 }, (_, i) => i),
          [1, 10],
          "int64",
        ),
      );
      const used = g.slice(positions, 0, g.dim(ids, 1), 1);
      const words = g.add("Gather", [table("word_embeddings", 11), ids]);
      const kinds = g.add("Gather", [table("token_type_embeddings", 2), types]);
      const places = g.add("Gather", [table("position_embeddings", 10), used]);
      return g.layerNorm(
        g.add("Add", [g.add("Add", [words, kinds]), places]),
        "bert.embeddings.LayerNorm",
        width,
        1e-12,
      );
    });

    const attention = (x: string) => {
      const split = (name: string, perm: number[]) => {
        const y = g.linear(x, name, width, width);
        return g.add("Transpose", [g.reshape(y, [g.dim(y, 0), g.dim(y, 1), heads, size])], { perm });
      };
      const [q, k, v] = [split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]), split("value", [0, 2, 1, 3])];
      const scores = g.add("Div", [g.add("MatMul", [q, k]), g.constant(Math.sqrt(size), "float32")]);
      const weights = g.add("Softmax", [g.add("Add", [scores, added])], { axis: opset < 13 ? 3 : -1 });
      const mixed = g.add("Transpose", [g.add("MatMul", [weights, v])], { perm: [0, 2, 1, 3] });
      return g.reshape(mixed, [g.dim(mixed, 0), g.dim(mixed, 1), width]);
    };
    const block = g.module("encoder/layer.0", () => {
      const attended = g.linear(attention(embedded), "attention.output", width, width);
      const first = g.layerNorm(g.add("Add", [attended, embedded]), "attention.LayerNorm", width, 1e-12);
      const wider = gelu(g, g.linear(first, "intermediate", width, 16));
      return g.layerNorm(g.add("Add", [g.linear(wider, "output", 16, width), first]), "output.LayerNorm", width, 1e-12);
    });
    const pooled = g.module("pooler", () => {
      const start = g.add("Gather", [block, g.constant(0)], { axis: 1 });
      const dense = g.add(
        "Gemm",
        [start, g.weight("pooler.weight", [width, width]), g.weight("pooler.bias", [width], 0.1)],
        { transB: 1 },
      );
      return g.add("Tanh", [dense]);
    });
    const logits = g.add(
      "Gemm",
      [pooled, g.weight("classifier.weight", [3, width]), g.weight("classifier.bias", [3], 0.1)],
      { transB: 1 },
    );
    await checkImport(
      g.model({ last_hidden_state: block, logits }),
      {
        input_ids: Tensor.of([1, 5, 7, 2, 10, 3, 0, 0], [2, 4], "int64"),
        attention_mask: Tensor.of([1, 1, 1, 1, 1, 1, 0, 0], [2, 4], "int64"),
        token_type_ids: Tensor.of([0, 0, 1, 1, 0, 1, 0, 0], [2, 4], "int64"),
      },
      // A bias of all keys moves all scores of a query alike, and softmax does not see that.
      { withoutGradient: ["key.bias"], tolerance: 3e-5 },
    );
  });

  it("ViT: patches, a class token expanded to the batch, scaled dot-product attention", async () => {
    const g = new GraphBuilder(17);
    const x = g.input("pixel_values", ["batch", 3, 8, 8]);
    const patches = g.module("patch_embed", () => {
      const weight = g.weight("patch_embed.proj.weight", [width, 3, 4, 4]);
      const made = g.add("Conv", [x, weight, g.weight("patch_embed.proj.bias", [width], 0.1)], {
        kernel_shape: [4, 4],
        strides: [4, 4],
        pads: [0, 0, 0, 0],
        dilations: [1, 1],
        group: 1,
      });
      // flatten(2): the first two dims of the shape, and −1.
      const kept = g.add("Slice", [g.add("Shape", [made]), g.constant([0]), g.constant([2]), g.constant([0])]);
      const flat = g.add("Reshape", [made, g.add("Concat", [kept, g.constant([-1])], { axis: 0 })]);
      return g.add("Transpose", [flat], { perm: [0, 2, 1] });
    });
    const token = g.expand(g.weight("cls_token", [1, 1, width], 1), [g.dim(patches, 0), -1, -1]);
    const tokens = g.add("Concat", [token, patches], { axis: 1 });
    const placed = g.add("Add", [tokens, g.weight("pos_embed", [1, 5, width], 0.5)]);

    const attention = (y: string) => {
      const packed = g.linear(y, "attn.qkv", width, 3 * width);
      const five = g.reshape(packed, [g.dim(y, 0), g.dim(y, 1), 3, heads, size]);
      const first = g.add("Transpose", [five], { perm: [2, 0, 3, 1, 4] });
      const [q, k, v] = [0, 1, 2].map((i) => g.add("Gather", [first, g.constant(i)], { axis: 0 }));
      // scaled_dot_product_attention: both factors by the root of 1/√size, with the size read from the shape.
      const last = g.slice(g.add("Shape", [q]), -1, 2 ** 53, 0);
      const scale = g.cast(
        g.add("Div", [g.constant([1], "float32"), g.add("Sqrt", [g.cast(last, "float32")])]),
        "float32",
      );
      const keys = g.add("Transpose", [k], { perm: [0, 1, 3, 2] });
      const [left, right] = [g.add("Mul", [q, g.add("Sqrt", [scale])]), g.add("Mul", [keys, g.add("Sqrt", [scale])])];
      const weights = g.add("Softmax", [g.add("MatMul", [left, right])], { axis: -1 });
      const mixed = g.add("Transpose", [g.add("MatMul", [weights, v])], { perm: [0, 2, 1, 3] });
      return g.linear(g.reshape(mixed, [g.dim(y, 0), g.dim(y, 1), width]), "attn.proj", width, width);
    };
    const block = g.module("blocks.0", () => {
      const attended = g.add("Add", [placed, attention(g.layerNorm(placed, "norm1", width, 1e-6))]);
      const wider = gelu(g, g.linear(g.layerNorm(attended, "norm2", width, 1e-6), "mlp.fc1", width, 16));
      return g.add("Add", [attended, g.linear(wider, "mlp.fc2", 16, width)]);
    });
    const start = g.add("Gather", [g.layerNorm(block, "norm", width, 1e-6), g.constant(0)], { axis: 1 });
    const logits = g.add("Gemm", [start, g.weight("head.weight", [5, width]), g.weight("head.bias", [5], 0.1)], {
      transB: 1,
    });
    await checkImport(g.model({ logits }), { pixel_values: g.rng.normal([2, 3, 8, 8]) }, { tolerance: 3e-5 });
  });
});
