/** @file The captioner that runs here: encoder, decoder and language model. */

import { CajalError, type Compiled, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { CaptionSearch } from "./caption-search.ts";
import type { Candidate, CandidateOptions, Captioner, ExemplarBatch } from "./captioner.ts";
import { captionLogLikelihood } from "./decoder.ts";
import { exemplarFeatures } from "./exemplar-features.ts";
import { captionLogPrior } from "./language-model.ts";
import type { RegionEncoder } from "./region-encoder.ts";
import type { CaptionerWeights } from "./train-captioner.ts";
import { checkSameWords, wordsOf } from "./vocabulary.ts";

export interface NeuralCaptionerOptions {
  /** Default "captioner". */
  readonly name?: string;
  /** Default 15. */
  readonly exemplars?: number;
  /** Units looked at together, so that pictures that they share are looked at once. Default 512. */
  readonly units?: number;
  /** Units decoded in one run. Default 16. */
  readonly decoded?: number;
  /**
   * Subtracts this times log p(word) from every word's log-probability already during the search, so that candidates are those of most
   * information instead of the likeliest. Default 0: candidates are the likeliest, and information ranks them.
   */
  readonly lambdaInSearch?: number;
  readonly compile?: CompileOptions;
}

export interface LookOptions extends Pick<CandidateOptions, "signal" | "onProgress"> {
  /** Of each set. Default: as many as the captioner looks at. */
  readonly exemplars?: number;
}

/** Captions below this are the places of a beam that nothing filled. */
const impossible = -1e29;
/** Texts scored in one run. */
const textsAtOnce = 256;

export class NeuralCaptioner implements Captioner {
  readonly name: string;
  readonly exemplars: number;
  readonly size: readonly [height: number, width: number];
  readonly encoder: RegionEncoder;
  readonly weights: CaptionerWeights;
  readonly units: number;
  private readonly decoded: number;
  private readonly lambdaInSearch: number;
  private readonly compileOptions: CompileOptions;
  private readonly searches = new Map<string, CaptionSearch>();
  private readonly prior: Compiled<[Value], Value>;
  private readonly likelihood: Compiled<[Value, Value], Value>;

  /** @throws CajalError `shape` when the encoder has other features than the decoder learnt from, `argument` when vocabularies differ */
  constructor(encoder: RegionEncoder, weights: CaptionerWeights, options: NeuralCaptionerOptions = {}) {
    const learnt = weights.scaling.mean.size;
    if (encoder.features !== learnt)
      throw new CajalError(
        "shape",
        `captioner: the encoder gives ${encoder.features} features, it learnt from ${learnt}`,
      );
    if (weights.languageVocabulary !== undefined) checkSameWords(weights.vocabulary, weights.languageVocabulary);
    this.encoder = encoder;
    this.size = [encoder.height, encoder.width];
    this.weights = weights;
    this.name = options.name ?? "captioner";
    this.exemplars = options.exemplars ?? 15;
    this.units = options.units ?? 512;
    this.decoded = options.decoded ?? 16;
    this.lambdaInSearch = options.lambdaInSearch ?? 0;
    this.compileOptions = options.compile ?? {};
    this.prior = compile((texts: Value) => captionLogPrior(weights.languageModel, texts), this.compileOptions);
    this.likelihood = compile(
      (features: Value, captions: Value) => captionLogLikelihood(weights.decoder, { features, captions }),
      this.compileOptions,
    );
  }

  /** The regions' vectors of each set, scaled: [sets, exemplars, features]. Sets that have fewer repeat theirs, as in training. */
  async look(sets: ExemplarBatch, { exemplars = this.exemplars, ...options }: LookOptions = {}): Promise<Tensor> {
    return this.weights.scaling.apply(await exemplarFeatures(this.encoder, sets, exemplars, options));
  }

  async candidates(sets: ExemplarBatch, n: number, options: CandidateOptions = {}): Promise<Candidate[][]> {
    if (sets.length === 0) return [];
    return this.decode(await this.look(sets, options), n, options);
  }

  /** The `n` likeliest captions for regions that were looked at: [sets, k, features]. */
  async decode(
    features: Tensor,
    n: number,
    { length = 15, signal, onProgress }: CandidateOptions = {},
  ): Promise<Candidate[][]> {
    const [sets, k, width] = features.shape;
    const size = k * width;
    const search = this.search(n, length);
    const found: Candidate[][] = [];
    // Always as many as a graph is made for; one alone has a graph of its own.
    const rows = sets === 1 ? 1 : this.decoded;
    for (let from = 0; from < sets; from += rows) {
      signal?.throwIfAborted();
      const count = Math.min(rows, sets - from);
      const data = new Float32Array(rows * size);
      data.set((features.data as Float32Array).subarray(from * size, (from + count) * size));
      const { captions, logp } = await search.find(new Tensor("float32", [rows, k, width], data));
      const [numbers, likely] = [captions.numbers(), logp.numbers()];
      for (let unit = 0; unit < count; unit++) {
        const list: Candidate[] = [];
        for (let i = unit * n; i < (unit + 1) * n; i++) {
          if (likely[i] < impossible) break;
          const text = this.weights.vocabulary.decode(numbers.subarray(i * (length + 1), (i + 1) * (length + 1)));
          list.push({ text, logp: likely[i] });
        }
        found.push(list);
      }
      await onProgress?.("putting into words", found.length, sets);
    }
    return found;
  }

  async logPrior(texts: readonly string[]): Promise<number[]> {
    const priors = new Array<number>(texts.length);
    // Texts of the same length together: most are far shorter than the longest.
    const order = texts.map((text, i) => ({ i, words: wordsOf(text).length })).sort((a, b) => a.words - b.words);
    for (let from = 0; from < order.length; from += textsAtOnce) {
      const part = order.slice(from, from + textsAtOnce);
      const encoded = this.encodeTexts(
        part.map(({ i }) => texts[i]),
        Math.max(1, part[part.length - 1].words),
        textsAtOnce,
      );
      const values = (await this.prior(encoded)).numbers();
      for (const [row, { i }] of part.entries()) priors[i] = values[row];
    }
    return priors;
  }

  /** log p(d | E) of a given text for each set of regions that were looked at: what the search would give it. */
  async logLikelihood(features: Tensor, texts: readonly string[]): Promise<number[]> {
    return [...(await this.likelihood(features, this.encodeTexts(texts, longestOf(texts), texts.length))).numbers()];
  }

  async release(): Promise<void> {
    await Promise.all([
      this.encoder.release(),
      this.prior.release(),
      this.likelihood.release(),
      ...[...this.searches.values()].map((search) => search.release()),
    ]);
  }

  private search(beam: number, length: number): CaptionSearch {
    const key = `${beam} ${length}`;
    const { decoder, languageModel } = this.weights;
    const against = this.lambdaInSearch === 0 ? {} : { against: { languageModel, lambda: this.lambdaInSearch } };
    const known =
      this.searches.get(key) ?? new CaptionSearch(decoder, { beam, length, ...against }, this.compileOptions);
    this.searches.set(key, known);
    return known;
  }

  /** Numbers of texts and padding up to `rows` texts. */
  private encodeTexts(texts: readonly string[], length: number, rows: number): Tensor {
    const numbers = new Float64Array(rows * (length + 1));
    for (const [i, text] of texts.entries())
      numbers.set(this.weights.vocabulary.encode(text, length), i * (length + 1));
    return Tensor.of(numbers, [rows, length + 1], "int64");
  }
}

/** Words of the longest text; graphs are made for few lengths. */
function longestOf(texts: readonly string[]): number {
  const longest = Math.max(1, ...texts.map((text) => wordsOf(text).length));
  return Math.max(15, longest);
}
