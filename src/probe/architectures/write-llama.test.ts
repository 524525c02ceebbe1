import { expect, it } from "vitest";
import { openSafetensors, Rng } from "../../graph/index.ts";
import { init } from "../../nn/index.ts";
import { readDecoder } from "./index.ts";
import { writeLlama } from "./write-llama.ts";

const sizes = {
  vocabulary: 20,
  width: 8,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 4,
  hidden: 12,
  context: 32,
};
const { context: _context, ...shape } = sizes;
const options = { heads: 2, rotary: {} };
const form = { norm: "rms", feedForward: "gated", bias: false } as const;

it.each([true, false])("what is written is read back (head tied: %s)", async (tied) => {
  const params = init.gpt(new Rng(1), { ...shape, ...form, tied });
  const { config, weights } = writeLlama({ architecture: "llama", sizes, params, options }, 0);
  const file = await openSafetensors({ size: weights.length, read: (at, length) => weights.subarray(at, at + length) });
  const read = await readDecoder(config, file);
  expect(read.params).toEqual(params);
  expect(read.sizes).toEqual(sizes);
  expect(read.options).toMatchObject({ heads: 2, epsilon: 1e-5, rotary: { base: 10_000 } });
});

it("refuses other forms", () => {
  const write = (params: ReturnType<typeof init.gpt>) => () =>
    writeLlama({ architecture: "gpt2", sizes, params, options });
  expect(write(init.gpt(new Rng(1), { ...shape, ...form, norm: "layer" }))).toThrow("is a layer norm");
  expect(write(init.gpt(new Rng(1), { ...shape, ...form, bias: true }))).toThrow("has a bias");
  expect(write(init.gpt(new Rng(1), { ...shape, ...form, feedForward: "mlp" }))).toThrow("no gates");
  const turned = { heads: 2, rotary: { scaling: { kind: "linear", factor: 2 } } } as const;
  const params = init.gpt(new Rng(1), { ...shape, ...form });
  expect(() => writeLlama({ architecture: "llama", sizes, params, options: turned })).toThrow("turn in another way");
});
