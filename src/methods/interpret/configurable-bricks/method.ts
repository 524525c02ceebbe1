/** @file The method: its experiment and what it must reach. */

import { defineMethod } from "../../method.ts";
import { studyFunctions } from "./experiment/functions.ts";
import { studyGrowing } from "./experiment/growing.ts";
import { measureIdentities } from "./experiment/identities.ts";
import { modelOf, trainModel } from "./experiment/model.ts";
import { options, quick } from "./experiment/options.ts";
import {
  reportFunctions,
  reportGrowing,
  reportIdentities,
  reportRouting,
  reportStories,
  reportUpdates,
} from "./experiment/report.ts";
import { studyRouting } from "./experiment/routing.ts";
import { studyStories } from "./experiment/stories.ts";
import { loadFunctions, loadNewFunctions } from "./experiment/texts.ts";
import { studyUpdates } from "./experiment/updating.ts";

export default defineMethod({
  slug: "configurable-bricks",
  family: "interpret",
  paper: {
    title: "Configurable foundation models: building LLMs from a modular perspective",
    authors: "C. Xiao, Z. Zhang, C. Song, D. Jiang, F. Yao, X. Han, X. Wang, S. Wang, et al.",
    year: 2024,
    arxiv: "2409.02877",
  },
  summary:
    "Finds which neurons of a language model serve which function, runs only the groups of neurons that an input needs, and grows, merges, updates or removes groups without touching the rest.",
  options,
  quick,
  data: ["code-tasks", "multi30k", "tinyshakespeare", "e2e-nlg", "scan", "stories260K", "tinystories"],
  bars: [
    { metric: "average precision: largest difference from brute force", atMost: 1e-12, over: "every seed" },
    { metric: "all bricks on: largest change of a logit", atMost: 1e-5, over: "every seed" },
    {
      metric: "neurons at zero against zeroed output columns: largest difference of a logit",
      atMost: 1e-5,
      over: "every seed",
    },
    {
      metric: "functions whose best neuron scores 0.90 or more",
      atLeast: 5,
      paper: "> .8 for coding, math, translation",
    },
    {
      metric: "scores: mean over neurons and functions minus that of random activations",
      atLeast: -0.15,
      atMost: 0.15,
    },
    {
      metric: "scores: largest distance of a function's mean from that of random activations",
      atMost: 0.15,
      note: "Commands with actions are so unlike all else that a third of all neurons tell them apart: their mean score is far above chance.",
      paper: "the mean is about that of random activations",
    },
    {
      metric: "perturbation: diagonal mean over off-diagonal mean of the rise of perplexity",
      atLeast: 4,
      paper: "diagonals of 112–444 % (Llama-3-8B) against mostly < 25 %",
    },
    {
      metric: "perturbation: rows with their maximum on the diagonal",
      atLeast: 5,
      paper: "all but those with many residents",
    },
    { metric: "perturbation: rise with random neurons over the diagonal mean", atMost: 0.5 },
    { metric: "overlap of different functions' neurons", atMost: 0.03, paper: ".00–.09, chance .05" },
    { metric: "70 % masked by activation: rise of the loss", atMost: 0.04, paper: "about none up to 70 %" },
    { metric: "70 % masked by magnitude: rise of the loss", atMost: 0.04, paper: "about none up to 80 %" },
    { metric: "rise of the loss with 90 % masked over that with 70 %, by activation", atLeast: 3 },
    { metric: "rise of the loss with 90 % masked over that with 70 %, by magnitude", atLeast: 3 },
    {
      metric: "half of the neurons: rise with bricks by co-activation over random bricks, learned router",
      atMost: 0.8,
      note: "The key idea. Seeds differ (.78 to .89): the router of three layers finds .74 of the oracle's bricks, and what it misses costs more the better the bricks are. Bricks by weights are at .66.",
    },
    { metric: "half of the neurons: rise with bricks by weights over random bricks, learned router", atMost: 0.8 },
    {
      metric: "half of the neurons: rise with bricks by co-activation, learned router over random router",
      atMost: 0.4,
    },
    { metric: "half of the neurons: rise with bricks by weights, learned router over random router", atMost: 0.4 },
    { metric: "learned router, bricks by co-activation: recall of the oracle's bricks", atLeast: 0.7 },
    { metric: "learned router, bricks by weights: recall of the oracle's bricks", atLeast: 0.7 },
    { metric: "learned router, bricks by co-activation: recall minus that of the centre router", atLeast: 0 },
    { metric: "learned router, bricks by weights: recall minus that of the centre router", atLeast: 0 },
    { metric: "growing: perplexity of the new function over that before, the larger", atMost: 0.75 },
    {
      metric: "growing: perplexity of the new function over that of full fine-tuning, the larger",
      atMost: 1.35,
      note: "Of Czech; French is at 1.3. Every fifth byte of Czech is of no kind that the base has seen, and a brick cannot change the vectors that stand for bytes: on those its perplexity is 42 where fine-tuning comes to 2.8, on the other bytes 7.5 against 4.8 (seed 1).",
    },
    { metric: "growing: largest change of a logit with the brick off", atMost: 1e-6, over: "every seed" },
    { metric: "growing: rise on old functions by full fine-tuning over that with the brick on", atLeast: 3 },
    {
      metric: "merging: perplexity of a new function over that of its own brick, the larger",
      atMost: 1.15,
      note: "Each brick also acts on the other's text, which it never saw: with the Czech brick on, French rises from 28 to 35. Grown with quietOn (the old functions' texts), the rise on old functions falls from 548 % to 82 %, and this quotient from 2.8 to 2.1 (seed 1).",
    },
    { metric: "updating: share of edits whose target becomes the first choice", atLeast: 0.9 },
    { metric: "updating: mean rise of perplexity elsewhere", atMost: 2 },
  ],
  async run(given, run) {
    const texts = await loadFunctions(run.data, given);
    const params = await trainModel(run, texts, given);
    const model = modelOf(params);
    const identities = await measureIdentities(
      run.rng.split("identities"),
      params,
      texts[0].tested[0],
      given.brickSize,
    );
    reportIdentities(run, identities);
    await reportFunctions(run, model, await studyFunctions(run, model, texts));
    reportRouting(run, await studyRouting(run, model, texts, given));
    const fresh = await loadNewFunctions(run.data, given);
    await reportGrowing(run, await studyGrowing(run, model, texts, fresh, given));
    reportUpdates(run, await studyUpdates(run, model, texts, given));
    if (given.stories > 0) reportStories(run, await studyStories(run, given.stories));
    await model.release();
  },
});
