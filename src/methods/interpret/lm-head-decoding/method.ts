/** @file The method: its experiment and what it must reach. */

import { loadStories260K } from "../../../data/index.ts";
import { defineMethod } from "../../method.ts";
import { studyCaptions } from "./experiment/captions.ts";
import { studyFineTuning } from "./experiment/fine-tuned.ts";
import { clampIdentities, directDecode } from "./experiment/identities.ts";
import { options, quick } from "./experiment/options.ts";
import { studyPlanted } from "./experiment/planted.ts";
import { reportCaptions, reportFineTuning, reportPlanted, reportStories } from "./experiment/report.ts";
import { studyStories } from "./experiment/stories.ts";

export default defineMethod({
  slug: "lm-head-decoding",
  family: "interpret",
  paper: {
    title: "Decoding specialised feature neurons in LLMs with the final projection layer",
    authors: "H. J. Davies",
    year: 2025,
    arxiv: "2501.02688",
  },
  summary:
    "For every neuron of a language model the words that its weights stand for, without any data; found by word, clamped, compared between models.",
  options,
  quick,
  data: ["stories260K", "tinyshakespeare", "multi30k"],
  bars: [
    {
      metric: "decode: largest relative error of a logit against the direct product",
      atMost: 1e-5,
      over: "every seed",
    },
    { metric: "decode: places whose token is another than by the direct product", atMost: 0, over: "every seed" },
    { metric: "clamp at its own values: largest change of a logit", atMost: 1e-5, over: "every seed" },
    {
      metric: "clamp at c against a row of zeros with bias c: largest difference of a logit",
      atMost: 1e-5,
      over: "every seed",
    },
    {
      metric: "stories260K: share of clamps whose down-decoded token is among the 10 most raised, layers 2–4",
      atLeast: 0.35,
    },
    { metric: "stories260K: the same with another neuron's down decode", atMost: 0.06 },
    { metric: "stories260K: rank correlation of the down decode with the change, layers 2–4", atLeast: 0.4 },
    {
      metric: "stories260K: the same correlation with another neuron's down decode",
      atLeast: -0.1,
      atMost: 0.1,
    },
    {
      metric: "stories260K: share of clamps whose up-decoded token is among the 10 most raised, layers 2–4",
      atLeast: 0,
      paper: "implied high for an 8-billion-parameter model",
      note: "Reported beside the down side, with the same control: in a small model what a neuron reads does not tell what it writes.",
    },
    { metric: "planted neuron: place by its word, up", atMost: 1, paper: "“dog”, “California” neurons found" },
    { metric: "planted neuron: place by its word, down", atMost: 1 },
    {
      metric: "planted neuron: share of positions with p ≥ 0.9 of its word when held high",
      atLeast: 0.9,
      paper: "clamps confirm the words",
    },
    { metric: "planted neuron: p of its word when held low, over p as it is", atMost: 1 },
    {
      metric: "same first token after gentle fine-tuning: up",
      atLeast: 0.85,
      paper: "0.754, Llama-3.1-8B pretrained against instruct",
    },
    {
      metric: "same first token falls from gentle to strong fine-tuning to training from scratch",
      atLeast: 1,
      over: "every seed",
    },
    { metric: "same first token after training from scratch: up", atMost: 0.1 },
    { metric: "captions: share of the most specialised words that are among the 10 most raised", atLeast: 0.6 },
    {
      metric: "captions: share of continuations that name the clamped word",
      atLeast: 0.8,
      paper: "with a clamped dog neuron the model always speaks of dogs",
      note: "Held at three times the 99th percentile of their activity, 0.8 of these neurons raise their word more than all but ten others; but even held at twenty times that, the word that they raise is seldom the likeliest.",
    },
    { metric: "captions: share of continuations that name the word without a clamp", atMost: 0.2 },
    {
      metric: "stories260K: share among the 10 most raised with a shuffled head, layers 2–4",
      atMost: 0.06,
      note: "The key idea off: the rows of the head in random order.",
    },
    { metric: "planted neuron: first by its word with a shuffled head", atMost: 0, note: "The key idea off." },
  ],
  async run(given, run) {
    const clamps = await clampIdentities(run.rng.split("identities"));
    run.metric("clamp at its own values: largest change of a logit", clamps.own);
    run.metric("clamp at c against a row of zeros with bias c: largest difference of a logit", clamps.bias);
    const model = await loadStories260K(run.data);
    const stories = await studyStories(run, model, given);
    const direct = await run.part("direct product", () => directDecode(model, stories.table));
    run.metric("decode: largest relative error of a logit against the direct product", direct.logits);
    run.metric("decode: places whose token is another than by the direct product", direct.orders);
    reportStories(run, stories);
    reportPlanted(run, await studyPlanted(run, model, stories.prompts, given));
    reportFineTuning(run, await studyFineTuning(run, model, stories.table, given));
    await model.release();
    reportCaptions(run, await studyCaptions(run, given));
  },
});
