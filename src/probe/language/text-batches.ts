/** @file Texts of different lengths, in batches that a model takes. */

import { CajalError, Tensor, type Value } from "../../graph/index.ts";
import { isHeads, type LanguageModel } from "./language-model.ts";

/** What batches are made for: the model as far as it limits them. */
type Limits = Pick<LanguageModel, "name" | "causal" | "context" | "fixed">;

export interface TextBatchOptions {
  /** Texts at once. Default 32. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Texts that are run at once, each filled up to as many steps. */
export interface TextBatch {
  /** Which text each row is. Rows behind these repeat the first, and count in nothing. */
  readonly rows: readonly number[];
  readonly size: number;
  readonly steps: number;
  /** [size, steps], int64. */
  readonly tokens: Tensor;
  /** [size, steps], int64: 1 where a token is one of the text, 0 where it only fills the row. */
  readonly present: Tensor;
  /** [size], int64: where the last token of each text stands in [size · steps]. */
  readonly last: Tensor;
}

/** Numbers that a batch makes at most. */
const numbersAtOnce = 1 << 24;

/**
 * Texts in batches of like lengths. Progress is told when the next batch is asked for, so when this one is done.
 * @param options.numbersPerToken how many a run makes of each token, such as logits, where that may be too much for a whole batch
 * @throws CajalError `argument` for an empty text or one that is too long; the signal's reason
 */
export function* textBatches(
  model: Limits,
  texts: readonly (readonly number[])[],
  {
    batch = 32,
    numbersPerToken,
    signal,
    onProgress,
  }: TextBatchOptions & { readonly numbersPerToken?: number | undefined } = {},
): Generator<TextBatch, void, undefined> {
  let done = 0;
  for (const [steps, members] of byLength(model, texts)) {
    const room =
      numbersPerToken === undefined ? batch : Math.max(1, Math.floor(numbersAtOnce / (numbersPerToken * steps)));
    const size = model.fixed?.batch ?? Math.min(batch, room, members.length);
    for (let start = 0; start < members.length; start += size) {
      signal?.throwIfAborted();
      const rows = members.slice(start, start + size);
      yield { rows, size, steps, ...batchFeeds(texts, rows, size, steps) };
      done += rows.length;
      onProgress?.(done, texts.length);
    }
  }
}

/**
 * What counts in a batch: float32 [size, steps], 1 at the texts' own tokens, 0 at marks that begin them and where a row is filled. A text of marks
 * alone counts.
 */
export function ownTokens(
  { begin = [] }: Pick<LanguageModel, "begin">,
  texts: readonly (readonly number[])[],
  { rows, size, steps }: TextBatch,
): Tensor {
  const own = new Float32Array(size * steps);
  for (const [row, index] of rows.entries()) {
    const text = texts[index];
    const marked = begin.length < text.length && begin.every((token, i) => token === text[i]);
    own.fill(1, row * steps + (marked ? begin.length : 0), row * steps + text.length);
  }
  return new Tensor("float32", [size, steps], own);
}

/** Texts for a causal model are filled up to a multiple of so many tokens, if others are as long: fewer lengths to compile for. */
const stride = 8;

/** Which texts are run with how many steps. */
function byLength(model: Limits, texts: readonly (readonly number[])[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  const { fixed, context, causal = false } = model;
  const most = fixed?.steps ?? context;
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  for (const [i, { length }] of texts.entries()) {
    if (length === 0) throw new CajalError("argument", `text ${i} has no tokens`);
    if (most !== undefined && length > most)
      throw new CajalError("argument", `text ${i} has ${length} tokens; ${model.name} takes ${most}`, {
        advice:
          fixed?.steps === undefined
            ? "Give shorter texts, or cut them."
            : "Give shorter texts, or export the model with its number of steps left open.",
      });
    const steps = fixed?.steps ?? (causal ? Math.min(longest, Math.ceil(length / stride) * stride) : length);
    const group = groups.get(steps);
    if (group === undefined) groups.set(steps, [i]);
    else group.push(i);
  }
  return groups;
}

function batchFeeds(texts: readonly (readonly number[])[], rows: readonly number[], size: number, steps: number) {
  const tokens = new BigInt64Array(size * steps);
  const present = new BigInt64Array(size * steps);
  const last = new BigInt64Array(size);
  for (let row = 0; row < size; row++) {
    const text = texts[rows[row] ?? rows[0]];
    for (let step = 0; step < steps; step++) {
      // A token of the text itself fills the row: any is as good, and this one the model knows.
      tokens[row * steps + step] = BigInt(text[Math.min(step, text.length - 1)]);
      present[row * steps + step] = step < text.length ? 1n : 0n;
    }
    last[row] = BigInt(row * steps + text.length - 1);
  }
  return {
    tokens: new Tensor("int64", [size, steps], tokens),
    present: new Tensor("int64", [size, steps], present),
    last: new Tensor("int64", [size], last),
  };
}

/**
 * A tapped value by tokens, float32 [batch · steps, units], of heads their elements side by side; nothing when it does not belong to tokens.
 * @param tokens [batch, steps]
 */
export function perToken(value: Value, name: string, tokens: Value): Value | undefined {
  const [batch, steps] = tokens.shape;
  const { shape } = value;
  if (shape.length === 2 && shape[0] === batch * steps) return value.cast("float32");
  if ((shape.length === 3 || isHeads(name, value)) && shape[0] === batch && shape[1] === steps)
    return value.cast("float32").reshape([batch * steps, shape.slice(2).reduce((a, b) => a * b)]);
  return undefined;
}
