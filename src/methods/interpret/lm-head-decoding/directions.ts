/** @file Directions of the residual stream, read as its end is read: which tokens each stands for, and how clearly. */

import {
  CajalError,
  type Compiled,
  type CompileOptions,
  compile,
  type Replace,
  Tensor,
  topK,
  type Value,
} from "../../../graph/index.ts";
import type { FeedForwardWeights, NeuronSide, NeuronWeights, NormWeights } from "../../../probe/index.ts";
import type { TokenWords } from "./words.ts";

/**
 * How a direction w is read by the head W, whose last norm scales by γ: "final" γ⊙w·√width/‖w‖, as long as the head expects it; "raw" γ⊙w, and so what
 * it adds to logits where the stream's root mean square is 1; "cosine" ranks tokens by the cosine of γ⊙w with their rows.
 */
export type DecodeNorm = "final" | "raw" | "cosine";

/** What a direction says with one sign. */
export interface DirectionWords {
  /** The tokens it stands for, the first most. */
  readonly tokens: readonly number[];
  /** Their texts. */
  readonly words: readonly string[];
  /** With the tokens' rows of the head, all rows' mean taken off. */
  readonly cosine: Float32Array;
  /** ℓ: the logit less the mean over all tokens. */
  readonly logit: Float32Array;
  /** softmax(ℓ) */
  readonly prob: Float32Array;
  /** Specialisation: the largest cosine less that of the next other word. */
  readonly score: number;
}

export interface DecodeOptions {
  /** Tokens of each direction. Default 10. */
  readonly topK?: number;
  /** Default "final". */
  readonly norm?: DecodeNorm;
  readonly compile?: CompileOptions;
}

/** Logits are computed for so many numbers at once: no matrix of all directions and the whole vocabulary is ever made. */
const logitsAtOnce = 1 << 23;

/** So many tokens are looked at for another word: more than a word has variants. */
const variants = 16;

interface Ranked {
  readonly best: { readonly values: Value; readonly indices: Value };
  readonly nearest: { readonly values: Value; readonly indices: Value };
  readonly logSum: Value;
}

type Found = Replace<Ranked, Tensor>;

/** The head of a model, ready to read directions. */
export class HeadReader {
  /** Directions in one run. */
  readonly rowsAtOnce: number;
  private readonly weights: NeuronWeights;
  private readonly words: TokenWords;
  private readonly norm: DecodeNorm;
  private readonly count: number;
  private readonly candidates: number;
  /** 1/‖W_v − mean‖ of each token v. */
  private readonly inverses: Tensor;
  private readonly rank: Compiled<[Value, Value, Value], readonly [Ranked, Ranked]>;
  private readonly whole: Compiled<[Value, Value], Value>;

  constructor(weights: NeuronWeights, words: TokenWords, options: DecodeOptions = {}) {
    const { topK: wanted = 10, norm = "final", compile: how } = options;
    if (!Number.isInteger(wanted) || wanted < 1)
      throw new CajalError("argument", `decode: topK is ${wanted}; 1 token at least is needed`);
    const { vocabulary, head } = weights;
    this.weights = weights;
    this.words = words;
    this.norm = norm;
    this.count = Math.min(wanted, vocabulary);
    this.candidates = Math.min(Math.max(wanted, variants), vocabulary);
    if (vocabulary < 2) throw new CajalError("argument", "decode: a vocabulary of one token says nothing");
    this.inverses = inverseNorms(weights);
    this.rowsAtOnce = Math.max(1, Math.floor(logitsAtOnce / vocabulary));
    const logits = (rows: Value, matrix: Value) => {
      const all = rows.matmul(head.first === "tokens" ? matrix.transpose() : matrix);
      return all.sub(all.mean(-1, true));
    };
    this.rank = compile((rows: Value, matrix: Value, inverses: Value) => {
      const plain = logits(rows, matrix);
      const cosines = plain.mul(inverses);
      const ranked = (largest: boolean): Ranked => ({
        best: topK(norm === "cosine" ? cosines : plain, this.count, { largest }),
        nearest: topK(cosines, this.candidates, { largest }),
        logSum: (largest ? plain : plain.neg()).logSumExp(-1),
      });
      return [ranked(true), ranked(false)] as const;
    }, how);
    this.whole = compile(logits, how);
  }

  /** ℓ of directions, all tokens: float32 [directions, vocabulary]. @param rows as `readable` gives them */
  async logits(rows: Tensor): Promise<Tensor> {
    return this.whole(rows, this.weights.head.weight);
  }

  /** @param rows at most `rowsAtOnce`, as `readable` gives them → of each what it says, and what its opposite says */
  async decode(rows: Tensor): Promise<(readonly [DirectionWords, DirectionWords])[]> {
    const [plus, minus]: readonly Found[] = await this.rank(rows, this.weights.head.weight, this.inverses);
    const lengths = lengthsOf(rows);
    return Array.from({ length: rows.shape[0] }, (_, row) => [
      this.said(plus, row, lengths[row], 1),
      this.said(minus, row, lengths[row], -1),
    ]);
  }

  async release(): Promise<void> {
    await Promise.all([this.rank.release(), this.whole.release()]);
  }

  private said(found: Found, row: number, length: number, sign: 1 | -1): DirectionWords {
    const { count, candidates, words } = this;
    const inverses = this.inverses.data as Float32Array;
    const logSum = Number(found.logSum.data[row]);
    const [cosine, logit, prob] = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
    const [tokens, texts]: [number[], string[]] = [[], []];
    for (let i = 0; i < count; i++) {
      const token = Number(found.best.indices.data[row * count + i]);
      const rank = sign * Number(found.best.values.data[row * count + i]);
      tokens.push(token);
      texts.push(words.text(token));
      logit[i] = this.norm === "cosine" ? rank / (inverses[token] || 1) : rank;
      cosine[i] = (logit[i] * inverses[token]) / length;
      prob[i] = Math.exp(logit[i] - logSum);
    }
    const first = row * candidates;
    const word = words.word(Number(found.nearest.indices.data[first]));
    let next = first + 1;
    while (next < first + candidates - 1 && words.word(Number(found.nearest.indices.data[next])) === word) next++;
    const apart = Number(found.nearest.values.data[first]) - Number(found.nearest.values.data[next]);
    return { tokens, words: texts, cosine, logit, prob, score: (sign * apart) / length };
  }
}

/**
 * What a network's neurons read or write as directions of the stream, ready for the head: the gain of the norm before (or behind) the network is
 * folded in, then the head's own norm is applied.
 * @returns float32 [neurons, width]
 */
export async function neuronDirections(
  { norm, width }: NeuronWeights,
  network: FeedForwardWeights,
  side: NeuronSide,
  how: DecodeNorm = "final",
): Promise<Tensor> {
  const given = await network.rows(side);
  const rows = Float32Array.from(given.data as Float32Array);
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    if (side !== "down") {
      // u·(γ ⊙ P x) = P(γ ⊙ u)·x, where P takes the mean off.
      scale(row, network.read.scale);
      if (network.read.centred) centre(row);
    } else if (network.written !== undefined) applyLinear(row, network.written);
  }
  return readable(new Tensor("float32", [rows.length / width, width], rows), norm, how);
}

/** Directions of the stream [directions, width] as the head reads them. @param norm the one before the head */
export function readable(directions: Tensor, norm: NormWeights, how: DecodeNorm = "final"): Tensor {
  const [count, width] = directions.shape;
  const rows = Float32Array.from(directions.data as Float32Array);
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    if (norm.centred) centre(row);
    if (how === "final") {
      const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)) || 1;
      for (let i = 0; i < width; i++) row[i] *= Math.sqrt(width) / length;
    }
    scale(row, norm.scale);
  }
  return new Tensor("float32", [count, width], rows);
}

function applyLinear(row: Float32Array, norm: NormWeights): void {
  if (norm.centred) centre(row);
  scale(row, norm.scale);
}

function scale(row: Float32Array, by: Tensor | undefined): void {
  if (by === undefined) return;
  const factors = by.data as Float32Array;
  for (let i = 0; i < row.length; i++) row[i] *= factors[i];
}

function centre(row: Float32Array): void {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  for (let i = 0; i < row.length; i++) row[i] -= mean;
}

/** Of rows; 1 for a row of zeros, whose cosines are 0. */
export function lengthsOf(rows: Tensor): Float64Array {
  const [count, width] = rows.shape;
  const data = rows.data as Float32Array;
  return Float64Array.from({ length: count }, (_, row) => {
    let squares = 0;
    for (let i = row * width; i < (row + 1) * width; i++) squares += data[i] * data[i];
    return Math.sqrt(squares) || 1;
  });
}

/** A token's row of the head, the mean over all tokens taken off: float64 [width]. @param means as `meanRow` gives them */
export function centredRow(
  { head, vocabulary, width }: NeuronWeights,
  token: number,
  means: Float64Array,
): Float64Array {
  const data = head.weight.data as Float32Array;
  return means.map((mean, i) => data[head.first === "tokens" ? token * width + i : i * vocabulary + token] - mean);
}

/** The mean of all rows of the head: float64 [width]. */
export function meanRow({ head, vocabulary, width }: NeuronWeights): Float64Array {
  const data = head.weight.data as Float32Array;
  const means = new Float64Array(width);
  for (let i = 0; i < data.length; i++)
    means[head.first === "tokens" ? i % width : Math.floor(i / vocabulary)] += data[i];
  return means.map((sum) => sum / vocabulary);
}

function inverseNorms(weights: NeuronWeights): Tensor {
  const { head, vocabulary, width } = weights;
  const means = meanRow(weights);
  const data = head.weight.data as Float32Array;
  const squares = new Float64Array(vocabulary);
  const tokensFirst = head.first === "tokens";
  for (let i = 0; i < data.length; i++) {
    const [token, element] = tokensFirst
      ? [Math.floor(i / width), i % width]
      : [i % vocabulary, Math.floor(i / vocabulary)];
    squares[token] += (data[i] - means[element]) ** 2;
  }
  // A token without a row of its own is near to nothing.
  return new Tensor(
    "float32",
    [vocabulary],
    Float32Array.from(squares, (s) => (s > 0 ? 1 / Math.sqrt(s) : 0)),
  );
}
