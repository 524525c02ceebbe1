/** @file A small word-level Llama of descriptions of pictures: a model whose every token is a word, so that its neurons' words can be read. */

import { CajalError, type CompileOptions, type Rng, Tensor } from "../../../../graph/index.ts";
import { type CheckpointStorage, type FitProgress, fitGpt, type Gpt, init, schedule } from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, TextModel, type Tokenizer } from "../../../../probe/index.ts";

/** Begins and ends every text; stands for words that are not told apart. */
const [mark, unknown] = [0, 1];

/** Words and marks, each a token: " dog", " ,". @param words from the most frequent on */
export function wordTokenizer(words: readonly string[]): Tokenizer {
  const numberOf = new Map(words.map((word, i) => [word, i + 2]));
  return {
    size: words.length + 2,
    begin: [mark],
    end: [mark],
    encode: (text) => wordsOf(text).map((word) => numberOf.get(word) ?? unknown),
    decode: (tokens) =>
      Array.from(tokens, (token) => (token === mark ? "" : token === unknown ? " <unk>" : ` ${words[token - 2]}`)).join(
        "",
      ),
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}'-]+|[^\s\p{L}\p{N}]/gu) ?? [];
}

/** The most frequent words of texts; of equally frequent ones, those that come first. */
function mostFrequent(texts: readonly string[], count: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([word]) => word);
}

export interface CaptionModelOptions {
  readonly rng: Rng;
  readonly epochs: number;
  readonly vocabulary?: number;
  readonly checkpoint?: CheckpointStorage;
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
  onStep?(progress: FitProgress): void;
}

const sizes = { width: 96, layers: 2, heads: 4, keyValueHeads: 4, headWidth: 24, hidden: 256, context: 128 };
const options = { heads: sizes.heads, rotary: {} };
const [length, size, rate] = [32, 32, 4e-3];

/**
 * Trains on texts, one behind the other.
 * @throws CajalError `argument` when they are shorter than a window
 */
export async function trainCaptionModel(
  texts: readonly string[],
  { rng, epochs, vocabulary = 1500, ...fitting }: CaptionModelOptions,
): Promise<Gpt<Tensor>> {
  const { tokenizer, params } = untrained(texts, vocabulary, rng);
  const stream = texts.flatMap((text) => [mark, ...tokenizer.encode(text)]);
  if (stream.length <= length)
    throw new CajalError("argument", `the texts have ${stream.length} words; ${length + 1} are needed`);
  const steps = Math.max(1, Math.round((epochs * stream.length) / (length * size)));
  const trained = await fitGpt({
    ...fitting,
    ...{ params, options, length, size, steps, rng },
    tokens: Tensor.of(stream, [stream.length], "int32"),
    rate: schedule.warmupCosine(rate, { warmup: Math.min(50, Math.ceil(steps / 10)), total: steps, final: rate / 20 }),
  });
  return trained.params;
}

/** The model of trained parameters. @param texts the ones it was trained on, for its words */
export function captionModel(texts: readonly string[], params: Gpt<Tensor>, vocabulary = 1500): TextModel {
  const tokenizer = wordTokenizer(mostFrequent(texts, vocabulary - 2));
  const decoder: Decoder = { architecture: "llama", sizes: { ...sizes, vocabulary: tokenizer.size }, params, options };
  return new TextModel(new DecoderNetwork(decoder), { name: "the model of captions", tokenizer });
}

function untrained(texts: readonly string[], vocabulary: number, rng: Rng) {
  const tokenizer = wordTokenizer(mostFrequent(texts, vocabulary - 2));
  const params = init.gpt(rng.split("weights"), {
    ...{
      vocabulary: tokenizer.size,
      width: sizes.width,
      layers: sizes.layers,
      heads: sizes.heads,
      hidden: sizes.hidden,
    },
    ...{ norm: "rms", feedForward: "gated", bias: false },
  });
  return { tokenizer, params };
}
