/** @file What a mock endpoint answers: ordered rules, of which the first that fits counts. */

import type { Rng } from "../../../graph/index.ts";
import type { Message } from "../chat.ts";

/** A call as the mock endpoint sees it. */
export interface MockCall {
  /** 0 for the first one. */
  readonly index: number;
  readonly model: string;
  readonly messages: readonly Message[];
  /** All messages, one under the other. */
  readonly text: string;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly seed: number | undefined;
  readonly stream: boolean;
}

export type MockAnswer = { readonly delayMs?: number } & (
  | { readonly text: string }
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is closed before an answer, or in the middle of it; or the JSON is cut off. */
  | { readonly fault: "reset" | "truncated" | "malformed" }
);

export interface Rule {
  /** A text that a message contains, a pattern, or any condition (a role or a layer, read from the prompt). Absent: every call. */
  readonly when?: string | RegExp | ((call: MockCall) => boolean);
  /** How often the rule counts. Default: always. */
  readonly times?: number;
  /** A text, another answer, or what makes one of the call; the randomness depends on the scenario's seed and the call alone. */
  readonly answer: string | MockAnswer | ((call: MockCall, rng: Rng) => string | MockAnswer);
}

export interface Scenario {
  readonly rules: readonly Rule[];
  /** What GET /models lists. Default: one named "mock". */
  readonly models?: readonly string[];
  /** The key that calls must carry. Default: none is asked for. */
  readonly key?: string;
  readonly seed?: number;
}

export function fits(rule: Rule, call: MockCall): boolean {
  const { when } = rule;
  if (when === undefined) return true;
  if (typeof when === "function") return when(call);
  return typeof when === "string" ? call.text.includes(when) : when.test(call.text);
}
