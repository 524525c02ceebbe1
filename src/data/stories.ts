/** @file The small Llama of the set "stories260K", ready to be looked into. */

import { DecoderNetwork, readLlama2c, TextModel } from "../probe/index.ts";
import type { DataSource } from "./source.ts";
import { readLlama2cTokenizer } from "./tokenizers/llama2c-tokenizer.ts";

/** The model with its tokenizer. @throws CajalError `bad-file`, or as the source */
export async function loadStories260K(source: DataSource): Promise<TextModel> {
  const name = "stories260K";
  const tokenizer = readLlama2cTokenizer(await source.file(name, "tok512.bin"), `${name}/tok512.bin`);
  const decoder = readLlama2c(await source.file(name, `${name}.bin`), name);
  return new TextModel(new DecoderNetwork(decoder), { name, tokenizer });
}
