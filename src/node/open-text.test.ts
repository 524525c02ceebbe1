import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors, Tensor } from "../graph/index.ts";
import { expectClose } from "../nn/testing/run.ts";
import { caseFolder, configOf, referenceOf, weightsOf } from "../probe/architectures/testing/cases.ts";
import { onnxDecoder } from "../probe/language/testing/onnx-decoder.ts";
import { locateModel } from "./data-sets.ts";
import { open } from "./open.ts";
import { mirrored } from "./testing/mirror.ts";

const root = mkdtempSync(join(tmpdir(), "cajal-text-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const tokenizerFile = new URL("../data/tokenizers/testing/llama2.tokenizer.json", import.meta.url).pathname;

/** A folder of the tiny Llama whose vocabulary is that of the tokenizer. */
let folder = "";
let count = 0;
beforeEach(() => {
  folder = join(root, `llama${count++}`);
  mkdirSync(folder);
  const weights = weightsOf("llama");
  const rows = (tensor: Tensor) =>
    Tensor.of(
      Array.from({ length: 360 * 8 }, (_, i) => tensor.numbers()[i % 160]),
      [360, 8],
    );
  for (const name of ["model.embed_tokens.weight", "lm_head.weight"]) weights[name] = rows(weights[name]);
  writeFileSync(join(folder, "model.safetensors"), encodeSafetensors(weights));
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({ ...configOf("llama"), vocab_size: 360, eos_token_id: 2 }),
  );
  cpSync(tokenizerFile, join(folder, "tokenizer.json"));
});

describe("a folder of Hugging Face", () => {
  it("opens with its tokenizer, and writes", async () => {
    const model = await open(folder, { reads: "text" });
    expect(model.name).toBe(`llama${count - 1}`);
    expect(model.encode("Once upon")[0]).toBe(1);
    expect(model.tokenizer?.end).toEqual([2]);
    expect((await model.logits("Once upon")).shape).toEqual([model.encode("Once upon").length, 360]);
    let text = "";
    for await (const piece of model.generate("Once", { tokens: 5 })) text += piece.text;
    expect(typeof text).toBe("string");
    expect(model.tokenize(["a", "fox"]).flat()).toEqual(model.tokenizer?.encode(" a fox"));
    await model.release();
  });

  it("in several files gives the same", async () => {
    const whole = join(root, "shards");
    cpSync(caseFolder("qwen3"), whole, { recursive: true });
    const { tensors } = decodeSafetensors(readFileSync(join(whole, "model.safetensors")));
    rmSync(join(whole, "model.safetensors"));
    const names = Object.keys(tensors);
    const shard = (name: string) => `model-0000${1 + (names.indexOf(name) % 2)}-of-00002.safetensors`;
    for (const file of new Set(names.map(shard)))
      writeFileSync(
        join(whole, file),
        encodeSafetensors(Object.fromEntries(names.filter((n) => shard(n) === file).map((n) => [n, tensors[n]]))),
      );
    writeFileSync(
      join(whole, "model.safetensors.index.json"),
      JSON.stringify({ weight_map: Object.fromEntries(names.map((name) => [name, shard(name)])) }),
    );
    const model = await open(whole, { reads: "text" });
    const { tokens, logits } = referenceOf("qwen3");
    const text = Array.from(tokens.numbers().slice(0, 9));
    expectClose(await model.logits(text), logits.numbers().slice(0, 180), 4);
    await model.release();
    expect(() => model.encode("a")).toThrow("shards has no tokenizer");
    rmSync(join(whole, shard(names[0])));
    await expect(open(whole)).rejects.toThrow("does not exist");
  });

  it("says what is missing or damaged", async () => {
    const without = (file: string) => rmSync(join(folder, file));
    writeFileSync(join(folder, "tokenizer.json"), "{");
    await expect(open(folder)).rejects.toThrow("tokenizer.json is not JSON");
    without("tokenizer.json");
    const bytes = readFileSync(join(folder, "model.safetensors"));
    writeFileSync(join(folder, "model.safetensors"), bytes.subarray(0, bytes.length - 9));
    await expect(open(folder)).rejects.toThrow(/model\.safetensors holds .* bytes of tensors/);
    without("model.safetensors");
    writeFileSync(join(folder, "pytorch_model.bin"), "x");
    await expect(open(folder)).rejects.toThrow("holds no model.safetensors, only pytorch_model.bin");
    without("config.json");
    await expect(open(folder)).rejects.toThrow("holds no config.json");
    await expect(open(join(root, "nowhere"))).rejects.toThrow("does not exist");
  });
});

it("an ONNX decoder finds tokenizer and context beside it, and pictures are not text", async () => {
  const onnx = join(folder, "onnx");
  mkdirSync(onnx);
  writeFileSync(join(onnx, "model.onnx"), onnxDecoder(true));
  const model = await open(join(onnx, "model.onnx"));
  expect(model.reads).toBe("text");
  if (model.reads !== "text") return;
  expect([model.context, model.encode("a")[0]]).toEqual([32, 1]);
  await expect(open(join(onnx, "model.onnx"), { reads: "pictures" })).rejects.toThrow(
    "model.onnx reads text, not pictures",
  );
  const pictures = new URL("../../assets/scene-network.onnx", import.meta.url).pathname;
  await expect(open(pictures, { reads: "text" })).rejects.toThrow("scene-network.onnx reads pictures, not text");
});

it.skipIf(!mirrored("stories260K"))("stories260K by its name: text, layers, edits", async () => {
  const model = await open(await locateModel("stories260K"), { reads: "text" });
  expect(model.layers(/mlp$/)).toHaveLength(5);
  const tell = async (from: typeof model) => {
    let text = "";
    for await (const piece of from.generate("Once upon a time", { tokens: 20 })) text += piece.text;
    return text;
  };
  const plain = await tell(model);
  expect(plain).toMatch(/^, there was a little girl named \w+\. She loved to play/);
  const edited = model.edit({ "block2/mlp": { units: [14], set: 3 }, "block0/heads": { units: [1], set: 0 } });
  expect(await tell(edited)).not.toBe(plain);
  await Promise.all([model.release(), edited.release()]);
});
