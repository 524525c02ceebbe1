/** @file A client of language models behind OpenAI's API: limits, retries, budget, cache and journal around single calls. */

import { CajalError, Rng } from "../../graph/index.ts";
import { type CacheStorage, readCache, writeCache } from "./cache.ts";
import { keyOf } from "./cache-key.ts";
import { type ChatOptions, type ChatReply, estimateTokens, type Message, tokensOf } from "./chat.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Journal, type JournalStorage, openJournal } from "./journal.ts";
import { type Budget, Ledger, type PriceTable, type Totals } from "./ledger.ts";
import { RateLimits, Slots } from "./limits.ts";
import { AttemptError, withRetries } from "./retry.ts";
import { withTimeLimit } from "./time-limit.ts";
import type { ChatRequest, Transport } from "./transport.ts";

export interface LlmClientOptions {
  /** "https://api.openai.com/v1", "http://127.0.0.1:11434/v1", … */
  readonly baseURL: string;
  readonly model: string;
  /** The name of the environment variable that holds the key; without one no key is sent. */
  readonly apiKeyEnv?: string;
  /** Where the variable is looked up. Default: the process's own environment; a page has none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Requests per minute. */
  readonly rpm?: number;
  /** Tokens per minute, of prompts and replies. */
  readonly tpm?: number;
  /** Requests at once. Default 4. */
  readonly concurrency?: number;
  /** Of one attempt. Default 120,000. */
  readonly timeoutMs?: number;
  /** Attempts after the first. Default 6. */
  readonly retries?: number;
  readonly prices?: PriceTable;
  /** No call starts when it is used up. A number is money, in the currency of the prices. */
  readonly budget?: number | Budget;
  /** Tokens that the model takes, prompt and reply together: calls that are longer are refused. */
  readonly context?: number;
  /** What is sent as `seed` is this plus the sample. null: no seed is sent. Default 0. */
  readonly seed?: number | null;
  readonly cache?: CacheStorage;
  readonly journal?: JournalStorage;
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
  /** Spreads retries in time. */
  readonly rng?: Rng;
}

export interface LlmClient {
  readonly model: string;
  readonly baseURL: string;
  /**
   * Asks once, and again while the failure may pass.
   * @throws CajalError `network` (unreachable, or failing after all retries), `not-permitted` (401, 403), `argument` (the endpoint refuses the
   * request), `bad-reply` (it is none of OpenAI's kind), `too-large` (beyond the context), `budget`; or the signal's reason
   */
  chat(messages: readonly Message[], options?: ChatOptions): Promise<ChatReply>;
  /**
   * Work of several calls, done once per journal: its result is written down before it is used, and read back by a resumed run.
   * @param what it is: "pair"
   * @param key all that the result depends on, as plain data; the endpoint and the model are added
   */
  once<T>(what: string, key: unknown, work: () => Promise<T>): Promise<T>;
  totals(): Totals;
}

type Reply = Pick<ChatReply, "text" | "usage" | "attempts">;

/** Tokens that a reply without a limit is reckoned to have. */
const assumedReply = 1024;

/** @throws CajalError `argument` when an option makes no sense, or the variable of the key is not set */
export function llmClient(options: LlmClientOptions): LlmClient {
  const {
    model,
    concurrency = 4,
    timeoutMs = 120_000,
    retries = 6,
    context,
    seed = 0,
    cache,
    clock = systemClock,
  } = options;
  checkCounts({ concurrency, timeoutMs, rpm: options.rpm, tpm: options.tpm });
  const baseURL = checkedUrl(options.baseURL);
  const key = keyFrom(options);
  const rng = options.rng ?? new Rng(clock.now());
  const ledger = new Ledger(model, options.prices ?? {}, options.budget ?? {});
  const slots = new Slots(concurrency);
  const limits = new RateLimits(options.rpm, options.tpm, clock);
  const running = new Map<string, Promise<unknown>>();

  let opened: Promise<Transport> | undefined;
  const transport = () => {
    opened ??= import("./openai-transport.ts").then(({ openaiTransport }) =>
      openaiTransport({ baseURL, key, keyName: options.apiKeyEnv, fetch: options.fetch ?? fetch }),
    );
    return opened;
  };

  let opening: Promise<Journal> | undefined;
  const journal = async (): Promise<Journal | undefined> => {
    if (options.journal === undefined) return undefined;
    opening ??= openJournal(options.journal).then((journal) => {
      for (const { usage } of journal.calls.values()) ledger.charge(usage);
      return journal;
    });
    return opening;
  };

  /** @param keep writes a reply down */
  async function ask(
    request: ChatRequest,
    { signal, hearOut = false }: Pick<ChatOptions, "signal" | "hearOut">,
    keep?: (reply: Reply) => Promise<void>,
  ): Promise<Reply> {
    const prompt = estimateTokens(request.messages);
    const over = prompt + (request.max_tokens ?? 0) - (context ?? Number.POSITIVE_INFINITY);
    if (over > 0)
      throw new CajalError(
        "too-large",
        `the prompt and its reply are about ${over} tokens over the context of ${context}`,
        {
          advice: "Shorten the question or the answers, or use a model with a larger context.",
        },
      );
    const send = await transport();
    const estimate = { tokensIn: prompt, tokensOut: request.max_tokens ?? assumedReply };
    const tokens = estimate.tokensIn + estimate.tokensOut;
    const late = () => timedOut(baseURL, timeoutMs);
    /** The slot is held until the reply is written down: the next call starts when this one cannot be lost any more. */
    const attempt = (attempts: number) =>
      slots.run(async () => {
        await limits.admit(tokens, signal);
        const { text, usage = { tokensIn: prompt, tokensOut: tokensOf(text) } } = await withTimeLimit(
          (limited) => send(request, limited),
          timeoutMs,
          late,
          clock,
          hearOut ? undefined : signal,
        );
        limits.correct(tokens, usage.tokensIn + usage.tokensOut);
        ledger.charge(usage);
        const reply = { text, usage, attempts };
        await keep?.(reply);
        return reply;
      }, signal);
    const release = await ledger.admit(estimate);
    try {
      return await withRetries(attempt, { retries, clock, rng, signal, onRetry: () => ledger.countRetry() });
    } finally {
      release();
    }
  }

  /** From the journal or the cache. */
  async function known(callKey: string, kept: Journal | undefined): Promise<ChatReply | undefined> {
    const line = kept?.calls.get(callKey);
    if (line !== undefined) {
      const { text, usage, attempts } = line;
      return { text, usage, attempts, cached: true, cost: ledger.costOf(usage) };
    }
    const reply = cache === undefined ? undefined : await readCache(cache, callKey);
    return reply && { ...reply, cached: true, attempts: 0, cost: ledger.costOf({ tokensIn: 0, tokensOut: 0 }) };
  }

  async function chat(
    messages: readonly Message[],
    { temperature, maxTokens, sample = 0, signal: outer, hearOut }: ChatOptions = {},
  ): Promise<ChatReply> {
    outer?.throwIfAborted();
    // A signal of its own, so that many calls do not crowd the listeners of a shared one.
    const waiting = { signal: outer && AbortSignal.any([outer]), hearOut };
    const request: ChatRequest = {
      model,
      messages,
      temperature,
      max_tokens: maxTokens,
      seed: seed === null ? undefined : seed + sample,
    };
    if (options.journal === undefined && cache === undefined) return priced(await ask(request, waiting));
    const kept = await journal();
    const callKey = await keyOf({ baseURL, ...request, sample });
    // The same call at the same time is made once.
    while (running.has(callKey)) await running.get(callKey)?.catch(() => undefined);
    const work = (async () => {
      const reply = await known(callKey, kept);
      if (reply !== undefined) {
        ledger.countCached();
        return reply;
      }
      return priced(
        await ask(request, waiting, async ({ text, usage, attempts }) => {
          await kept?.addCall({ call: callKey, text, usage, attempts });
          if (cache !== undefined) await writeCache(cache, callKey, { text, usage });
        }),
      );
    })();
    running.set(callKey, work);
    try {
      return await work;
    } finally {
      running.delete(callKey);
    }
  }

  const priced = (reply: Reply): ChatReply => ({
    ...reply,
    cached: false,
    cost: ledger.costOf(reply.usage),
  });

  async function once<T>(what: string, key: unknown, work: () => Promise<T>): Promise<T> {
    const kept = await journal();
    if (kept === undefined) return work();
    const workKey = await keyOf({ what, baseURL, model, seed, key });
    // The journal holds what this very function was given under this key.
    if (kept.works.has(workKey)) return kept.works.get(workKey) as T;
    const value = await work();
    await kept.addWork(workKey, what, value);
    return value;
  }

  return { model, baseURL, chat, once, totals: () => ledger.totals() };
}

function timedOut(baseURL: string, timeoutMs: number): AttemptError {
  const failure = new CajalError("network", `${baseURL} did not answer within ${timeoutMs / 1000} s`, {
    advice: "Try again later, or raise timeoutMs.",
  });
  return new AttemptError(failure, true);
}

function checkCounts(counts: Readonly<Record<string, number | undefined>>): void {
  for (const [name, count] of Object.entries(counts))
    if (count !== undefined && !(count > 0))
      throw new CajalError("argument", `llmClient: ${name} is ${count}, not above 0`);
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new CajalError("argument", "llmClient: baseURL is no address that begins with http", {
      advice: 'Give one such as "https://api.openai.com/v1".',
    });
  // The address is shown in errors.
  if (url.username || url.password || url.search)
    throw new CajalError("argument", `llmClient: the address of ${url.host} holds a password or parameters`, {
      advice: "Give the address alone, and the key by the name of an environment variable: apiKeyEnv.",
    });
  return text.replace(/\/+$/, "");
}

/** An error names the variable, never its value. */
function keyFrom({ apiKeyEnv, env = globalThis.process?.env ?? {} }: LlmClientOptions): string | undefined {
  if (apiKeyEnv === undefined) return undefined;
  const key = env[apiKeyEnv]?.trim();
  if (!key)
    throw new CajalError("argument", `the environment variable ${apiKeyEnv} holds no key`, {
      advice: `Set ${apiKeyEnv}, or leave apiKeyEnv out for an endpoint that wants no key.`,
    });
  return key;
}
