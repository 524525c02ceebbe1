/** @file Text from a text model, token by token. */

import { CajalError } from "../../graph/index.ts";
import { checkSampling, chooseToken, logProbability, type SamplingOptions } from "./sampling.ts";
import type { TextModel } from "./text-model.ts";
import { TextStream } from "./tokenizer.ts";

export interface GenerateOptions extends SamplingOptions {
  /** At most so many tokens. Default: as many as the model's context has room for; 256 where it has no limit. */
  readonly tokens?: number;
  /** Tokens that end the text. Default: the tokenizer's. */
  readonly end?: readonly number[];
  readonly signal?: AbortSignal;
}

/** One token of a text that is being generated. */
export interface Generated {
  readonly token: number;
  /** The text that is complete with it: "" while a character still lacks bytes. */
  readonly text: string;
  /** ln of the probability that the model gives it. */
  readonly logProbability: number;
}

/** Why a text ended: by a token that ends texts, after as many tokens as were asked for, or because the context is full. */
export type Finish = "end" | "tokens" | "context";

const defaultTokens = 256;

/** See `TextModel.generate`. */
export async function* generate(
  model: TextModel,
  prompt: readonly number[],
  options: GenerateOptions,
): AsyncGenerator<Generated, Finish> {
  const { tokens: wanted, end = model.tokenizer?.end ?? [], signal } = options;
  checkSampling(options);
  if (wanted !== undefined && (!Number.isInteger(wanted) || wanted < 1))
    throw new CajalError("argument", `generate: ${wanted} tokens, not a whole number above 0`);
  const room = model.context === undefined ? Number.POSITIVE_INFINITY : model.context - prompt.length;
  if (room <= 0)
    throw new CajalError(
      "argument",
      `the prompt has ${prompt.length} tokens; ${model.name} reads ${model.context}, and one must be left for what follows`,
      { advice: "Shorten the prompt." },
    );
  const most = Math.min(wanted ?? Math.min(room, defaultTokens), room);
  const reader = model.reader(prompt.length + most);
  const stream = model.tokenizer && new TextStream(model.tokenizer);
  let next = prompt;
  for (let count = 0; count < most; count++) {
    signal?.throwIfAborted();
    const logits = (await reader.read(next)).data as Float32Array;
    const token = chooseToken(logits, options);
    if (end.includes(token)) return "end";
    yield { token, text: stream?.push(token) ?? "", logProbability: logProbability(logits, token) };
    next = [token];
  }
  return most === room && most !== wanted ? "context" : "tokens";
}
