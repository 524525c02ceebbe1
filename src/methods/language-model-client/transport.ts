/** @file One attempt at a call: the request, and what may come back. */

import type { Message, Usage } from "./chat.ts";

/** As it goes over the wire. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly seed?: number;
}

export interface Answer {
  readonly text: string;
  /** Absent when the endpoint does not count. */
  readonly usage?: Usage;
}

/** @throws AttemptError, or the signal's reason */
export type Transport = (request: ChatRequest, signal: AbortSignal) => Promise<Answer>;

export interface Endpoint {
  readonly baseURL: string;
  readonly key: string | undefined;
  /** The environment variable that the key came from: errors name it. */
  readonly keyName: string | undefined;
  readonly fetch: typeof fetch;
}
