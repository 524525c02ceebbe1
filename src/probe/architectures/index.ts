/** @file The architectures that are read from safetensors, by the names that config.json gives them. */

import { CajalError, type SafetensorsFile } from "../../graph/index.ts";
import type { Architecture, Described } from "./architecture.ts";
import { Config } from "./config.ts";
import type { Decoder } from "./decoder.ts";
import { gemma, gemma2, gemma3 } from "./gemma.ts";
import { gptNeox } from "./gpt-neox.ts";
import { gpt2 } from "./gpt2.ts";
import { llama, mistral, phi3, qwen2, qwen3 } from "./llama.ts";
import { scaledContext } from "./rotary.ts";
import { readStored } from "./stored.ts";

export const architectures: Readonly<Record<string, Architecture>> = {
  gpt2,
  llama,
  mistral,
  qwen2,
  qwen3,
  phi3,
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
  const { options, stored, spare } = described;
  const sizes = { ...described.sizes, context: scaledContext(options.rotary, described.sizes.context) };
  return { architecture, sizes, options, params: await readStored(stored, file, name, spare) };
}

function checkSizes({ sizes: { heads, keyValueHeads, headWidth }, options: { rotary } }: Described, source: string) {
  const turned = rotary?.width ?? headWidth;
  if (!Number.isInteger(headWidth) || heads % keyValueHeads !== 0 || (rotary !== undefined && turned % 2 !== 0))
    throw new CajalError(
      "bad-file",
      `${source}: ${heads} heads of ${headWidth} elements cannot share ${keyValueHeads} keys and values`,
    );
  if (rotary?.scaling?.kind === "longrope")
    for (const kind of ["short", "long"] as const)
      if (rotary.scaling[kind].length !== turned / 2)
        throw new CajalError(
          "bad-file",
          `${source}: "${kind}_factor" has ${rotary.scaling[kind].length} numbers for ${turned / 2} pairs of elements`,
        );
}
