/** @file Induction heads: who looks from a token that came before to the one that followed it then, and how long a repetition each needs. */

import { CajalError, type CompileOptions, compile, Rng, Tensor, type Value } from "../../../graph/index.ts";
import type { LanguageModel, Weights } from "../../../probe/index.ts";
import { type TracedAttention, traceAttention } from "./attention-graph.ts";
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
  /** What vectors of the residual stream do to the logits, [width, vocabulary]: heads are then also judged by what they say. Default: not. */
  readonly unembedding?: Tensor;
  readonly seed?: number;
  readonly compile?: CompileOptions;
}

export interface InductionScores {
  /** Prefix lengths. */
  readonly prefixes: readonly number[];
  /** Of each layer [prefixes, heads]: mean attention from the last token of the second copy to the token after the first. */
  readonly layers: readonly Tensor[];
  /** Of each layer [prefixes, heads]: what each head there adds to the logit of that token, straight. Without an unembedding: nothing. */
  readonly direct: readonly Tensor[];
}

/**
 * A prefix of p tokens is planted twice among random tokens; where the second copy ends, an induction head looks to the token after the first.
 * @throws CajalError `argument` when a prefix does not fit in twice, or the corrupted token is in none of them (p < 2)
 */
export async function inductionScores(
  model: LanguageModel,
  prefixes: readonly number[],
  {
    tokens,
    texts: count = 64,
    length = 40,
    corrupt = false,
    unembedding,
    seed = 0,
    compile: options,
  }: InductionOptions,
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
  const run = compile(
    (weights: Weights<Value>, ids: Value, present: Value, source: Value, columns: readonly Value[]) => {
      const { layers } = traceAttention(model, [weights, ids, present]);
      const right = ids.op("GatherElements", [source], { axis: 1 }).squeeze(1);
      return layers.map((layer) => ({
        looks: looking(layer, source, model.name),
        direct: columns.map((unembedding) => saying(layer, unembedding.transpose().gather(right), steps)),
      }));
    },
    options,
  );
  const looks: number[][] = [];
  const direct: number[][] = [];
  try {
    for (const p of prefixes) {
      const rng = new Rng(seed).split(p);
      const ids = new Float64Array(batch * steps);
      const sources = new Float64Array(batch);
      for (let row = 0; row < batch; row++) {
        const { text, source } = planted(rng, p, length, tokens, corrupt);
        ids.set([...begin, ...text], row * steps);
        sources[row] = begin.length + source;
      }
      const found = await run(
        weightsOf(model),
        Tensor.of(ids, [batch, steps], "int64"),
        Tensor.full([batch, steps], 1, "int64"),
        Tensor.of(sources, [batch, 1], "int64"),
        unembedding === undefined ? [] : [unembedding],
      );
      for (const [layer, scores] of found.entries()) {
        looks[layer] = [...(looks[layer] ?? []), ...scores.looks.numbers()];
        for (const score of scores.direct) direct[layer] = [...(direct[layer] ?? []), ...score.numbers()];
      }
    }
  } finally {
    await run.release();
  }
  const table = (scores: number[]) => Tensor.of(scores, [prefixes.length, scores.length / prefixes.length]);
  return { prefixes, layers: looks.map(table), direct: direct.map(table) };
}

/** Mean attention from the last token to the source [batch, 1]: [heads]. */
function looking({ pattern }: TracedAttention, source: Value, name: string): Value {
  if (pattern === undefined) throw new CajalError("argument", `${name} has layers without an attention pattern`);
  const [, heads, steps] = pattern.shape;
  const last = pattern
    .cast("float32")
    .slice([steps - 1], [steps], [2])
    .squeeze(2);
  const [batch] = source.shape;
  const at = source.unsqueeze(1).expand([batch, heads, 1]);
  return last.op("GatherElements", [at], { axis: 2 }).mean([0, 2]);
}

/** What each head at the last token adds to logits whose vectors are the rows [batch, width]: [heads]. */
function saying({ z, heads, headWidth, output }: TracedAttention, rows: Value, steps: number): Value {
  const [batch, width] = rows.shape;
  if (output === undefined) return rows.tracer.constant(Array(heads).fill(Number.NaN), "float32");
  const last = z
    .cast("float32")
    .reshape([batch, steps, heads, 1, headWidth])
    .slice([steps - 1], [steps], [1])
    .squeeze(1);
  const written = last.matmul(output.cast("float32").reshape([heads, headWidth, width])).squeeze(2);
  return written.mul(rows.unsqueeze(1)).sum(-1).mean(0);
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
