/** @file Trains a GPT on the next token of a long text, and says how well it predicts one. */

import { CajalError, type CompileOptions, compile, Rng, Tensor, type Value } from "../../graph/index.ts";
import { crossEntropy } from "../losses.ts";
import { adamw, chain, clipByGlobalNorm, onlyMatrices } from "../optimisers/index.ts";
import type { Schedule } from "../schedule.ts";
import { takeRows, type Windows, windows } from "../training/batches.ts";
import { type FitOptions, type FitResult, fit } from "../training/fit.ts";
import { type Gpt, type GptOptions, gpt } from "./gpt.ts";

type FromFit =
  | "checkpoint"
  | "checkpointEvery"
  | "signal"
  | "onStep"
  | "evaluateEvery"
  | "steps"
  | "earlyStop"
  | "compile";

export interface FitGptOptions extends Pick<FitOptions<Gpt<Tensor>, Windows, Record<string, never>>, FromFit> {
  readonly params: Gpt<Tensor>;
  /** How the parameters are applied. */
  readonly options: GptOptions;
  /** The text [tokens], integers. */
  readonly tokens: Tensor;
  /** Tokens in a window. */
  readonly length: number;
  /** Windows in a batch. */
  readonly size: number;
  /** Of AdamW. */
  readonly rate: number | Schedule;
  /** Of matrices. Default 0.1. */
  readonly weightDecay?: number;
  /** Of the choice of windows. Default: seed 0. */
  readonly rng?: Rng;
  /** Text that is kept apart: `evaluation.validation` is the loss on it, in nats per token. */
  readonly validation?: Tensor;
}

/** Windows of the validation text that are looked at while training. */
const validationWindows = 64;

/**
 * AdamW with gradients clipped to norm 1, on windows at random places of the text.
 * @throws CajalError `shape` when the text is shorter than a window and one more; as `fit`
 */
export async function fitGpt(given: FitGptOptions): Promise<FitResult<Gpt<Tensor>, Record<string, never>>> {
  const {
    params,
    options,
    tokens,
    length,
    size,
    rate,
    weightDecay = 0.1,
    rng = new Rng(0),
    validation,
    ...rest
  } = given;
  const judge = validation && judgeOf(options, validation, length, validationWindows, rest.compile);
  try {
    return await fit<Gpt<Tensor>, Windows>({
      ...rest,
      params,
      loss: (p, { inputs, targets }) => crossEntropy(gpt(p, inputs, options), targets),
      data: windows(tokens, { length, size, rng: rng.split("windows") }),
      optimiser: chain(clipByGlobalNorm(1), adamw(rate, { beta2: 0.99, weightDecay, mask: onlyMatrices })),
      ...(judge && { evaluate: async (p) => ({ validation: await judge.loss(p) }) }),
    });
  } finally {
    await judge?.release();
  }
}

/** Mean −log p of each token given those before it in its window, in nats; windows one behind the other, or so many spread evenly. */
export async function gptLoss(
  params: Gpt<Tensor>,
  options: GptOptions,
  text: {
    readonly tokens: Tensor;
    readonly length: number;
    readonly windows?: number;
    readonly compile?: CompileOptions;
  },
): Promise<number> {
  const judge = judgeOf(options, text.tokens, text.length, text.windows, text.compile);
  try {
    return await judge.loss(params);
  } finally {
    await judge.release();
  }
}

const windowsAtOnce = 16;

function judgeOf(
  options: GptOptions,
  tokens: Tensor,
  length: number,
  most = Number.POSITIVE_INFINITY,
  how?: CompileOptions,
) {
  const all = Math.floor((tokens.size - 1) / length);
  if (all < 1)
    throw new CajalError("shape", `a text of ${tokens.size} tokens has no window of ${length} and one more`, {
      advice: "Give more text to validate on, or shorter windows.",
    });
  const count = Math.min(all, most);
  const size = Math.min(windowsAtOnce, count);
  const run = compile(
    (p: Gpt<Value>, { inputs, targets }: { inputs: Value; targets: Value }) =>
      crossEntropy(gpt(p, inputs, options), targets),
    how,
  );
  const batch = (first: number): Windows => {
    const starts = Array.from({ length: size }, (_, i) => Math.floor(((first + i) * all) / count) * length);
    const from = (offset: number) => {
      const picks = starts.flatMap((start) => Array.from({ length }, (_, i) => start + offset + i));
      const { dtype, data } = takeRows(tokens, picks);
      return new Tensor(dtype, [size, length], data);
    };
    return { inputs: from(0), targets: from(1) };
  };
  return {
    async loss(params: Gpt<Tensor>): Promise<number> {
      const batches = Math.floor(count / size);
      let sum = 0;
      for (let i = 0; i < batches; i++) sum += (await run(params, batch(i * size))).item() / batches;
      return sum;
    },
    release: () => run.release(),
  };
}
