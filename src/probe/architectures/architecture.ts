/** @file What an architecture says: sizes, how parameters are applied, and where they stand in the files that its makers publish. */

import { CajalError } from "../../graph/index.ts";
import type { Gpt, GptOptions } from "../../nn/index.ts";
import type { Config } from "./config.ts";
import type { DecoderSizes } from "./decoder.ts";
import type { Stored } from "./stored.ts";

/** A decoder whose parameters have not been read yet. */
export interface Described {
  readonly sizes: DecoderSizes;
  readonly options: GptOptions;
  readonly stored: Gpt<Stored>;
  /** Tensors that may be in the files, too, and are not needed. */
  readonly spare?: RegExp;
}

/**
 * Reads the config of an architecture.
 * @param names of the tensors in the file: some are saved with a prefix, some without
 * @throws CajalError `bad-file` for a field that is missing or makes no sense, `unknown-architecture` for what is not computed here
 */
export type Architecture = (config: Config, names: ReadonlySet<string>) => Described;

/** More blocks than any model has. */
const mostLayers = 4096;

/** The number of blocks. */
export function layersOf(config: Config, name = "num_hidden_layers"): number {
  const layers = config.size(name);
  if (layers > mostLayers)
    throw new CajalError("bad-file", `${config.source}: "${name}" is ${layers}; ${mostLayers} is the limit`);
  return layers;
}

/** The prefix of all names, or none where the model was saved without its head. @param first the name of any tensor, without prefix */
export function prefixOf(names: ReadonlySet<string>, prefix: string, first: string): string {
  return names.has(first) && !names.has(prefix + first) ? "" : prefix;
}

/** Which blocks see only a window of steps: by "layer_types" where the config has them. @param otherwise whether block i does */
export function windowed(config: Config, layers: number, otherwise: (block: number) => boolean): readonly boolean[] {
  const types = config.texts("layer_types");
  return Array.from({ length: layers }, (_, i) =>
    types === undefined ? otherwise(i) : types[i] === "sliding_attention",
  );
}
