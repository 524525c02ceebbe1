/** @file Induction heads: who looks from a token that came before to the one that followed it then, and how long a repetition each needs. */

import { CajalError, type CompileOptions, compile, Rng, Tensor, type Value } from "../../../graph/index.ts";
import type { LanguageModel, Weights } from "../../../probe/index.ts";
import { traceAttention } from "./attention-graph.ts";
import { weightsOf } from "./model.ts";

export interface InductionOptions {
  /** Tokens that texts are made of. Default: 0 … vocabulary − 1 but those that begin texts; vocabulary must then be given. */
  readonly tokens: readonly number[];
  /** Texts per prefix length. Default 64. */
  readonly texts?: number;
  /** Tokens of a text, marks not counted. Default 40. */
  readonly length?: number;
  /** Changes the token two before the source, in the first copy: a head that needs more than the last token looks less. Default false. */
  readonly corrupt?: boolean;
  readonly seed?: number;
  readonly compile?: CompileOptions;
}

export interface InductionScores {
  /** Prefix lengths. */
  readonly prefixes: readonly number[];
  /** Of each layer [prefixes, heads]: mean attention from the last token of the second copy to the token after the first. */
  readonly layers: readonly Tensor[];
}

/**
 * A prefix of p tokens is planted twice among random tokens; where the second copy ends, an induction head looks to the token after the first.
 * @throws CajalError `argument` when a prefix does not fit in twice, or the corrupted token is in none of them (p < 2)
 */
export async function inductionScores(
  model: LanguageModel,
  prefixes: readonly number[],
  { tokens, texts: count = 64, length = 40, corrupt = false, seed = 0, compile: options }: InductionOptions,
): Promise<InductionScores> {
  const begin = model.begin ?? [];
  for (const p of prefixes)
    if (!(p >= (corrupt ? 2 : 1) && 2 * p + 2 <= length))
      throw new CajalError(
        "argument",
        `inductionScores: a prefix of ${p} does not fit twice into ${length} tokens${corrupt ? ", or has no token two before the source" : ""}`,
      );
  const batch = model.fixed?.batch ?? count;
  const steps = begin.length + length;
  const run = compile((weights: Weights<Value>, ids: Value, present: Value, sources: Value) => {
    const { layers } = traceAttention(model, [weights, ids, present]);
    return layers.map(({ pattern }) => {
      if (pattern === undefined)
        throw new CajalError("argument", `${model.name} has layers without an attention pattern`);
      const last = pattern
        .cast("float32")
        .slice([steps - 1], [steps], [2])
        .squeeze(2);
      return last.mul(sources.unsqueeze(1)).sum(-1).mean(0);
    });
  }, options);
  const found: number[][] = [];
  try {
    for (const p of prefixes) {
      const rng = new Rng(seed).split(p);
      const ids = new Float64Array(batch * steps);
      const sources = new Float32Array(batch * steps);
      for (let row = 0; row < batch; row++) {
        const { text, source } = planted(rng, p, length, tokens, corrupt);
        ids.set([...begin, ...text], row * steps);
        sources[row * steps + begin.length + source] = 1;
      }
      const shape = [batch, steps];
      const scores = await run(
        weightsOf(model),
        Tensor.of(ids, shape, "int64"),
        Tensor.full(shape, 1, "int64"),
        new Tensor("float32", shape, sources),
      );
      for (const [layer, score] of scores.entries()) found[layer] = [...(found[layer] ?? []), ...score.numbers()];
    }
  } finally {
    await run.release();
  }
  return {
    prefixes,
    layers: found.map((scores) => Tensor.of(scores, [prefixes.length, scores.length / prefixes.length])),
  };
}

/** A text that ends with the second copy of a prefix, and the place of the token after the first. Tokens of the prefix are nowhere else. */
export function planted(
  rng: Rng,
  p: number,
  length: number,
  tokens: readonly number[],
  corrupt: boolean,
): { readonly text: readonly number[]; readonly source: number } {
  const order = rng.permutation(tokens.length);
  const prefix = Array.from(order.subarray(0, p), (i) => tokens[i]);
  const others = order.subarray(p);
  if (others.length === 0)
    throw new CajalError("argument", "inductionScores: more tokens than the prefix has are needed");
  const other = () => tokens[others[rng.int(0, others.length)]];
  const start = rng.int(0, length - 2 * p - 1);
  const text = Array.from({ length }, other);
  for (let i = 0; i < p; i++) text[start + i] = text[length - p + i] = prefix[i];
  // The source is the token after the copy, start + p; two before it stands the copy's last token but one.
  if (corrupt) text[start + p - 2] = other();
  return { text, source: start + p };
}
