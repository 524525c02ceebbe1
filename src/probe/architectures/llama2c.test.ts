import fc from "fast-check";
import { expect, it } from "vitest";
import { CajalError, compile, Rng, Tensor, type Value } from "../../graph/index.ts";
import { type Gpt, gpt, init, type Linear } from "../../nn/index.ts";
import { expectClose } from "../../nn/testing/run.ts";
import { readLlama2c } from "./llama2c.ts";

const sizes = {
  width: 8,
  hidden: 12,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headWidth: 2,
  vocabulary: 10,
  context: 6,
};

function llama(tied: boolean): Gpt<Tensor> {
  return init.gpt(new Rng(3), { ...sizes, context: undefined, norm: "rms", feedForward: "gated", bias: false, tied });
}

/** The file that llama2.c would write of these parameters. */
function fileOf(p: Gpt<Tensor>): Uint8Array {
  const numbers: number[] = [];
  const add = (tensor: Tensor) => numbers.push(...tensor.numbers());
  const addTransposed = ({ weight }: Linear<Tensor>) => {
    const [rows, columns] = weight.shape;
    const data = weight.numbers();
    for (let c = 0; c < columns; c++) for (let r = 0; r < rows; r++) numbers.push(data[r * columns + c]);
  };
  const gated = p.blocks.map(({ feedForward }) => {
    if (!("gate" in feedForward)) throw new Error("not gated");
    return feedForward;
  });
  add(p.tokens.weight);
  for (const { attentionNorm } of p.blocks) add(attentionNorm.scale);
  for (const name of ["query", "key", "value", "output"] as const)
    for (const { attention } of p.blocks) addTransposed(attention[name]);
  for (const { feedForwardNorm } of p.blocks) add(feedForwardNorm.scale);
  for (const name of ["gate", "down", "up"] as const) for (const network of gated) addTransposed(network[name]);
  add(p.norm.scale);
  for (let i = 0; i < sizes.context * (sizes.width / sizes.heads); i++) numbers.push(0);
  if (p.head !== undefined) addTransposed(p.head);
  const { width, hidden, layers, heads, keyValueHeads, vocabulary, context } = sizes;
  const signed = p.head === undefined ? vocabulary : -vocabulary;
  const header = Int32Array.of(width, hidden, layers, heads, keyValueHeads, signed, context);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...new Uint8Array(Float32Array.from(numbers).buffer)]);
}

it.each([true, false])("what is in the file is what is run (head tied: %s)", async (tied) => {
  const params = llama(tied);
  const model = readLlama2c(fileOf(params));
  expect(model.sizes).toEqual(sizes);
  const f = compile((tokens: Value) => ({
    read: gpt(model.params, tokens, model.options),
    made: gpt(params, tokens, { heads: sizes.heads, rotary: { pairs: "adjacent" } }),
  }));
  const { read, made } = await f(Tensor.of([1, 5, 9, 2], [1, 4], "int64"));
  expectClose(read, made);
  await f.release();
});

it("refuses what is no such file", () => {
  const bytes = fileOf(llama(true));
  expect(() => readLlama2c(bytes.subarray(0, 20))).toThrow("has 20 bytes");
  expect(() => readLlama2c(bytes.subarray(0, bytes.length - 4), "x.bin")).toThrow(/x\.bin .* models of its sizes have/);
  const negative = bytes.slice();
  new DataView(negative.buffer).setInt32(8, -2, true);
  expect(() => readLlama2c(negative)).toThrow("its layers is -2");
  const uneven = bytes.slice();
  new DataView(uneven.buffer).setInt32(12, 3, true);
  expect(() => readLlama2c(uneven)).toThrow("3 heads of width 8");
});

it("a damaged header is refused in words, before memory is taken", () => {
  const bytes = fileOf(llama(true));
  const size = fc.oneof(fc.integer({ min: -3, max: 300 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
  fc.assert(
    fc.property(fc.array(size, { minLength: 7, maxLength: 7 }), (header) => {
      const damaged = bytes.slice();
      damaged.set(new Uint8Array(Int32Array.from(header).buffer));
      expect(() => readLlama2c(damaged)).toThrow(CajalError);
    }),
  );
});
