/** @file What is inside a text model: something that reads tokens, has layers and can be edited. */

import { CajalError, type CompileOptions, type Shape, type Tensor, type Value } from "../../graph/index.ts";
import type { Decoder } from "../architectures/decoder.ts";
import type { LanguageModel, Weights } from "./language-model.ts";
import type { TextEdits } from "./text-edit.ts";

/** A layer that has a value for each token. */
export interface TextLayer {
  /** The part of a neuron's address before the colon. */
  readonly name: string;
  /** "stream", "heads", "projection" (what neurons read, before activation, or what they write together), "neurons"; in an ONNX model the op that makes it. */
  readonly kind: string;
  /** Neurons, elements of a stream, or heads. */
  readonly units: number;
  /** For one token: [units], or [heads, headWidth]. */
  readonly shape: Shape;
}

/** Reads one text, and keeps what it needs of it. */
export interface Reader {
  /** The next tokens of the text → logits of the token after the last of them: float32 [vocabulary]. */
  read(tokens: readonly number[]): Promise<Tensor>;
}

export interface TextNetwork extends Pick<LanguageModel, "fixed" | "context"> {
  /** Numbers that were learned. */
  readonly parameters: number;
  readonly layers: readonly TextLayer[];
  readonly weights: Weights<Tensor>;
  /** What else is in an ONNX file by name: integers, quantised weights among them. */
  readonly constants?: Weights<Tensor>;
  /** Whether a step sees only those before it. */
  readonly causal: boolean;
  /** The weights by their role, where the architecture is known. */
  readonly decoder?: Decoder;
  isLayer(name: string, value: Value): boolean;
  /** Logits [batch, steps, vocabulary]; undefined in a model that has none. */
  apply(...given: Parameters<LanguageModel["apply"]>): Value | undefined;
  /** @throws CajalError `unknown-layer`, `unknown-unit`, `argument`, `shape` */
  edit(edits: TextEdits): TextNetwork;
  /** For a text of at most so many tokens. */
  reader(capacity: number, options: CompileOptions): Reader;
  /** The ONNX file, where it is one. */
  bytes?(): Uint8Array;
  /** Frees what its readers share. */
  release(): Promise<void>;
}

/** The power of two that has room for so many: lengths are rounded up, so that few graphs serve all. */
export function roomFor(steps: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, 2 ** Math.ceil(Math.log2(steps))));
}

export function noLogits(name: string): CajalError {
  return new CajalError("shape", `${name} has no logits of the next token`, {
    advice: 'Export it with its language-model head: an output "logits" [batch, steps, vocabulary].',
  });
}
