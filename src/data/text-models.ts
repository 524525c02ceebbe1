/** @file Text models in folders, wherever these are: as Hugging Face saves them, checkpoints of llama2.c, and the tokenizers beside them. */

import { type ByteSource, CajalError, openSafetensors, openShardedSafetensors } from "../graph/index.ts";
import {
  DecoderNetwork,
  readDecoder,
  readLlama2c,
  TextModel,
  type TextModelOptions,
  type Tokenizer,
} from "../probe/index.ts";
import { readHuggingFaceTokenizer } from "./tokenizers/hugging-face-tokenizer.ts";
import { readLlama2cTokenizer } from "./tokenizers/llama2c-tokenizer.ts";

/** A folder of files: on a disk, or what a person dropped on a page. */
export interface FileFolder {
  /** What messages call it. */
  readonly path: string;
  /** Names of its files. */
  list(): Promise<readonly string[]>;
  bytes(file: string): Promise<Uint8Array>;
  /** For files of which only parts are wanted. */
  source(file: string): Promise<ByteSource>;
}

type Named = TextModelOptions & { readonly name: string };

const single = "model.safetensors";
const index = `${single}.index.json`;

/** A folder with config.json and weights, as Hugging Face's transformers saves a model. @throws CajalError as `readDecoder`; `file-missing` */
export async function openTextFolder(folder: FileFolder, options: Named): Promise<TextModel> {
  const { name } = options;
  const config = await textOf(folder, "config.json");
  if (config === undefined)
    throw new CajalError("file-missing", `${folder.path} holds no config.json`, {
      advice: "Give the folder of a Hugging Face model, with config.json, model.safetensors and tokenizer.json.",
    });
  const list = await textOf(folder, index);
  if (list === undefined && !(await folder.list()).includes(single)) throw await noWeights(folder);
  const weights =
    list === undefined
      ? await openSafetensors(await folder.source(single), `${name}/${single}`)
      : await openShardedSafetensors(list, (file) => folder.source(file), `${name}/${index}`);
  const decoder = await readDecoder(config, weights, name);
  return new TextModel(new DecoderNetwork(decoder), await withTokenizer(folder, options));
}

/** A checkpoint of llama2.c, with its tokenizer ("tokenizer.bin", "tok512.bin") beside it. */
export async function openLlama2c(folder: FileFolder, file: string, options: Named): Promise<TextModel> {
  const decoder = readLlama2c(await folder.bytes(file), options.name);
  const beside = (await folder.list()).filter((other) => /^tok.*\.bin$/.test(other) && other !== file);
  const tokenizerAdvice = `Put its tokenizer beside it: "tokenizer.bin" or "tok${decoder.sizes.vocabulary}.bin".`;
  const tokenizers = await Promise.all(
    beside.map(async (other) => readLlama2cTokenizer(await folder.bytes(other), other)),
  );
  const fitting = tokenizers.find(({ size }) => size === decoder.sizes.vocabulary);
  return new TextModel(new DecoderNetwork(decoder), {
    ...(fitting && { tokenizer: fitting }),
    tokenizerAdvice,
    ...options,
  });
}

/** What the files of a folder say of the text that an ONNX file reads. */
export async function textBeside(
  folder: FileFolder,
  options: Named,
): Promise<Named & { readonly context: number | undefined; readonly causal: boolean | undefined }> {
  const fields = fieldsOf(await textOf(folder, "config.json"));
  const [context] = [fields.max_position_embeddings, fields.n_positions].filter(Number.isInteger) as number[];
  const heads = Array.isArray(fields.architectures) ? fields.architectures.join(" ") : "";
  const causal = /CausalLM|LMHead/.test(heads) ? true : /Masked/.test(heads) ? false : undefined;
  return { ...(await withTokenizer(folder, options)), context, causal };
}

/** With the folder's tokenizer, unless one was given. */
async function withTokenizer(folder: FileFolder, options: Named): Promise<Named> {
  const tokenizerAdvice = `Put its tokenizer.json into ${folder.path}.`;
  if (options.tokenizer !== undefined) return options;
  const text = await textOf(folder, "tokenizer.json");
  if (text === undefined) return { tokenizerAdvice, ...options };
  const end = await endTokens(folder);
  const tokenizer: Tokenizer = readHuggingFaceTokenizer(text, { end, source: `${options.name}/tokenizer.json` });
  return { ...options, tokenizer };
}

/** The tokens that end a text, by generation_config.json and config.json. */
async function endTokens(folder: FileFolder): Promise<readonly number[]> {
  const files = await Promise.all(["generation_config.json", "config.json"].map((file) => textOf(folder, file)));
  return files.flatMap((text) => [fieldsOf(text).eos_token_id].flat().filter(Number.isInteger) as number[]);
}

function fieldsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(text ?? "{}");
    return typeof fields === "object" && fields !== null ? { ...fields } : {};
  } catch {
    return {};
  }
}

/** The file's text; undefined when there is none. */
async function textOf(folder: FileFolder, file: string): Promise<string | undefined> {
  return (await folder.list()).includes(file) ? new TextDecoder().decode(await folder.bytes(file)) : undefined;
}

async function noWeights(folder: FileFolder): Promise<CajalError> {
  const others = (await folder.list()).filter((file) => /\.(?:bin|pt|pth|h5|gguf|onnx|safetensors)$/.test(file));
  const advice = others.some((file) => file.endsWith(".onnx"))
    ? `Give the path of its ONNX file: ${others.filter((file) => file.endsWith(".onnx")).join(", ")}.`
    : "Save the model with save_pretrained(…, safe_serialization=True), or fetch its .safetensors.";
  const found = others.length > 0 ? `, only ${others.slice(0, 4).join(", ")}` : "";
  return new CajalError("file-missing", `${folder.path} holds no ${single}${found}`, { advice });
}
