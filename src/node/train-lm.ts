/** @file Trains a small Llama on a text, and writes it as a folder that opens like any other model of text. */

import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { readHuggingFaceTokenizer, registry, trainBytePairs } from "../data/index.ts";
import { CajalError, Rng, Tensor } from "../graph/index.ts";
import { fitGpt, gptLoss, init, schedule } from "../nn/index.ts";
import { type Decoder, writeLlama } from "../probe/index.ts";
import { checkpointFile } from "./checkpoint-file.ts";
import { openText } from "./data-sets.ts";
import { readBytes, writeWhole } from "./files.ts";
import type { Progress } from "./progress.ts";

export interface TrainLmOptions {
  /** A set of text by its name, or the path of a text file. */
  readonly text: string;
  /** The folder to write. */
  readonly output: string;
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Tokens that the model reads at once. */
  readonly context: number;
  readonly batch: number;
  readonly rate: number;
  readonly steps: number;
  /** Stops before its time: what was learned by then is written. */
  readonly minutes?: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface TrainedLm {
  readonly output: string;
  readonly parameters: number;
  readonly tokens: number;
  readonly steps: number;
  /** On the last twentieth of the text, which was not learned from. */
  readonly validationNatsPerToken: number;
}

/** Of the text; the rest is for validation. */
const learned = 0.95;

/** The unfinished training in the folder. */
const unfinished = "training.safetensors";

/**
 * Interrupted training goes on where it was when it is called again with the same options.
 * @throws CajalError `file-missing`, `no-data`, `argument` when the text is too short, `aborted`
 */
export async function trainLm(options: TrainLmOptions): Promise<TrainedLm> {
  const { output, vocabulary, context, batch, rate, steps, minutes, seed, signal, progress } = options;
  const text = await textOf(options.text, progress);
  const file = trainBytePairs(text, vocabulary);
  const tokenizer = readHuggingFaceTokenizer(file, { end: [0] });
  const numbers = encodeLong(tokenizer.encode, text);
  const border = Math.floor(learned * numbers.length);
  const part = (from: number, to?: number) =>
    Tensor.of(numbers.slice(from, to), [(to ?? numbers.length) - from], "int32");
  if (numbers.length - border <= context)
    throw new CajalError(
      "argument",
      `the text has ${numbers.length} tokens: too few to learn from and to validate on`,
      {
        advice: `Give at least ${Math.ceil((context + 1) / (1 - learned))} tokens, or a smaller --context.`,
      },
    );
  const [train, validation] = [part(0, border), part(border)];
  const decoder = decoderOf(options, tokenizer.size);
  const checkpoint = join(output, unfinished);
  const stop = minutes === undefined ? undefined : AbortSignal.timeout(minutes * 60_000);
  let done = 0;
  const training = {
    ...{ params: decoder.params, options: decoder.options, tokens: train, length: context, size: batch },
    rate: schedule.warmupCosine(rate, { warmup: Math.min(100, Math.ceil(steps / 10)), total: steps, final: rate / 20 }),
    rng: new Rng(seed).split("windows"),
    checkpoint: checkpointFile(checkpoint),
    onStep: ({ step }: { readonly step: number }) => {
      done = step;
      progress.update("training", step, steps, "steps");
    },
  };
  const { params, step } = await fitGpt({
    ...training,
    steps,
    signal: stop === undefined ? signal : AbortSignal.any([signal, stop]),
  }).catch((error: unknown) => {
    if (signal.aborted || !stop?.aborted) throw error;
    // The time is over: as many steps as were taken are in the checkpoint.
    return fitGpt({ ...training, steps: done, signal });
  });
  const trained = { ...decoder, params };
  const written = writeLlama(trained, 0);
  await writeWhole(join(output, "config.json"), [written.config]);
  await writeWhole(join(output, "tokenizer.json"), [file]);
  await writeWhole(join(output, "model.safetensors"), [written.weights]);
  await rm(checkpoint, { force: true });
  return {
    output,
    parameters: parametersOf(trained),
    tokens: numbers.length,
    steps: step,
    validationNatsPerToken: await gptLoss(params, decoder.options, {
      tokens: validation,
      length: context,
      windows: 200,
    }),
  };
}

async function textOf(source: string, progress: Progress): Promise<string> {
  const isFile = await stat(source).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return new TextDecoder().decode(await readBytes(source));
  const sets = Object.keys(registry).filter((name) => registry[name].kind === "text");
  if (sets.includes(source)) return openText(source, progress);
  throw new CajalError("file-missing", `"${source}" is neither a text file nor a set of text`, {
    advice: `Sets: ${sets.join(", ")}.`,
  });
}

/** Line by line: the library takes far longer for a long text than for its lines. */
function encodeLong(encode: (text: string) => number[], text: string): number[] {
  const numbers: number[] = [];
  for (const line of text.split(/(?<=\n)/)) for (const token of encode(line)) numbers.push(token);
  return numbers;
}

function decoderOf({ width, layers, heads, context, seed }: TrainLmOptions, vocabulary: number): Decoder {
  // As many parameters in three matrices as in two of 4 · width.
  const hidden = Math.ceil((8 * width) / 3 / 8) * 8;
  const params = init.gpt(new Rng(seed).split("weights"), {
    ...{ vocabulary, width, layers, heads, hidden, norm: "rms", feedForward: "gated", bias: false },
  });
  const sizes = { vocabulary, width, layers, heads, keyValueHeads: heads, headWidth: width / heads, hidden, context };
  return { architecture: "llama", sizes, params, options: { heads, rotary: {} } };
}

function parametersOf({ sizes }: Decoder): number {
  const { vocabulary, width, layers, hidden } = sizes;
  return vocabulary * width + layers * (4 * width * width + 3 * width * hidden + 2 * width) + width;
}
