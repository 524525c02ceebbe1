/** @file A text as windows: so many words, and the one that follows. */

import { Tensor } from "../../../graph/index.ts";

export interface NextWordWindows {
  /** int32 [windows, context] */
  readonly contexts: Tensor;
  /** int32 [windows] */
  readonly next: Tensor;
}

/** All windows of a text of tokens in order, or `most` of them, evenly spaced. */
export function windowsOf(tokens: Int32Array, context: number, most = Number.POSITIVE_INFINITY): NextWordWindows {
  const all = tokens.length - context;
  const count = Math.min(all, most);
  const contexts = new Int32Array(count * context);
  const next = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = Math.floor((i * all) / count);
    contexts.set(tokens.subarray(start, start + context), i * context);
    next[i] = tokens[start + context];
  }
  return { contexts: new Tensor("int32", [count, context], contexts), next: new Tensor("int32", [count], next) };
}
