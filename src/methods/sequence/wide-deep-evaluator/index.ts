/**
 * @file cajal/methods/sequence/wide-deep-evaluator: which of two answers is better? A network of reviewers, each the same language model in
 * another role, in rounds of discussion (X. Zhang et al. 2023, arXiv:2308.01862).
 */

export { type Aggregation, aggregate, type Outcome } from "./aggregate.ts";
export { type Agreement, agreement, cohensKappa } from "./agreement.ts";
export { llmEval2Kinds, loadFairEval, loadLLMEval2 } from "./data-sets.ts";
export { type Evaluator, type FairEvalOptions, fairEval, type WideDeepOptions, wideDeep } from "./evaluator.ts";
export { reviewNetwork } from "./figures.ts";
export { type JudgeModelOptions, judgeModel, qualityTag } from "./judge-model.ts";
export type { Judgement } from "./judgement.ts";
export type { Mark, Pair, TaskKind, Verdict } from "./pair.ts";
export { exchangeNames, parseAngles, parseScores, type Scores } from "./replies.ts";
export type { Judged, Report, RunOptions } from "./report.ts";
export type { Order, Review } from "./review.ts";
export { defaultTemplates, type TaskTemplates, type Templates } from "./templates.ts";
