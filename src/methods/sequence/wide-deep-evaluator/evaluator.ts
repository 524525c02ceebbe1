/** @file The network of reviewers: roles make its width, rounds of discussion its depth. arXiv:2308.01862 */

import { CajalError } from "../../../graph/index.ts";
import type { LlmClient } from "../../language-model-client/index.ts";
import { type Aggregation, aggregate } from "./aggregate.ts";
import { askUntil, rereads } from "./ask.ts";
import type { Judgement } from "./judgement.ts";
import { marksOf, type Pair, type TaskKind } from "./pair.ts";
import { exchangeNames, parseAngles, parseScores } from "./replies.ts";
import { type Report, type RunOptions, runPairs } from "./report.ts";
import { type Order, type Review, reviewPrompt, rolesPrompt } from "./review.ts";
import { type TaskTemplates, templatesFor } from "./templates.ts";

export interface WideDeepOptions {
  /** Rounds of reviews. Default 2: the paper's best. */
  readonly layers?: number;
  /** Neurons per layer. "adaptive" (default): as many as the model names angles. */
  readonly width?: number | "adaptive";
  /** Given roles: the model is not asked for any, and `width` does not count. */
  readonly roles?: readonly string[];
  /** Whose reviews a neuron reads: all others' (default), or those of its neighbours (2), as in the authors' code. */
  readonly window?: 2 | "all";
  /** How many layers back a neuron reads its own reviews. Default 1. */
  readonly memory?: 1 | 2;
  /** Default "mean-all". */
  readonly aggregate?: Aggregation;
  /** Mean scores that differ by no more than this are a tie. Default 0. */
  readonly tie?: number;
  /** "both" (default) asks every neuron twice, with the answers exchanged; "12" once: without position calibration. */
  readonly orders?: "both" | "12";
  /** Own words, by kind of task; what is not given stays as it is. */
  readonly templates?: Readonly<Partial<Record<TaskKind, Partial<TaskTemplates>>>>;
}

export interface Evaluator {
  /** @throws CajalError as the client's `chat`; or the signal's reason */
  judge(pair: Pair, options?: { readonly signal?: AbortSignal }): Promise<Judgement>;
  /**
   * Judges all pairs. What is finished is kept when the budget ends; a pair that is too long for the model is left out and named.
   * @throws CajalError as the client's `chat` otherwise, or the signal's reason; with a journal the next run goes on from there
   */
  run(pairs: AsyncIterable<Pair> | Iterable<Pair>, options?: RunOptions): Promise<Report>;
}

const usualRoles = ["Accuracy", "Relevance"];

/** The authors' limit. */
const replyTokens = 512;

/** What a neuron is asked in one order. */
interface Question {
  readonly layer: number;
  readonly neuron: number;
  readonly neurons: number;
  readonly order: Order;
  readonly angles: readonly string[];
  readonly own: readonly Review[];
  readonly others: readonly Review[];
}

/** @throws CajalError `argument` when an option makes no sense */
export function wideDeep(client: LlmClient, options: WideDeepOptions = {}): Evaluator {
  const { layers = 2, width = "adaptive", window = "all", memory = 1, tie = 0, orders = "both" } = options;
  const aggregation = options.aggregate ?? "mean-all";
  if (!(Number.isInteger(layers) && layers >= 1)) throw new CajalError("argument", `wideDeep: ${layers} layers`);
  if (width !== "adaptive" && !(Number.isInteger(width) && width >= 1))
    throw new CajalError("argument", `wideDeep: a width of ${width}`);
  if (options.roles?.length === 0) throw new CajalError("argument", "wideDeep: no roles");
  if (!(tie >= 0)) throw new CajalError("argument", `wideDeep: a tie of ${tie}`);
  const settings = { layers, width, roles: options.roles, window, memory, tie, orders, aggregate: aggregation };

  /** Layer 0. */
  async function rolesOf(pair: Pair, templates: TaskTemplates, signal?: AbortSignal) {
    const { roles } = options;
    if (roles !== undefined) return { roles, usual: false, cost: 0 };
    const count = width === "adaptive" ? undefined : width;
    const { read, cost } = await askUntil(
      client,
      rolesPrompt(templates, pair, count),
      (text) => nonEmpty(parseAngles(text, templates.close)),
      { temperature: 0, maxTokens: replyTokens, sample: 0, signal },
    );
    return { roles: (read ?? usualRoles).slice(0, count), usual: read === undefined, cost };
  }

  async function judgeNow(pair: Pair, templates: TaskTemplates, signal?: AbortSignal): Promise<Judgement> {
    const { roles, usual, cost: asking } = await rolesOf(pair, templates, signal);
    const reviews: Review[] = [];
    let cost = asking;
    let angles = roles.map((role) => [role]);
    for (let layer = 1; layer <= layers; layer++) {
      if (layer > 1) angles = angles.map((_, i) => union(inWindow(angles, i, window)));
      const questions = angles.flatMap((_, neuron) =>
        (orders === "both" ? (["12", "21"] as const) : (["12"] as const)).map((order) => {
          const own = reviews.filter(
            (one) => one.neuron === neuron && one.layer < layer && one.layer >= layer - memory,
          );
          const last = reviews.filter((one) => one.neuron !== neuron && one.layer === layer - 1);
          const others = last.filter((one) => window === "all" || Math.abs(one.neuron - neuron) < window);
          return { layer, neuron, neurons: roles.length, order, angles: angles[neuron], own, others };
        }),
      );
      const answers = await allOf(questions.map((question) => ask(client, pair, templates, question, signal)));
      for (const answer of answers) {
        reviews.push(answer.review);
        cost = cost === null || answer.cost === null ? null : cost + answer.cost;
      }
    }
    return {
      ...aggregate(reviews, aggregation, tie),
      roles,
      reviews,
      failures: reviews.filter(({ failed }) => failed).length,
      usualRoles: usual,
      cost,
      marks: marksOf(pair),
    };
  }

  const judge: Evaluator["judge"] = async (pair, { signal } = {}) => {
    const kind = pair.kind ?? "question";
    const templates = templatesFor(kind, options.templates?.[kind]);
    return client.once("pair", { settings, templates, ...judgedParts(pair) }, () => judgeNow(pair, templates, signal));
  };
  return { judge, run: (pairs, runOptions) => runPairs(client, judge, pairs, runOptions) };
}

export interface FairEvalOptions extends Pick<WideDeepOptions, "tie" | "orders" | "templates"> {
  /** Reviews in each order. Default 3. */
  readonly evidences?: number;
  /** The one role of all. */
  readonly angle?: string;
}

/**
 * The baseline: several reviews of one and the same role, in both orders, without discussion (P. Wang et al. 2023, arXiv:2305.17926). With one
 * evidence in one order it is the plain judge.
 */
export function fairEval(client: LlmClient, options: FairEvalOptions = {}): Evaluator {
  const { evidences = 3, angle = "Helpfulness, relevance, accuracy and level of detail", ...rest } = options;
  if (!(Number.isInteger(evidences) && evidences >= 1))
    throw new CajalError("argument", `fairEval: ${evidences} evidences`);
  return wideDeep(client, { ...rest, layers: 1, roles: new Array<string>(evidences).fill(angle) });
}

/** What people say of a pair does not change how it is judged. */
const judgedParts = ({ question, answer1, answer2 }: Pair) => ({ question, answer1, answer2 });

const nonEmpty = (angles: string[]) => (angles.length === 0 ? undefined : angles);

/** Of a neuron and those that it reads. */
function inWindow<T>(items: readonly T[], at: number, window: 2 | "all"): readonly T[] {
  return window === "all" ? items : items.slice(Math.max(0, at - window + 1), at + window);
}

const union = (sets: readonly (readonly string[])[]): string[] => [...new Set(sets.flat())];

/** Waits for all, also when one fails, so that nothing goes on behind the caller's back; then throws what failed first. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  let failed: { readonly reason: unknown } | undefined;
  const results = await Promise.allSettled(
    work.map((one) =>
      one.catch((reason) => {
        failed ??= { reason };
        throw reason;
      }),
    ),
  );
  if (failed !== undefined) throw failed.reason;
  return results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** One review. What is said of the exchanged answers is put back in the pair's order. */
async function ask(
  client: LlmClient,
  pair: Pair,
  templates: TaskTemplates,
  { layer, neuron, neurons, order, angles, own, others }: Question,
  signal?: AbortSignal,
): Promise<{ review: Review; cost: number | null }> {
  const prompt = reviewPrompt(templates, pair, order, angles, own, others);
  // Neurons of one role, and a lone one in each layer, are asked the same: each as a sample of its own.
  const sample = (layer * neurons + neuron) * (rereads + 1);
  const { text, read, attempts, cost } = await askUntil(client, prompt, parseScores, {
    maxTokens: replyTokens,
    sample,
    signal,
  });
  const [first, second] = read ?? [0, 0];
  const exchanged = order === "21";
  const review: Review = {
    layer,
    neuron,
    order,
    angles,
    text: exchanged ? exchangeNames(text) : text,
    scores: exchanged ? [second, first] : [first, second],
    attempts,
    failed: read === undefined,
  };
  return { review, cost };
}
