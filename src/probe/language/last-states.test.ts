import { describe, expect, it } from "vitest";
import { collect, compile, exportOnnx, importOnnx, Rng, Tensor, type Value } from "../../graph/index.ts";
import { gpt, init } from "../../nn/index.ts";
import type { LanguageModel } from "./language-model.ts";
import { lastStates } from "./last-states.ts";
import { onnxLanguageModel } from "./onnx-language-model.ts";

const rng = new Rng(5);
const heads = 2;
const params = init.gpt(rng, { vocabulary: 20, width: 8, layers: 2, heads, context: 12 });
const network = (tokens: Value) => gpt(params, tokens, { heads });
const tokenize = (words: readonly string[]) => words.map((word) => [Number(word)]);
const texts = [[1, 2, 3], [4, 5, 6, 7, 8], [9], [10, 11, 12], [3, 2, 1, 0, 5, 6, 7, 8, 9, 10]];
const plain: LanguageModel = { name: "gpt", tokenize, causal: true, apply: network };

/** Of each text by itself, without batches and filling. */
async function alone(tap: string): Promise<number[][]> {
  const f = compile((tokens: Value) => collect(network)(tokens).taps[tap]);
  const rows: number[][] = [];
  for (const text of texts) {
    const states = await f(Tensor.of(text, [1, text.length], "int64"));
    rows.push([...states.numbers().slice(-states.shape[2])]);
  }
  await f.release();
  return rows;
}

function expectRows(states: Tensor, rows: readonly (readonly number[])[]): void {
  expect(states.shape).toEqual([rows.length, rows[0].length]);
  const numbers = states.numbers();
  for (const [i, v] of rows.flat().entries()) expect(numbers[i]).toBeCloseTo(v, 5);
}

describe("the states at the last token are those of the text by itself", () => {
  it("of a causal model, whose texts are filled up", async () => {
    const states = await lastStates(plain, texts, { batch: 3 });
    expect(Object.keys(states)).toContain("block1/mlp");
    // Attention patterns are of pairs of tokens, not of tokens.
    expect(Object.keys(states).some((name) => name.endsWith("pattern"))).toBe(false);
    for (const layer of ["embedding", "block0/middle", "block1/residual"])
      expectRows(states[layer], await alone(layer));
  });

  it("of any model, text lengths apart", async () => {
    const states = await lastStates({ ...plain, causal: false }, texts, { layers: ["block1/residual"] });
    expect(Object.keys(states)).toEqual(["block1/residual"]);
    expectRows(states["block1/residual"], await alone("block1/residual"));
  });

  it("of an ONNX file with fixed sizes; its logits too", async () => {
    const bytes = exportOnnx(network, [Tensor.zeros([2, 12], "int64")], { names: ["input_ids"] });
    const model = onnxLanguageModel(importOnnx(bytes), { tokenize, causal: true });
    expect(model.fixed).toEqual({ batch: 2, steps: 12 });
    const states = await lastStates(model, texts);
    const direct = await lastStates(plain, texts);
    const names = Object.keys(states);
    // The file's names are its own; the values are found again.
    for (const layer of ["embedding", "block0/middle", "block1/residual"]) {
      const same = names.filter(
        (name) => String(states[name]) === String(direct[layer]) && near(states[name], direct[layer]),
      );
      expect([layer, same.length > 0]).toEqual([layer, true]);
    }
    expect(states[names[names.length - 1]].shape).toEqual([texts.length, 20]);
    await expect(lastStates(model, [Array.from({ length: 13 }, () => 1)])).rejects.toThrow("text 0 has 13 tokens");
  });
});

function near(a: Tensor, b: Tensor): boolean {
  const other = b.numbers();
  return a.numbers().every((v, i) => Math.abs(v - other[i]) < 1e-4);
}

it("masks, positions and types are fed by name; a past of fixed length is refused", async () => {
  const bytes = exportOnnx(
    (ids: Value, mask: Value, positions: Value, types: Value) =>
      ids.add(types).add(positions).mul(mask).cast("float32").unsqueeze(-1).mul(2),
    [0, 1, 2, 3].map(() => Tensor.zeros([1, 4], "int64")) as [Tensor, Tensor, Tensor, Tensor],
    { names: ["input_ids", "attention_mask", "position_ids", "token_type_ids"] },
  );
  const model = onnxLanguageModel(importOnnx(bytes), { tokenize, causal: true });
  const states = Object.values(await lastStates(model, [[7], [5, 6, 7, 8]]));
  expect([...states[states.length - 1].numbers()]).toEqual([14, 22]);

  const withCache = exportOnnx(
    (ids: Value, cache: Value) => ids.cast("float32").add(cache.sum()),
    [Tensor.zeros([1, 4], "int64"), Tensor.zeros([1, 2, 4, 3])],
    { names: ["input_ids", "past_key_values.0.key"] },
  );
  expect(() => onnxLanguageModel(importOnnx(withCache), { tokenize })).toThrow(
    '"past_key_values.0.key" is [1, 2, 4, 3], not',
  );
});

it("says which layer is missing, or not finite", async () => {
  await expect(lastStates(plain, texts, { layers: ["block7/residual"] })).rejects.toThrow(
    'no layer is named "block7/residual"',
  );
  await expect(lastStates(plain, texts, { layers: /nothing/ })).rejects.toThrow("no layer matches /nothing/");
  await expect(lastStates(plain, [[1], []])).rejects.toThrow("text 1 has no tokens");
  await expect(lastStates(plain, [])).rejects.toThrow("there are no texts");
  await expect(lastStates({ ...plain, apply: (t) => t }, texts)).rejects.toThrow("gpt taps nothing that belongs");
  const broken = { ...params, tokens: { weight: Tensor.full([20, 8], Number.NaN) } };
  await expect(lastStates({ ...plain, apply: (t) => gpt(broken, t, { heads }) }, texts)).rejects.toThrow(
    'the layer "embedding" holds NaN',
  );
});
