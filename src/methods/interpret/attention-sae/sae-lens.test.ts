import { describe, expect, it } from "vitest";
import { compile, decodeSafetensors, encodeSafetensors, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { decode, encode, featuresOf, fromSaeLens, type Sae, toSaeLens } from "./index.ts";
import { foldScale } from "./sae.ts";
import { randomSae } from "./testing/models.ts";

const rng = new Rng(9);
const [width, features] = [6, 10];
const z = rng.normal([20, width]);

const reconstruct = (sae: Sae) => compile((x: Value) => decode(sae, encode(sae, x)))(z);
const close = (a: Tensor, b: Tensor | Float64Array, digits = 5) => {
  const other = "numbers" in b ? b.numbers() : b;
  for (const [i, x] of a.numbers().entries()) expect(x).toBeCloseTo(other[i], digits);
};

/** SAELens's equations in plain numbers: what its classes compute from these files. */
function theirs(cfg: Record<string, unknown>, t: Record<string, Tensor>, x: Tensor): Float64Array {
  const [We, be, Wd, bd] = ["W_enc", "b_enc", "W_dec", "b_dec"].map((name) => t[name].numbers());
  const factor = Number(cfg.factor ?? 1);
  const out = new Float64Array(x.size);
  const norms = Array.from({ length: features }, (_, i) => Math.hypot(...Wd.subarray(i * width, (i + 1) * width)));
  for (let n = 0; n < x.shape[0]; n++) {
    const row = x
      .numbers()
      .subarray(n * width, (n + 1) * width)
      .map((v) => v * factor);
    const pre = Array.from({ length: features }, (_, i) => {
      let sum = be[i];
      for (let j = 0; j < width; j++)
        sum += (row[j] - (cfg.apply_b_dec_to_input === false ? 0 : bd[j])) * We[j * features + i];
      return cfg.rescale_acts_by_decoder_norm === true ? sum * norms[i] : sum;
    });
    let f = pre.map((u) => Math.max(0, u));
    if (cfg.architecture === "jumprelu") f = f.map((u, i) => (pre[i] > t.threshold.numbers()[i] ? u : 0));
    if (typeof cfg.k === "number") {
      const least = [...pre].sort((a, b) => b - a)[cfg.k - 1];
      f = f.map((u, i) => (pre[i] >= least ? u : 0));
    }
    if (cfg.rescale_acts_by_decoder_norm === true) f = f.map((u, i) => u / norms[i]);
    if (cfg.finetuning_scaling_factor === true) f = f.map((u, i) => u * t.scaling_factor.numbers()[i]);
    for (let j = 0; j < width; j++) {
      let sum = bd[j];
      for (let i = 0; i < features; i++) sum += f[i] * Wd[i * width + j];
      out[n * width + j] = sum / factor;
    }
  }
  return out;
}

const tensors = () => ({
  W_enc: rng.normal([width, features]),
  b_enc: rng.normal([features], 0, 0.3),
  W_dec: rng.normal([features, width]),
  b_dec: rng.normal([width], 0, 0.3),
});

const common = { d_in: width, d_sae: features, dtype: "float32", device: "cpu", normalize_activations: "none" };
const new6 = (more: Record<string, unknown>) => ({
  ...common,
  apply_b_dec_to_input: true,
  reshape_activations: "hook_z",
  metadata: { sae_lens_version: "6.12.0", hook_name: "blocks.3.attn.hook_z" },
  ...more,
});

describe("published dictionaries compute here what SAELens computes", () => {
  const old = {
    ...common,
    architecture: "standard",
    activation_fn_str: "relu",
    hook_name: "blocks.5.attn.hook_z",
    prepend_bos: true,
  };
  it.each([
    ["standard of version 6", new6({ architecture: "standard" }), {}, {}],
    ["standard of version 3", old, {}, {}],
    ["with b_d not taken off", new6({ architecture: "standard", apply_b_dec_to_input: false }), {}, {}],
    ["topk of version 6", new6({ architecture: "topk", k: 3, rescale_acts_by_decoder_norm: false }), {}, {}],
    ["topk of rescaled activations", new6({ architecture: "topk", k: 3, rescale_acts_by_decoder_norm: true }), {}, {}],
    ["topk of version 5", { ...old, activation_fn_str: "topk", activation_fn_kwargs: { k: 3 } }, {}, {}],
    ["jumprelu", new6({ architecture: "jumprelu" }), { threshold: rng.uniform([features], 0.1, 0.8) }, {}],
    ["finetuned", { ...old, finetuning_scaling_factor: true }, { scaling_factor: rng.uniform([features], 0.5, 2) }, {}],
    [
      "of scaled activations",
      new6({ architecture: "standard", normalize_activations: "expected_average_only_in" }),
      {},
      { normFactor: 1.7 },
    ],
  ] as const)("%s", async (_name, config, more, options) => {
    const stored = { ...tensors(), ...more };
    const kwargs = "activation_fn_kwargs" in config ? { k: config.activation_fn_kwargs.k } : {};
    const sae = fromSaeLens(
      { config: JSON.stringify(config), weights: encodeSafetensors(stored) },
      { heads: 2, ...options },
    );
    close(
      await reconstruct(sae),
      theirs({ ...config, ...kwargs, factor: "normFactor" in options ? options.normFactor : 1 }, stored, z),
      4,
    );
  });
});

describe("ours in their layout", () => {
  const jump: Sae = {
    ...randomSae(width, 2, features),
    activation: { kind: "jumprelu", threshold: rng.uniform([features], 0.1, 0.5) },
  };
  it.each([
    [
      "standard",
      {
        ...randomSae(width, 2, features),
        origin: { model: "m", z: "block3/heads", layer: 3, fingerprint: "01234567", begins: true, context: 64 },
      },
    ],
    ["topk", { ...randomSae(width, 2, features), activation: { kind: "topk", k: 4 } }],
    ["jumprelu", jump],
  ] as readonly (readonly [string, Sae])[])(
    "%s: the names, shapes and settings that SAELens loads, and the way back",
    async (architecture, sae) => {
      const files = toSaeLens(sae);
      const config = JSON.parse(files.config);
      expect(config).toMatchObject({
        architecture,
        d_in: width,
        d_sae: features,
        dtype: "float32",
        apply_b_dec_to_input: true,
        normalize_activations: "none",
        reshape_activations: "hook_z",
      });
      expect(config.metadata.hook_name).toBe(`blocks.${sae.origin?.layer ?? 0}.attn.hook_z`);
      const { tensors: stored } = decodeSafetensors(files.weights);
      expect(Object.fromEntries(Object.entries(stored).map(([name, { shape }]) => [name, shape]))).toEqual({
        W_enc: [width, features],
        b_enc: [features],
        W_dec: [features, width],
        b_dec: [width],
        ...(architecture === "jumprelu" && { threshold: [features] }),
      });
      close(await reconstruct(sae), theirs(config, stored, z), 4);
      const back = fromSaeLens(files);
      close(back.encoder, sae.encoder);
      close(back.decoder, sae.decoder);
      expect(back.heads).toBe(2);
      expect(back.origin).toEqual(sae.origin);
    },
  );

  it("hold the scale of training in the weights: features are s times those of scaled vectors", async () => {
    for (const sae of [randomSae(width, 2, features), jump]) {
      const scaled = await featuresOf(
        sae,
        Tensor.of(
          z.numbers().map((x) => x / 2.5),
          z.shape,
        ),
      );
      const folded = foldScale(sae, 2.5);
      close(
        await featuresOf(folded, z),
        scaled.numbers().map((f) => 2.5 * f),
        4,
      );
      close(folded.decoder, sae.decoder);
    }
  });
});

it("says what is wrong with files", () => {
  const weights = encodeSafetensors(tensors());
  const read =
    (config: unknown, w = weights, options = { heads: 2 }) =>
    () =>
      fromSaeLens({ config: typeof config === "string" ? config : JSON.stringify(config), weights: w }, options);
  expect(read("{")).toThrow("cfg.json is no JSON");
  expect(read(new6({ architecture: "gated" }))).toThrow('the architecture "gated"');
  expect(read(new6({ architecture: "topk" }))).toThrow("does not say k");
  expect(read(new6({ architecture: "jumprelu" }))).toThrow('there is no "threshold"');
  expect(read(new6({ architecture: "standard", normalize_activations: "layer_norm" }))).toThrow("not linear in z");
  expect(read(new6({ architecture: "standard", normalize_activations: "expected_average_only_in" }))).toThrow(
    "mean length of √d",
  );
  expect(read(new6({ architecture: "standard" }), encodeSafetensors({ ...tensors(), b_dec: rng.normal([5]) }))).toThrow(
    "do not fit",
  );
  expect(() => fromSaeLens({ config: JSON.stringify(new6({ architecture: "standard" })), weights })).toThrow(
    "how many heads",
  );
  expect(read(new6({ architecture: "standard" }), weights, { heads: 4 })).toThrow("do not divide into 4 heads");
});
