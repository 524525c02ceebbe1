/** @file Training on the next word: every word of a text is predicted from those before it, and nothing is said of classes. */

import { mostFrequent, type Vocabulary } from "../../../data/index.ts";
import { type CompileOptions, Rng } from "../../../graph/index.ts";
import {
  adam,
  batches,
  type CheckpointStorage,
  chain,
  clipByGlobalNorm,
  crossEntropy,
  fit,
} from "../../../nn/index.ts";
import { checkLength, type TaggedText } from "../tagged-text.ts";
import { judgeOf } from "./evaluate.ts";
import { type NetworkOptions, nextWordNetwork } from "./network.ts";
import { type NextWordModel, nextWordModel } from "./next-word-model.ts";
import { windowsOf } from "./windows.ts";

export interface TrainOptions extends Pick<NetworkOptions, "context" | "kind" | "sizes" | "seed"> {
  /** Most frequent words that are told apart. Default 4,000; or a vocabulary of your own. */
  readonly vocabulary?: number | Vocabulary;
  /** How often each word is predicted. Default 2. */
  readonly epochs?: number;
  /** Default 128. */
  readonly batch?: number;
  /** Of Adam. Default 1.5e-3. */
  readonly rate?: number;
  /** Text of the same kind that is kept apart, to see how well it does there. */
  readonly validation?: TaggedText;
  readonly checkpoint?: CheckpointStorage;
  readonly signal?: AbortSignal;
  readonly compile?: CompileOptions;
  readonly onStep?: (progress: { step: number; steps: number; loss: number; val: number | undefined }) => void;
}

/** Losses in nats per word, twice an epoch: of the batches since the last one, and on the validation text (NaN without one). */
export interface TrainingPoint {
  readonly step: number;
  readonly loss: number;
  readonly val: number;
}

/** A step computes little for so many parameters: most of its time goes into handing them over. */
const stepsPerCall = 4;

/** Windows of the validation text that are looked at while training; evenly spaced. */
const validationWindows = 4000;

/**
 * Trains a network on a text. After an interruption it goes on from its checkpoint, then with the history from there on.
 * @throws CajalError `argument` when the text is shorter than a context with the next word, or makes no batch; `not-finite`
 */
export async function trainNextWord(
  text: TaggedText,
  options: TrainOptions,
): Promise<{ model: NextWordModel; history: readonly TrainingPoint[] }> {
  const { context = 9, epochs = 2, batch = 128, rate = 1.5e-3, seed, validation, onStep } = options;
  checkLength(text, context);
  const { vocabulary: given = 4000 } = options;
  const vocabulary = typeof given === "number" ? mostFrequent(text.words, given) : given;
  const network = nextWordNetwork({ ...options, vocab: vocabulary.words.length });
  const data = batches(windowsOf(vocabulary.encode(text.words), context), {
    size: batch,
    rng: new Rng(seed).split("batches"),
  });
  const steps = Math.max(1, Math.round(epochs * data.perEpoch));
  if (validation) checkLength(validation, context);
  const judge =
    validation &&
    judgeOf(network, windowsOf(vocabulary.encode(validation.words), context, validationWindows), options.compile);
  const history: TrainingPoint[] = [];
  const losses: number[] = [];
  try {
    const { params } = await fit({
      params: network.params,
      loss: (p, { contexts, next }) => crossEntropy(network.apply(p, contexts), next),
      data,
      optimiser: chain(clipByGlobalNorm(1), adam(rate)),
      steps,
      stepsPerCall,
      evaluate: async (p) => ({ val: judge ? (await judge.predict(p)).loss : Number.NaN }),
      evaluateEvery: Math.max(1, Math.floor(data.perEpoch / 2)),
      ...(options.checkpoint && { checkpoint: options.checkpoint }),
      ...(options.signal && { signal: options.signal }),
      ...(options.compile && { compile: options.compile }),
      onStep: ({ step, loss, evaluation }) => {
        losses.push(loss);
        if (evaluation) history.push({ step, loss: mean(losses.splice(0)), val: evaluation.val });
        onStep?.({ step, steps, loss, val: evaluation?.val });
      },
    });
    return { model: nextWordModel(network, vocabulary, { params, trainedOn: text.words }), history };
  } finally {
    await judge?.release();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
