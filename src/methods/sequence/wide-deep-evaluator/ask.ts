/** @file Asking until the reply can be read. */

import type { LlmClient, Message } from "../../language-model-client/index.ts";

/** Asked again so often when a reply cannot be read. */
export const rereads = 10;

export interface Asked<T> {
  /** The last reply. */
  readonly text: string;
  /** What was read in it; undefined when no reply could be read. */
  readonly read: T | undefined;
  readonly attempts: number;
  /** Of all replies, those that could not be read included; null when the model has no price. */
  readonly cost: number | null;
}

export interface AskOptions {
  readonly temperature?: number;
  readonly maxTokens: number;
  /** The sample of the first reply; each further one is another. */
  readonly sample: number;
  readonly signal?: AbortSignal;
}

/** Each reply is another sample of the same prompt, so none is a cached one of another. */
export async function askUntil<T>(
  client: LlmClient,
  messages: readonly Message[],
  read: (text: string) => T | undefined,
  { sample, ...options }: AskOptions,
): Promise<Asked<T>> {
  let cost: number | null = 0;
  for (let attempts = 1; ; attempts++) {
    const reply = await client.chat(messages, { ...options, sample: sample + attempts - 1 });
    cost = cost === null || reply.cost === null ? null : cost + reply.cost;
    const value = read(reply.text);
    if (value !== undefined || attempts > rereads) return { text: reply.text, read: value, attempts, cost };
  }
}
