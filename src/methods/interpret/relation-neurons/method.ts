/** @file The method: its experiment and what it must reach. */

import { defineMethod } from "../../method.ts";
import { deactivationError, precisionError } from "./experiment/identities.ts";
import { studyLre } from "./experiment/lre.ts";
import { options, quick } from "./experiment/options.ts";
import { studyPeople } from "./experiment/people.ts";
import { reportLre, reportPeople, reportStories } from "./experiment/report.ts";
import { studyStories } from "./experiment/stories.ts";

export default defineMethod({
  slug: "relation-neurons",
  family: "interpret",
  paper: {
    title: "On Relation-Specific Neurons in Large Language Models",
    authors: "Y. Liu, R. Chen, L. Hirlimann, A. Hakimi, M. Wang, et al.",
    year: 2025,
    venue: "EMNLP",
    arxiv: "2502.17355",
    code: "https://github.com/cisnlp/relation-specific-neurons",
  },
  summary:
    "finds the neurons of a language model that encode a relation whatever it is between, switches them off or holds them, and tells what each relation loses",
  options,
  quick,
  data: ["lre-relations", "stories260K"],
  bars: [
    { metric: "average precision: largest error against its definition", atMost: 1e-12, over: "every seed" },
    {
      metric: "switched off against columns of zeros: largest difference of a logit",
      atMost: 1e-5,
      over: "every seed",
    },
    { metric: "relations of which 0.95 of the held-out facts are known", atLeast: 7, over: "every seed" },
    {
      metric: "held-out prompts: average precision of the best of ten neurons, mean over relations",
      atLeast: 0.8,
    },
    { metric: "own neurons off at 10 %: rise of −ln p of the object", atLeast: 0.5 },
    {
      metric: "own neurons off at 10 %: rise over that by neurons of other relations",
      atLeast: 3,
      paper: "other relations hardly lose accuracy",
    },
    {
      metric: "own neurons off at 10 %: rise over that by random neurons",
      atLeast: 3,
      paper: "random neurons do next to nothing",
    },
    {
      metric: "accuracy lost without a tenth of the neurons: own less random",
      atLeast: 0.08,
      paper: "a significant drop for all 12 relations",
    },
    { metric: "rank correlation of the number of neurons with the rise", atLeast: 0.9, paper: "monotone" },
    { metric: "own neurons off at 20 %: rise of −ln p of the object", atLeast: 2 },
    {
      metric: "another template: rise by own neurons over that by other relations'",
      atLeast: 2.5,
      paper: "holds for other templates",
    },
    {
      metric: "neurons shared by instrument and sport at 5 %, over the median of other pairs plus 1",
      atLeast: 2,
      paper: "related relations share hundreds",
    },
    {
      metric: "neurons shared by father and mother at 5 %, over the median of other pairs plus 1",
      atLeast: 2,
      paper: "related relations share hundreds",
    },
    {
      metric: "cells whose accuracy rises by 0.05 or more, of all numbers of neurons",
      atLeast: 0,
      paper: "several cells",
      note: "Reported: a model that knows all its facts has no accuracy to gain. The table of interference lists the cells, with what they gain in likelihood.",
    },
    {
      metric: "own over others: average precision over the difference of means",
      atLeast: 1,
      note: "The key idea, a specific score, against one that is large wherever responses are.",
    },
    {
      metric: "LRE: average precision of the best of ten neurons on held-out prompts, mean over relations",
      atLeast: 0.8,
    },
  ],
  async run(given, run) {
    run.metric("average precision: largest error against its definition", precisionError(run.rng.split("precision")));
    run.metric(
      "switched off against columns of zeros: largest difference of a logit",
      await deactivationError(run.rng.split("deactivation")),
    );
    reportPeople(run, await studyPeople(run, given));
    if (given.lre) reportLre(run, await studyLre(run, given));
    if (given.stories) reportStories(run, await studyStories(run));
  },
});
