import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CajalError, compile, Tensor, type Value } from "../../graph/index.ts";
import { gpt } from "../../nn/index.ts";
import { architectures, readDecoder } from "./index.ts";
import { cases, configOf, fileOf, referenceOf, storedFile, weightsOf } from "./testing/cases.ts";

it.each(cases)("%s: logits are those that PyTorch computes from the equations", async (name) => {
  const { params, options } = await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name);
  const { tokens, logits } = referenceOf(name);
  const run = compile((t: Value) => gpt(params, t, options));
  const computed = (await run(tokens)).numbers();
  await run.release();
  const expected = logits.numbers();
  expect(computed.length).toBe(expected.length);
  const difference = computed.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i])), 0);
  expect(difference).toBeLessThan(2e-5);
});

it("with YaRN, texts may be as long as it makes room for, whatever the config says", async () => {
  const context = async (rope: object) => {
    const config = { ...configOf("llama-yarn"), rope_scaling: rope, max_position_embeddings: 16 };
    return (await readDecoder(JSON.stringify(config), await storedFile("llama-yarn"))).sizes.context;
  };
  expect(await context({ type: "yarn", factor: 4 })).toBe(64);
  expect(await context({ type: "yarn", factor: 4, original_max_position_embeddings: 3 })).toBe(16);
  expect(await context({ type: "linear", factor: 4 })).toBe(16);
});

it("every architecture has a reference", () => {
  const covered = new Set(cases.map((name) => configOf(name).model_type));
  expect([...covered].sort()).toEqual(Object.keys(architectures).sort());
});

it("a config of anything gives a decoder or an error in words, and no more", async () => {
  const files = Object.fromEntries(
    await Promise.all(cases.map(async (name) => [name, await storedFile(name)] as const)),
  );
  const value = fc.oneof(
    fc.constantFrom<unknown>(null, true, "gelu", 0, -1, 1, 2, 3, 1e300, 0.5, 1 << 24, [], {}, ["sliding_attention"]),
    fc.record({
      rope_type: fc.constantFrom("linear", "llama3", "yarn", "longrope", "default"),
      factor: fc.constantFrom(0, 1, 2, "x"),
      short_factor: fc.constantFrom([], [1, 2, 3], [0], ["x"], 1),
      long_factor: fc.constant([1, 2, 3]),
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...cases), fc.nat(), value, async (name, place, replaced) => {
      const config = configOf(name);
      const fields = Object.keys(config);
      config[fields[place % fields.length]] = replaced;
      await readDecoder(JSON.stringify(config), files[name]).catch((error) => expect(error).toBeInstanceOf(CajalError));
    }),
    { numRuns: 400 },
  );
});

describe("what does not fit is said with names and sizes", () => {
  const reading = async (
    name: string,
    config: Record<string, unknown>,
    change: (weights: Record<string, Tensor>) => void = () => {},
  ) => {
    const weights = weightsOf(name);
    change(weights);
    return readDecoder(JSON.stringify({ ...configOf(name), ...config }), await fileOf(weights), "tiny");
  };

  it.each([
    [{ model_type: "mamba" }, 'tiny is of the architecture "mamba", which is not known'],
    [{ model_type: "toString" }, "which is not known"],
    [{ model_type: null }, 'tiny/config.json does not say "model_type"'],
    [{ hidden_size: null }, 'does not say "hidden_size"'],
    [{ hidden_size: "8" }, '"hidden_size" is "8", not a whole number above 0'],
    [{ num_hidden_layers: 1e6 }, '"num_hidden_layers" is 1000000; 4096 is the limit'],
    [{ hidden_act: "sine" }, '"hidden_act" is "sine"'],
    [{ rope_scaling: { rope_type: "dynamic", factor: 2 } }, '"rope_type" is "dynamic"'],
    [{ rope_scaling: { type: "twice" } }, '"type" is "twice"'],
    [{ rope_scaling: { rope_type: "yarn" } }, '"rope_scaling" does not say "factor"'],
    [{ rope_scaling: { rope_type: "longrope", factor: 2 } }, '"rope_scaling" does not say "short_factor"'],
    [
      { rope_scaling: { type: "su", factor: 2, short_factor: [1], long_factor: [1, 2] } },
      '"long_factor" has 2 numbers for 1 pairs of elements',
    ],
    [{ num_attention_heads: 3, num_key_value_heads: 2 }, "3 heads of"],
    [{ vocab_size: 21 }, '"model.embed_tokens.weight" is [20, 8]; by config.json it should be [21, 8]'],
    [{ num_hidden_layers: 3 }, 'tiny lacks "model.layers.2.input_layernorm.weight", '],
    [{ num_hidden_layers: 1 }, 'tiny holds "model.layers.1.'],
    [{ attention_bias: true }, 'lacks "model.layers.0.self_attn.q_proj.bias"'],
  ])("config %o", async (config, message) => {
    await expect(reading("llama", config)).rejects.toThrow(message);
  });

  it("a head that is missing, one too many, and masks that are only kept", async () => {
    const without = reading("llama", {}, (weights) => delete weights["lm_head.weight"]);
    await expect(without).rejects.toThrow('tiny lacks "lm_head.weight"');
    const renamed = reading("gpt-neox", {}, (weights) => {
      weights["extra.weight"] = weights["embed_out.weight"];
    });
    await expect(renamed).rejects.toThrow('tiny holds "extra.weight", which config.json has no place for');
    const spare = await reading("gpt2", {}, (weights) => {
      weights["h.0.attn.bias"] = Tensor.zeros([1, 1, 12, 12]);
      weights["lm_head.weight"] = weights["wte.weight"];
    });
    expect(spare.params.head).toBeUndefined();
    const quantised = reading("gpt2", {}, (weights) => {
      weights["wpe.weight"] = Tensor.zeros([12, 8], "int8");
    });
    await expect(quantised).rejects.toThrow('"wpe.weight" is int8, not floats');
    await expect(readDecoder("{", await storedFile("llama"), "tiny")).rejects.toThrow("tiny/config.json is not JSON");
  });
});
