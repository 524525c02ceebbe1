/** @file Many pairs: judged side by side, resumable, with what people say beside it. */

import { CajalError } from "../../../graph/index.ts";
import type { LlmClient, Totals } from "../../language-model-client/index.ts";
import { type Agreement, agreement } from "./agreement.ts";
import type { Judgement } from "./judgement.ts";
import type { Pair } from "./pair.ts";

export interface RunOptions {
  /** @param total undefined for pairs that come one by one */
  onProgress?(done: number, total: number | undefined): void;
  readonly signal?: AbortSignal;
  /** Pairs that are judged at once. Default 4; their calls share the client's limits. */
  readonly atOnce?: number;
}

export interface Judged {
  readonly pair: Pair;
  readonly judgement: Judgement;
}

export interface Report {
  /** In the order of the pairs. */
  readonly judged: readonly Judged[];
  /** Pairs that the model cannot take in, with by how much. */
  readonly tooLong: readonly { readonly pair: Pair; readonly reason: string }[];
  /** Why it ended before the last pair. */
  readonly stopped: string | undefined;
  /** With people's verdicts, over the pairs that have one; undefined when none has. */
  readonly agreement: Agreement | undefined;
  /** Reviews without scores, of all reviews. */
  readonly failures: number;
  readonly reviews: number;
  readonly warnings: readonly string[];
  readonly totals: Totals;
}

/** More reviews without scores than this, and the prompts do not suit the model. */
const manyFailures = 0.2;

type Outcome = { readonly judgement: Judgement } | { readonly tooLong: string };

export async function runPairs(
  client: LlmClient,
  judge: (pair: Pair, options: { signal: AbortSignal }) => Promise<Judgement>,
  pairs: AsyncIterable<Pair> | Iterable<Pair>,
  { onProgress, signal, atOnce = 4 }: RunOptions = {},
): Promise<Report> {
  signal?.throwIfAborted();
  const total = Array.isArray(pairs) ? pairs.length : undefined;
  const found: { pair: Pair; outcome?: Outcome }[] = [];
  const failing = new AbortController();
  const limited = signal === undefined ? failing.signal : AbortSignal.any([signal, failing.signal]);
  const queue = Symbol.asyncIterator in pairs ? pairs[Symbol.asyncIterator]() : pairs[Symbol.iterator]();
  let stopped: string | undefined;
  let done = 0;

  async function work(): Promise<void> {
    while (stopped === undefined && !limited.aborted) {
      const next = await queue.next();
      if (next.done) return;
      const slot: (typeof found)[number] = { pair: next.value };
      found.push(slot);
      try {
        slot.outcome = { judgement: await judge(slot.pair, { signal: limited }) };
      } catch (error) {
        if (!(error instanceof CajalError)) throw error;
        if (error.code === "budget") {
          stopped = error.message;
          return;
        }
        if (error.code !== "too-large") throw error;
        slot.outcome = { tooLong: error.message };
      }
      onProgress?.(++done, total);
    }
  }

  // The first failure ends the others' work, which is waited for.
  await Promise.all(Array.from({ length: atOnce }, () => work().catch((error) => failing.abort(error))));
  if (limited.aborted) throw limited.reason;
  return reportOf(client, found, stopped);
}

function reportOf(
  client: LlmClient,
  found: readonly { readonly pair: Pair; readonly outcome?: Outcome }[],
  stopped: string | undefined,
): Report {
  const judged = found.flatMap(({ pair, outcome }) =>
    outcome !== undefined && "judgement" in outcome ? [{ pair, judgement: outcome.judgement }] : [],
  );
  const tooLong = found.flatMap(({ pair, outcome }) =>
    outcome !== undefined && "tooLong" in outcome ? [{ pair, reason: outcome.tooLong }] : [],
  );
  const compared = judged.flatMap(({ pair: { human }, judgement: { verdict } }) =>
    human === undefined ? [] : [{ human, verdict }],
  );
  const reviews = judged.reduce((sum, { judgement }) => sum + judgement.reviews.length, 0);
  const failures = judged.reduce((sum, { judgement }) => sum + judgement.failures, 0);
  const warnings =
    failures > manyFailures * reviews
      ? [
          `${failures} of ${reviews} reviews have no scores: the prompts do not suit "${client.model}". Give templates of your own that show it the form of the score lines.`,
        ]
      : [];
  return {
    judged,
    tooLong,
    stopped,
    agreement:
      compared.length === 0
        ? undefined
        : agreement(
            compared.map(({ verdict }) => verdict),
            compared.map(({ human }) => human),
          ),
    failures,
    reviews,
    warnings,
    totals: client.totals(),
  };
}
