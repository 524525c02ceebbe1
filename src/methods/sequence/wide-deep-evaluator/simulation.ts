/** @file A simulation: pairs of known quality, judged by a biased and noisy judge in memory. */

import type { Rng } from "../../../graph/index.ts";
import { type LlmClient, llmClient, mockEndpoint } from "../../language-model-client/index.ts";
import { type Aggregation, aggregate } from "./aggregate.ts";
import type { Evaluator } from "./evaluator.ts";
import { type JudgeModelOptions, judgeModel, qualityTag } from "./judge-model.ts";
import type { Judgement } from "./judgement.ts";
import type { Pair, Verdict } from "./pair.ts";

export const simulatedRoles = [
  "Accuracy",
  "Relevance",
  "Depth",
  "Clarity",
  "Structure",
  "Tone",
  "Usefulness",
  "Honesty",
] as const;

/** Differences of quality, in points of the judge's scale of ten. */
const [leastDifference, mostDifference] = [0.5, 4];

/** People see the quality itself: of a share of the pairs it is equal, and they call it a tie. */
export function simulatedPairs(count: number, tieShare: number, rng: Rng): Pair[] {
  return Array.from({ length: count }, (_, i) => {
    const ahead = rng.random() < 0.5 ? 1 : 2;
    const difference = leastDifference + (mostDifference - leastDifference) * rng.random();
    const tie = rng.random() < tieShare;
    const half = tie ? 0 : (ahead === 1 ? difference : -difference) / 2;
    return {
      id: String(i),
      question: `question ${i}`,
      answer1: `one answer to question ${i} ${qualityTag(5 + half)}`,
      answer2: `another answer to question ${i} ${qualityTag(5 - half)}`,
      human: tie ? "tie" : ahead,
    };
  });
}

/** A client of the judge, in memory. Its tokens are words. */
export function simulatedClient(judge: Omit<JudgeModelOptions, "roles">): LlmClient {
  const endpoint = mockEndpoint({ rules: [{ answer: judgeModel({ roles: simulatedRoles, ...judge }) }] });
  return llmClient({ baseURL: "http://judge.invalid/v1", model: "judge", concurrency: 16, fetch: endpoint.fetch });
}

export interface ArmResult {
  readonly verdicts: Readonly<Record<Aggregation, readonly Verdict[]>>;
  readonly calls: number;
  /** Of prompts and replies. */
  readonly tokens: number;
  /** Of the first pair. */
  readonly example: Judgement;
}

/** Judges all pairs; the verdicts by each way of aggregation, from the same reviews. */
export async function judgeAll(
  evaluator: Evaluator,
  pairs: readonly Pair[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<ArmResult> {
  const { judged, totals } = await evaluator.run(pairs, { signal, onProgress });
  const by = (aggregation: Aggregation) =>
    judged.map(({ judgement }) => aggregate(judgement.reviews, aggregation, 0).verdict);
  return {
    verdicts: { "mean-all": by("mean-all"), "mean-last": by("mean-last"), vote: by("vote") },
    calls: totals.calls,
    tokens: totals.tokensIn + totals.tokensOut,
    example: judged[0].judgement,
  };
}
