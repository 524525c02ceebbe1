import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CajalError } from "../error.ts";
import { Rng } from "../rng.ts";
import { Tensor } from "../tensor.ts";
import { float, int, ints, model, node, text } from "../testing/proto.ts";
import { trace } from "../trace.ts";
import type { Value } from "../value.ts";
import { decodeModel, encodeModel } from "./codec.ts";
import { importOnnx } from "./import.ts";
import { tensorToProto } from "./tensor.ts";

const weights = tensorToProto(new Rng(1).normal([3, 4, 3, 3]), "w");
const good = encodeModel(
  model(
    13,
    [node("Conv", ["x", "w"], ["c"], [ints("pads", [1, 1, 1, 1])]), node("Relu", ["c"], ["y"])],
    ["N", 4, 6, 6],
    [weights],
  ),
);

/** Imports and traces: what `open` and `layers` do with a file. */
function load(bytes: Uint8Array): void {
  const imported = importOnnx(bytes, { source: "net.onnx" });
  const port = imported.inputs[0];
  const shape = (port?.shape ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
  trace((x: Value) => imported.apply(imported.params, { [port?.name ?? "x"]: x }), [new Shaped(shape)]);
}

/** Stands for a tensor of a shape too large to make. */
class Shaped extends Tensor {
  constructor(shape: readonly number[]) {
    super("float32", [], new Float32Array(1));
    Object.defineProperty(this, "shape", { value: shape });
  }
}

function errorOf(bytes: Uint8Array): CajalError {
  try {
    load(bytes);
  } catch (error) {
    if (error instanceof CajalError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("files that are not what they should be", () => {
  it("the good one loads", () => expect(() => load(good)).not.toThrow());

  it("truncated anywhere: an error of ours, or (at a boundary of fields) a smaller model", () => {
    let refused = 0;
    for (let length = 0; length < good.length; length += 7) {
      try {
        load(good.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(CajalError);
        expect((error as CajalError).message).not.toBe("");
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(good.length / 7 - 3);
    const half = errorOf(good.subarray(0, good.length / 2));
    expect(half.code).toBe("bad-onnx");
    expect(half.message).toContain("net.onnx is not a readable ONNX file");
    expect(half.advice).toContain("truncated");
  });

  it("bits flipped anywhere: an error of ours, or a model with other numbers", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: good.length * 8 - 1 }), { minLength: 1, maxLength: 6 }), (bits) => {
        const bytes = good.slice();
        for (const bit of bits) bytes[bit >> 3] ^= 1 << (bit & 7);
        try {
          load(bytes);
        } catch (error) {
          if (!(error instanceof CajalError)) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13)],
    ["a ZIP", Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0)],
    ["text", new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:8e51")],
    ["nothing", new Uint8Array()],
    ["zeros", new Uint8Array(1000)],
  ])("%s", (_name, bytes) => expect(errorOf(bytes).code).toBe("bad-onnx"));

  it("messages nested without end", () => {
    // Graph (7) › node (1) › attribute (5) › graph (6) › node (1) › …
    let bytes: Uint8Array = new Uint8Array();
    for (let depth = 0; depth < 400; depth++) bytes = wrap([1, 5, 6][depth % 3], bytes);
    expect(errorOf(wrap(7, wrap(1, wrap(5, bytes)))).code).toBe("bad-onnx");
  });

  it("a cyclic graph", () => {
    const error = errorOf(
      encodeModel(
        model(13, [node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Neg", ["b"], ["y"])], ["N", 4]),
      ),
    );
    expect(error.code).toBe("bad-onnx");
    expect(error.message).toMatch(/cyclic: "[ab]" depends on itself/);
  });

  it("a node out of order is fine; a name that nobody makes, or two make, is not", () => {
    load(encodeModel(model(13, [node("Neg", ["a"], ["y"]), node("Relu", ["x"], ["a"])], ["N", 4])));
    expect(errorOf(encodeModel(model(13, [node("Neg", ["nobody"], ["y"])], ["N", 4]))).message).toContain(
      '"nobody", needed by "Neg_y", is made by no node',
    );
    expect(
      errorOf(encodeModel(model(13, [node("Neg", ["x"], ["y"]), node("Relu", ["x"], ["y"])], ["N", 4]))).message,
    ).toContain("made by two nodes");
  });

  it("dims of 10⁹ elements: in a weight, in the input, in what a node makes", () => {
    const lying = { ...weights, dims: [1000, 1000, 1000] };
    expect(
      errorOf(encodeModel(model(13, [node("Conv", ["x", "w"], ["y"])], ["N", 4, 6, 6], [lying]))).message,
    ).toContain("needs 4000000000 bytes");
    expect(errorOf(encodeModel(model(13, [node("Relu", ["x"], ["y"])], [1000, 1000, 1000]))).code).toBe("too-large");
    const shape = tensorToProto(Tensor.of([1e5, 1e5], [2], "int64"), "s");
    expect(errorOf(encodeModel(model(13, [node("Expand", ["x", "s"], ["y"])], [1, 1], [shape]))).code).toBe(
      "too-large",
    );
  });

  it("an op that does not exist, one of another domain, an operator set of the future", () => {
    const unknown = errorOf(encodeModel(model(13, [node("Frobnicate", ["x"], ["y"])], ["N", 4])));
    expect([unknown.code, unknown.message]).toEqual([
      "unknown-op",
      'net.onnx: the op "Frobnicate", at "Frobnicate_y", is not known',
    ]);
    const named = errorOf(encodeModel(model(13, [node("constructor", ["x"], ["y"])], ["N", 4])));
    expect([named.code, named.message]).toEqual(["unknown-op", expect.stringContaining('"constructor"')]);
    expect(
      errorOf(encodeModel(model(13, [{ ...node("Relu", ["x"], ["y"]), domain: "com.acme" }], ["N", 4]))).message,
    ).toContain('"com.acme.Relu"');
    expect(errorOf(encodeModel(model(99, [node("Relu", ["x"], ["y"])], ["N", 4]))).message).toContain(
      "operator set 99",
    );
  });

  it("weights that are NaN, or kept in files that were not given", () => {
    const nan = tensorToProto(Tensor.full([3, 4, 3, 3], Number.NaN), "w");
    expect(errorOf(encodeModel(model(13, [node("Conv", ["x", "w"], ["y"])], ["N", 4, 6, 6], [nan]))).code).toBe(
      "not-finite",
    );
    const elsewhere = {
      ...weights,
      rawData: new Uint8Array(),
      dataLocation: 1,
      externalData: [{ key: "location", value: "w.bin" }],
    };
    expect(errorOf(encodeModel(model(13, [node("Conv", ["x", "w"], ["y"])], ["N", 4, 6, 6], [elsewhere]))).code).toBe(
      "external-data",
    );
  });

  it("attributes out of their range do not reach the runtime", () => {
    for (const attribute of [
      ints("strides", [0, 1]),
      ints("pads", [-9, 0, 0, 0]),
      ints("dilations", [1e6, 1]),
      ints("kernel_shape", [2, 2]),
    ]) {
      expect(
        errorOf(encodeModel(model(13, [node("Conv", ["x", "w"], ["y"], [attribute])], ["N", 4, 6, 6], [weights]))).code,
      ).toBe("shape");
    }
  });

  it.each([
    [11, "input 0 is missing", node("Softmax", [], ["y"])],
    [11, 'attribute "axis" is not a number', node("Softmax", ["x"], ["y"], [text("axis", "1")])],
    [9, "input 0 is missing", node("Clip", [], ["y"], [float("min", 0)])],
    [9, 'attribute "min" is not a number', node("Clip", ["x"], ["y"], [ints("min", [0])])],
    [9, "input 0 is missing", node("Pad", [""], ["y"])],
    [9, 'attribute "starts" is not a list of numbers', node("Slice", ["x"], ["y"], [int("starts", 0)])],
    [9, 'attribute "scales" is not a list of numbers', node("Upsample", ["x"], ["y"], [text("scales", "2")])],
    [13, "input 0 is missing", node("MaxPool", [], ["y"], [text("auto_pad", "VALID")])],
    [13, "input 1 is missing", node("Conv", ["x"], ["y"], [text("auto_pad", "VALID")])],
    [
      13,
      "not a list of numbers",
      node(
        "MaxPool",
        ["x"],
        ["y"],
        [text("auto_pad", "SAME_UPPER"), ints("kernel_shape", [2, 2]), int("dilations", 2)],
      ),
    ],
    [18, 'attribute "num_groups" is not a number', node("GroupNormalization", ["x", "x", "x"], ["y"])],
    [18, "4 channels do not fall into", node("GroupNormalization", ["x", "x", "x"], ["y"], [int("num_groups", 3)])],
    [18, "input 1 is missing", node("GroupNormalization", ["x"], ["y"], [int("num_groups", 2)])],
  ] as const)("operator set %i: %s", (opset, words, wrong) => {
    const error = errorOf(encodeModel(model(opset, [wrong], ["N", 4, 6, 6])));
    expect(error.code).toBe("bad-onnx");
    expect(error.message).toContain(words);
  });

  it("functions that unfold without end, or to nothing after 2⁶⁰ calls", () => {
    const calls = (name: string, inner: string, times: number) => ({
      name,
      domain: "own",
      input: ["a"],
      output: [],
      attribute: [],
      attributeProto: [],
      opsetImport: [],
      node: Array.from({ length: times }, () => ({ ...node(inner, ["a"], ["b"]), domain: "own" })),
    });
    const file = (functions: ReturnType<typeof calls>[]) =>
      encodeModel({ ...model(17, [{ ...node("f0", ["x"], ["y"]), domain: "own" }], ["N", 4]), functions });
    const doubling = Array.from({ length: 60 }, (_, i) => calls(`f${i}`, `f${i + 1}`, 2));
    expect(errorOf(file([...doubling, calls("f60", "", 0)])).message).toContain("unfold to more than");
    expect(errorOf(file([calls("f0", "f0", 1)])).message).toContain("calls itself");
  });

  it("a fused op without its inputs", () => {
    const error = errorOf(encodeModel(model(17, [{ ...node("BiasGelu", [], ["y"]), domain: "com.microsoft" }], [4])));
    expect(error.code).toBe("bad-onnx");
    expect(error.message).not.toMatch(/undefined|Cannot/);
  });

  it("a fused op whose inputs lack axes", () => {
    const attention = {
      ...node("MultiHeadAttention", ["x", "b", "b"], ["y"], [int("num_heads", 2)]),
      domain: "com.microsoft",
    };
    const bias = tensorToProto(Tensor.zeros([1]), "b");
    expect(errorOf(encodeModel(model(17, [attention], [1, 8, 2], [bias]))).message).toBe(
      'MultiHeadAttention: [1, 8, 2] × [1] × [1]: the ranks are not those that the op takes, at "MultiHeadAttention_y"',
    );
  });

  it("rotary tables that lack an axis", () => {
    const table = tensorToProto(Tensor.zeros([6]), "t");
    const turn = node("RotaryEmbedding", ["x", "t", "t"], ["y"]);
    const { code, message } = errorOf(encodeModel(model(23, [turn], [1, 2, 3, 4], [table])));
    expect([code, message]).toEqual(["bad-onnx", expect.stringContaining("the tables give rank 1")]);
  });

  it("a node without names is called by its op", () => {
    const nameless = { ...node("Neg", ["nobody"], [""]), name: "" };
    expect(errorOf(encodeModel(model(13, [nameless], ["N", 4]))).message).toContain('"nobody", needed by "Neg"');
  });

  it("a good file at any address, also in a Node.js Buffer", () => {
    for (let shift = 0; shift < 8; shift++) {
      const buffer = Buffer.alloc(good.length + 8).subarray(shift, shift + good.length);
      buffer.set(good);
      expect(() => load(buffer)).not.toThrow();
    }
  });
});

describe("what the schema does not name", () => {
  it("survives decoding and encoding byte for byte", () => {
    const extra = wrap(6, new TextEncoder().encode("a doc string"));
    const bytes = new Uint8Array([...good, ...extra]);
    const again = encodeModel(decodeModel(bytes));
    expect(decodeModel(again).unknown).toEqual([extra]);
    expect(encodeModel(decodeModel(again))).toEqual(again);
  });
});

/** A length-delimited field around bytes. */
function wrap(field: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return new Uint8Array([(field << 3) | 2, ...length, ...bytes]);
}
