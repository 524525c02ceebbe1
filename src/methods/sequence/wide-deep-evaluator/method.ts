/** @file The experiment: a network of reviewers against single judges, in a simulation with known quality; FairEval with a user's own model. */

import { z } from "zod";
import { llmClient } from "../../language-model-client/index.ts";
import { defineMethod } from "../../method.ts";
import type { Run } from "../../run.ts";
import type { Aggregation } from "./aggregate.ts";
import { agreement } from "./agreement.ts";
import {
  cachedCalls,
  kappaDifference,
  limits,
  mirroring,
  positionBias,
  resumption,
  retries,
  scriptedNetwork,
} from "./checks.ts";
import { loadFairEval } from "./data-sets.ts";
import { type Evaluator, fairEval, type WideDeepOptions, wideDeep } from "./evaluator.ts";
import { accuracyBars, type GridPoint, reviewNetwork, sizeCurves } from "./figures.ts";
import type { Pair, Verdict } from "./pair.ts";
import { type ArmResult, judgeAll, simulatedClient, simulatedPairs } from "./simulation.ts";

const options = z.object({
  pairs: z.number().int().min(10).default(400).describe("simulated pairs"),
  ties: z.number().min(0).max(1).default(0.2).describe("share of simulated pairs of equal quality"),
  positionBias: z.number().default(1).describe("points that the simulated judge gives to what is shown first (β)"),
  roleNoise: z.number().min(0).default(2.5).describe("deviation of a role's error about an answer, in points (σ)"),
  shrinkage: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("how far the judge moves towards scores that are quoted to it (λ)"),
  fairEval: z.boolean().default(true).describe("read FairEval's 80 pairs, and judge them where an endpoint is given"),
  endpoint: z.string().default("").describe("base URL of an OpenAI-compatible endpoint; none: no real model is asked"),
  model: z.string().default("").describe("the endpoint's model"),
  apiKeyEnv: z
    .string()
    .default("")
    .describe("name of the environment variable that holds the endpoint's key; none: no key is sent"),
  callBudget: z
    .number()
    .int()
    .min(1)
    .default(4000)
    .describe("calls to the endpoint, at most, until the run is resumed"),
});

type Options = z.output<typeof options>;

const widths = [1, 2, 4, 8] as const;
const depths = [1, 2, 3] as const;

/** Simulated pairs once more, with all arms on the same pairs and the same judge. */
async function simulate(settings: Options, run: Run): Promise<void> {
  const pairs = simulatedPairs(settings.pairs, settings.ties, run.rng.split("pairs"));
  const { positionBias, roleNoise, shrinkage } = settings;
  const human = pairs.flatMap((pair) => pair.human ?? []);

  const judged = (
    name: string,
    make: (client: Parameters<typeof wideDeep>[0]) => Evaluator,
    adaptive?: readonly [number, number],
  ) =>
    run.part(`simulation: ${name}`, async () => {
      const client = simulatedClient({ positionBias, roleNoise, shrinkage, adaptive, seed: run.seed });
      return judgeAll(make(client), pairs, run.signal, (done) => run.progress(name, done, pairs.length, "pairs"));
    });
  const network = (name: string, network: WideDeepOptions) => judged(name, (client) => wideDeep(client, network));

  const rows: { arm: string; accuracy: number; kappa: number; macroF1: number; calls: number; tokens: number }[] = [];
  const compare = (arm: string, result: ArmResult, aggregation: Aggregation = "mean-all") => {
    const { accuracy, kappa, macroF1 } = agreement(result.verdicts[aggregation], human);
    const row = {
      arm,
      accuracy,
      kappa,
      macroF1,
      calls: result.calls / pairs.length,
      tokens: result.tokens / pairs.length,
    };
    rows.push(row);
    return row;
  };

  const single = compare(
    "one review, one order",
    await judged("one review", (client) => fairEval(client, { evidences: 1, orders: "12" })),
  );
  const fair = compare(
    "FairEval: 3 reviews of one role, both orders",
    await judged("FairEval", (client) => fairEval(client)),
  );
  const many = compare(
    "16 reviews of one role, both orders",
    await judged("16 of one role", (client) => fairEval(client, { evidences: 16 })),
  );

  const points: (GridPoint & { accuracy: number })[] = [];
  for (const layers of depths)
    for (const width of widths) {
      const arm = `${width} wide, ${layers} deep`;
      const result = await network(arm, { width, layers });
      const row = compare(arm, result);
      points.push({ ...row, width, layers });
      if (width !== 8 || layers !== 2) continue;
      compare("8 wide, 2 deep: mean of the last layer", result, "mean-last");
      compare("8 wide, 2 deep: by votes", result, "vote");
      run.figure("network", reviewNetwork(result.example));
    }
  const at = (width: number, layers: number) =>
    points.find((point) => point.width === width && point.layers === layers) ?? points[0];
  const oneOrder = compare(
    "8 wide, 2 deep: one order",
    await network("one order", { width: 8, layers: 2, orders: "12" }),
  );
  compare("8 wide, 2 deep: reads its neighbours only", await network("neighbours", { width: 8, layers: 2, window: 2 }));
  const adaptive = compare(
    "2 to 8 wide, as the judge names, 2 deep",
    await judged("adaptive", (client) => wideDeep(client), [2, 8]),
  );

  const best = at(8, 2);
  const steps = widths.slice(1).map((width, i) => at(width, 2).kappa - at(widths[i], 2).kappa);
  run.metric("accuracy of one review in one order", single.accuracy);
  run.metric("accuracy of FairEval", fair.accuracy);
  run.metric("accuracy, 8 wide and 2 deep", best.accuracy);
  run.metric("accuracy gained by 8 wide, 2 deep over one review in one order", best.accuracy - single.accuracy);
  run.metric("accuracy gained by 8 roles over 16 reviews of one role", best.accuracy - many.accuracy);
  run.metric("accuracy gained by both orders, 8 wide and 2 deep", best.accuracy - oneOrder.accuracy);
  run.metric("accuracy, as wide as the judge names", adaptive.accuracy);
  run.metric("κ, 1 wide and 2 deep", at(1, 2).kappa);
  run.metric("κ, 8 wide and 2 deep", best.kappa);
  run.metric("κ gained from width 1 to 8, 2 deep", best.kappa - at(1, 2).kappa);
  run.metric("largest fall of κ from one width to the next, 2 deep", Math.max(0, ...steps.map((step) => -step)));
  run.metric("κ gained from 2 to 3 layers, 8 wide", at(8, 3).kappa - best.kappa);
  run.table("simulation", {
    columns: ["judge", "accuracy", "κ", "macro F₁", "calls per pair", "words per pair"],
    rows: rows.map(({ arm, accuracy, kappa, macroF1, calls, tokens }) => [
      arm,
      accuracy,
      kappa,
      macroF1,
      calls,
      tokens,
    ]),
    caption: `${pairs.length} simulated pairs: the same judge alone, repeated, and as a network.`,
  });
  run.figure(
    "size",
    sizeCurves(
      points,
      { ...single, width: 1, layers: 1 },
      "Agreement grows with the number of roles; more rounds cost more and add little in this simulation.",
    ),
  );
  run.figure("accuracy", accuracyBars(rows, "Accuracy of each judge on the same simulated pairs."));
}

async function check(run: Run): Promise<void> {
  const found = await run.part("checks", async () => ({
    network: await scriptedNetwork(),
    position: await positionBias(),
    mirror: await mirroring(20),
    limits: await limits(),
    retries: await retries(),
    resumption: await resumption(),
    cached: await cachedCalls(),
  }));
  run.metric("calls of three roles in two layers", found.network.calls);
  run.metric("calls of the second layer that quote all reviews and take all angles", found.network.quoting);
  run.metric("difference of scores of equal answers, both orders, bias 3", found.position.both);
  run.metric("difference of scores of equal answers, one order, bias 3", found.position.one);
  run.metric("largest difference when the answers are exchanged", found.mirror);
  run.metric("largest difference of κ from its definition", kappaDifference(1000, run.rng.split("tables")));
  run.metric("most calls in a rolling minute, at 60 per minute", found.limits.perMinute);
  run.metric("most calls at once, of 4", found.limits.inFlight);
  run.metric("attempts at 500, 500, 200", found.retries.failing);
  run.metric("attempts at 401", found.retries.refused);
  run.metric("wait after Retry-After 2", found.retries.wait, { unit: "s" });
  run.metric("judgements changed by stopping and resuming", found.resumption.changed);
  run.metric("calls repeated by stopping and resuming", found.resumption.repeated);
  run.metric("calls beyond the budget", found.resumption.over);
  run.metric("calls of a second run with a cache", found.cached);
}

/** What needs no model: it shows what verdicts must be better than. */
const withoutModel: Readonly<Record<string, (pair: Pair) => Verdict>> = {
  "always the first": () => 1,
  "the longer answer": ({ answer1, answer2 }) =>
    answer1.length === answer2.length ? "tie" : answer1.length > answer2.length ? 1 : 2,
};

async function judgeFairEval({ endpoint, model, apiKeyEnv, callBudget }: Options, run: Run): Promise<void> {
  const pairs = await loadFairEval(run.data);
  const human = pairs.flatMap((pair) => pair.human ?? []);
  const rows: (string | number | null)[][] = [];
  const compare = (judge: string, verdicts: readonly Verdict[], cost: number) => {
    const { accuracy, kappa, macroF1 } = agreement(verdicts, human);
    run.metric(`FairEval: accuracy, ${judge}`, accuracy);
    rows.push([judge, accuracy, kappa, macroF1, cost]);
  };
  for (const [name, judge] of Object.entries(withoutModel)) compare(name, pairs.map(judge), 0);
  if (endpoint === "")
    run.log("FairEval: no endpoint was named, so no model is asked and no figure of a real model is claimed.");
  else {
    const client = llmClient({
      baseURL: endpoint,
      model,
      apiKeyEnv: apiKeyEnv || undefined,
      budget: { calls: callBudget },
    });
    const judges: Record<string, Evaluator> = {
      "one review, one order": fairEval(client, { evidences: 1, orders: "12" }),
      "3 reviews of one role, both orders": fairEval(client),
      "as wide as the model names, 2 deep": wideDeep(client),
    };
    for (const [name, judge] of Object.entries(judges)) {
      const verdicts: Verdict[] = [];
      let reviews = 0;
      for (const [i, pair] of pairs.entries()) {
        const judgement = await run.part(`${name}: ${pair.id}`, () => judge.judge(pair, { signal: run.signal }));
        verdicts.push(judgement.verdict);
        reviews += judgement.reviews.length;
        run.progress(name, i + 1, pairs.length, "pairs");
      }
      compare(name, verdicts, reviews);
    }
  }
  run.table("FairEval", {
    columns: ["judge", "accuracy", "κ", "macro F₁", "reviews"],
    rows,
    caption: "GPT-3.5 against Vicuna-13B on 80 questions, against one person's verdicts.",
  });
}

const exactly = (metric: string, value: number) =>
  ({ metric, atLeast: value, atMost: value, over: "every seed" }) as const;

export default defineMethod({
  slug: "wide-deep-evaluator",
  family: "sequence",
  paper: {
    title: "Wider and deeper LLM networks are fairer LLM evaluators",
    authors: "X. Zhang, B. Yu, H. Yu, Y. Lv, T. Liu, F. Huang, H. Xu, Y. Li",
    year: 2023,
    arxiv: "2308.01862",
    code: "https://github.com/AlibabaResearch/DAMO-ConvAI/tree/main/WideDeep",
  },
  summary:
    "Tells which of two answers is better, by a network of reviewers that are one language model in many roles and in rounds of discussion.",
  options,
  quick: { pairs: 20 },
  data: ["faireval"],
  bars: [
    { metric: "accuracy gained by 8 wide, 2 deep over one review in one order", atLeast: 0.1 },
    {
      metric: "κ gained from width 1 to 8, 2 deep",
      atLeast: 0.02,
      paper: "κ .28 → .34 on LLMEval² (gpt-3.5-turbo)",
      note: "The paper's figure is of a real model on LLMEval²; here a simulated judge is asked.",
    },
    { metric: "largest fall of κ from one width to the next, 2 deep", atMost: 0.02 },
    exactly("calls of three roles in two layers", 13),
    exactly("calls of the second layer that quote all reviews and take all angles", 6),
    exactly("difference of scores of equal answers, both orders, bias 3", 0),
    { metric: "difference of scores of equal answers, one order, bias 3", atLeast: 1, over: "every seed" },
    exactly("largest difference when the answers are exchanged", 0),
    { metric: "largest difference of κ from its definition", atMost: 1e-12, over: "every seed" },
    { metric: "most calls in a rolling minute, at 60 per minute", atMost: 60, over: "every seed" },
    { metric: "most calls at once, of 4", atMost: 4, over: "every seed" },
    exactly("attempts at 500, 500, 200", 3),
    exactly("attempts at 401", 1),
    { metric: "wait after Retry-After 2", atLeast: 2, over: "every seed" },
    exactly("judgements changed by stopping and resuming", 0),
    exactly("calls repeated by stopping and resuming", 0),
    { metric: "calls beyond the budget", atMost: 0, over: "every seed" },
    exactly("calls of a second run with a cache", 0),
  ],
  async run(settings, run) {
    await check(run);
    await simulate(settings, run);
    if (settings.fairEval) await judgeFairEval(settings, run);
  },
});
