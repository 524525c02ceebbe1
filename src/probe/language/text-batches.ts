/** @file Texts of different lengths, in batches that a model takes. */

import { CajalError, Tensor, type Value } from "../../graph/index.ts";
import { isHeads, type LanguageModel } from "./language-model.ts";

/** Texts for a causal model are filled up to a multiple of so many tokens, if others are as long: fewer lengths to compile for. */
const stride = 8;

/** Which texts are run with how many steps. */
export function byLength(model: LanguageModel, texts: readonly (readonly number[])[]): Map<number, number[]> {
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

/** Tokens, their presence, and where the last one of each text stands in [batch · steps]; rows without a text repeat the first. */
export function batchFeeds(
  texts: readonly (readonly number[])[],
  rows: readonly number[],
  batch: number,
  steps: number,
) {
  const tokens = new BigInt64Array(batch * steps);
  const present = new BigInt64Array(batch * steps);
  const last = new BigInt64Array(batch);
  for (let row = 0; row < batch; row++) {
    const text = texts[rows[row] ?? rows[0]];
    for (let step = 0; step < steps; step++) {
      // A token of the text itself fills the row: any is as good, and this one the model knows.
      tokens[row * steps + step] = BigInt(text[Math.min(step, text.length - 1)]);
      present[row * steps + step] = step < text.length ? 1n : 0n;
    }
    last[row] = BigInt(row * steps + text.length - 1);
  }
  return [
    new Tensor("int64", [batch, steps], tokens),
    new Tensor("int64", [batch, steps], present),
    new Tensor("int64", [batch], last),
  ] as const;
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
