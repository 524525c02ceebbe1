/** @file Text models on disk: folders of Hugging Face, checkpoints of llama2.c, and the tokenizers beside them. */

import { type FileHandle, open as openFile, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readHuggingFaceTokenizer, readLlama2cTokenizer } from "../data/index.ts";
import { type ByteSource, CajalError, openSafetensors, openShardedSafetensors } from "../graph/index.ts";
import {
  DecoderNetwork,
  readDecoder,
  readLlama2c,
  TextModel,
  type TextModelOptions,
  type Tokenizer,
} from "../probe/index.ts";
import { exists } from "./data-source.ts";
import { fileError, readBytes } from "./files.ts";

type Named = TextModelOptions & { readonly name: string };

const single = "model.safetensors";
const index = `${single}.index.json`;

/** A folder with config.json and weights, as Hugging Face's transformers saves a model. @throws CajalError as `readDecoder`; `file-missing` */
export async function openFolder(folder: string, options: Named): Promise<TextModel> {
  const { name } = options;
  const config = await textOf(join(folder, "config.json"));
  if (config === undefined)
    throw new CajalError("file-missing", `${folder} holds no config.json`, {
      advice: "Give the folder of a Hugging Face model, with config.json, model.safetensors and tokenizer.json.",
    });
  const decoder = await withFiles(folder, async (source) => {
    const list = await textOf(join(folder, index));
    if (list !== undefined)
      return readDecoder(config, await openShardedSafetensors(list, source, `${name}/${index}`), name);
    if (!(await exists(join(folder, single)))) throw await noWeights(folder);
    return readDecoder(config, await openSafetensors(await source(single), `${name}/${single}`), name);
  });
  return new TextModel(new DecoderNetwork(decoder), await withTokenizer(folder, options));
}

/** A checkpoint of llama2.c, with its tokenizer ("tokenizer.bin", "tok512.bin") beside it. */
export async function openLlama2c(path: string, options: Named): Promise<TextModel> {
  const decoder = readLlama2c(await readBytes(path), options.name);
  const folder = dirname(path);
  const beside = (await readdir(folder)).filter((file) => /^tok.*\.bin$/.test(file) && file !== basename(path));
  const tokenizerAdvice = `Put its tokenizer beside it: "tokenizer.bin" or "tok${decoder.sizes.vocabulary}.bin".`;
  const tokenizers = await Promise.all(
    beside.map(async (file) => readLlama2cTokenizer(await readBytes(join(folder, file)), file)),
  );
  const fitting = tokenizers.find(({ size }) => size === decoder.sizes.vocabulary);
  return new TextModel(new DecoderNetwork(decoder), {
    ...(fitting && { tokenizer: fitting }),
    tokenizerAdvice,
    ...options,
  });
}

/** What the files beside an ONNX file say of the text that it reads: in its own folder, or the one above. */
export async function textBeside(
  path: string,
  options: Named,
): Promise<Named & { readonly context: number | undefined; readonly causal: boolean | undefined }> {
  const own = dirname(path);
  const folder =
    (await exists(join(own, "config.json"))) || (await exists(join(own, "tokenizer.json"))) ? own : dirname(own);
  const fields = fieldsOf(await textOf(join(folder, "config.json")));
  const [context] = [fields.max_position_embeddings, fields.n_positions].filter(Number.isInteger) as number[];
  const heads = Array.isArray(fields.architectures) ? fields.architectures.join(" ") : "";
  const causal = /CausalLM|LMHead/.test(heads) ? true : /Masked/.test(heads) ? false : undefined;
  return { ...(await withTokenizer(folder, options)), context, causal };
}

/** With the folder's tokenizer, unless one was given. */
async function withTokenizer(folder: string, options: Named): Promise<Named> {
  const tokenizerAdvice = `Put its tokenizer.json into ${folder}.`;
  if (options.tokenizer !== undefined) return options;
  const text = await textOf(join(folder, "tokenizer.json"));
  if (text === undefined) return { tokenizerAdvice, ...options };
  const end = await endTokens(folder);
  const tokenizer: Tokenizer = readHuggingFaceTokenizer(text, { end, source: `${options.name}/tokenizer.json` });
  return { ...options, tokenizer };
}

/** The tokens that end a text, by generation_config.json and config.json. */
async function endTokens(folder: string): Promise<readonly number[]> {
  const files = await Promise.all(["generation_config.json", "config.json"].map((file) => textOf(join(folder, file))));
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
async function textOf(path: string): Promise<string | undefined> {
  return (await exists(path)) ? new TextDecoder().decode(await readBytes(path)) : undefined;
}

async function noWeights(folder: string): Promise<CajalError> {
  const others = (await readdir(folder)).filter((file) => /\.(?:bin|pt|pth|h5|gguf|onnx|safetensors)$/.test(file));
  const advice = others.some((file) => file.endsWith(".onnx"))
    ? `Give the path of its ONNX file: ${others.filter((file) => file.endsWith(".onnx")).join(", ")}.`
    : "Save the model with save_pretrained(…, safe_serialization=True), or fetch its .safetensors.";
  const found = others.length > 0 ? `, only ${others.slice(0, 4).join(", ")}` : "";
  return new CajalError("file-missing", `${folder} holds no ${single}${found}`, { advice });
}

/** Gives files of the folder as sources of bytes, and closes them when the work is over. */
async function withFiles<T>(
  folder: string,
  work: (source: (file: string) => Promise<ByteSource>) => Promise<T>,
): Promise<T> {
  const handles: FileHandle[] = [];
  const source = async (file: string): Promise<ByteSource> => {
    const path = join(folder, file);
    try {
      const handle = await openFile(path, "r");
      handles.push(handle);
      const { size } = await handle.stat();
      return { size, read: (offset, length) => readAt(handle, offset, length, path) };
    } catch (error) {
      throw fileError(error, path);
    }
  };
  try {
    return await work(source);
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

/** As many of the bytes as there are. */
async function readAt(handle: FileHandle, offset: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let at = 0;
  try {
    while (at < length) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(length - at, 1 << 30), offset + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
  } catch (error) {
    throw fileError(error, path);
  }
  return bytes.subarray(0, at);
}
