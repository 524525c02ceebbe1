/** @file The architectures that are read from safetensors, by the names that config.json gives them. */

import { CajalError, type SafetensorsFile } from "../../graph/index.ts";
import type { Architecture, Described } from "./architecture.ts";
import { Config } from "./config.ts";
import type { Decoder } from "./decoder.ts";
import { gemma, gemma2, gemma3 } from "./gemma.ts";
import { gptNeox } from "./gpt-neox.ts";
import { gpt2 } from "./gpt2.ts";
import { llama, mistral, qwen2, qwen3 } from "./llama.ts";
import { readStored } from "./stored.ts";

export const architectures: Readonly<Record<string, Architecture>> = {
  gpt2,
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3_text: gemma3,
  gpt_neox: gptNeox,
};

/**
 * Reads a decoder as Hugging Face's transformers saves it.
 * @param config the text of config.json
 * @param file its weights, in one file or several; bfloat16, float16 and float64 become float32
 * @param name what messages call the model
 * @throws CajalError `unknown-architecture`, `bad-file` when config and weights do not fit each other, `dtype`
 */
export async function readDecoder(config: string, file: SafetensorsFile, name = "the model"): Promise<Decoder> {
  const fields = Config.parse(config, `${name}/config.json`);
  const architecture = fields.text("model_type");
  const read = Object.hasOwn(architectures, architecture) ? architectures[architecture] : undefined;
  if (read === undefined)
    throw new CajalError(
      "unknown-architecture",
      `${name} is of the architecture "${architecture}", which is not known`,
      {
        advice: `Known: ${Object.keys(architectures).join(", ")}. Others can be exported to ONNX and opened so.`,
      },
    );
  const described = read(fields, new Set(file.tensors.keys()));
  checkSizes(described, fields.source);
  const { sizes, options, stored, spare } = described;
  return { architecture, sizes, options, params: await readStored(stored, file, name, spare) };
}

function checkSizes({ sizes: { heads, keyValueHeads, headWidth }, options }: Described, source: string): void {
  const turned = options.rotary?.width ?? headWidth;
  if (!Number.isInteger(headWidth) || heads % keyValueHeads !== 0 || (options.rotary !== undefined && turned % 2 !== 0))
    throw new CajalError(
      "bad-file",
      `${source}: ${heads} heads of ${headWidth} elements cannot share ${keyValueHeads} keys and values`,
    );
}
