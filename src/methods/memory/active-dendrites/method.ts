/** @file The method's options, experiment and bars. */

import { z } from "zod";
import { defineMethod } from "../../method.ts";
import { compareCounting, comparePublished } from "./experiment/closed-forms.ts";
import { scaling, thresholds, unions } from "./experiment/curves.ts";
import { digitCodes, reportDigits } from "./experiment/digits.ts";
import { type Recognition, recognise, reportRecognition } from "./experiment/neurons.ts";
import { reportSimulations, simulateSegments, simulateUnion } from "./experiment/simulations.ts";

const count = (least: number) => z.number().int().min(least);

export default defineMethod({
  slug: "active-dendrites",
  family: "memory",
  paper: {
    title:
      "How do neurons operate on sparse distributed representations? A mathematical theory of sparsity, neurons and active dendrites",
    authors: "S. Ahmad, J. Hawkins",
    year: 2016,
    arxiv: "1601.00720",
    code: "https://github.com/numenta/htmresearch/tree/master/projects/sdr_paper",
  },
  summary:
    "Exact error probabilities, capacities and thresholds for recognising sparse codes, and a neuron with dendritic segments that stores each pattern in one look.",
  options: z.object({
    trials: count(1000).default(2_000_000).describe("random patterns for each size that is held against theory"),
    unionTrials: count(1000).default(100_000).describe("random unions that are held against theory"),
    unionPatterns: count(1).max(100).default(60).describe("patterns in the largest union"),
    countedCells: count(2).max(16).default(14).describe("largest population of which all patterns are counted"),
    patterns: count(10)
      .default(2000)
      .describe("patterns stored in the largest neuron; others have a tenth and a quarter"),
    probes: count(10)
      .default(500)
      .describe("stored patterns with noise, and fresh ones, that each neuron is asked for"),
    replaced: count(0).max(40).default(12).describe("cells of 40 of a stored pattern that are replaced by others"),
    images: count(200).max(60_000).default(3000).describe("images of digits that are made into codes"),
    segmentImages: count(10).default(200).describe("images that a segment is sampled from"),
    units: count(100).default(2048).describe("units of the random projection of images"),
    winners: count(20).default(40).describe("active units of an image's code"),
    pairs: count(1000).default(1_000_000).describe("pairs of a segment and an image in the analysis of the codes"),
  }),
  quick: {
    trials: 20_000,
    unionTrials: 2000,
    unionPatterns: 30,
    countedCells: 8,
    patterns: 200,
    probes: 100,
    images: 400,
    segmentImages: 50,
    units: 512,
    pairs: 20_000,
  },
  data: ["mnist"],

  async run(options, run) {
    comparePublished(run);
    compareCounting(run, options.countedCells);
    scaling(run);
    thresholds(run);

    const segments = await run.part("random patterns", (part) => simulateSegments(run, part, options.trials));
    const unionPoints = await run.part("random unions", (part) =>
      simulateUnion(run, part, { trials: options.unionTrials, mostPatterns: options.unionPatterns }),
    );
    reportSimulations(run, [...segments, ...unionPoints]);
    unions(run, unionPoints, options.unionPatterns);

    const { probes, replaced } = options;
    const results: Recognition[] = [];
    for (const share of [0.1, 0.25, 1]) {
      const patterns = Math.round(options.patterns * share);
      const name = `neurons of ${patterns} patterns`;
      results.push(await run.part(name, (part) => recognise(run, part, { patterns, probes, replaced })));
    }
    reportRecognition(run, results, replaced);

    reportDigits(run, await run.part("codes of digits", (part) => digitCodes(run, part, options)));
  },

  bars: [
    {
      metric: "relative error of P_fp with all synapses needed",
      atMost: 1e-9,
      over: "every seed",
      paper: "6.353e-11, 2.525e-14, 1.002e-17",
    },
    {
      metric: "relative error of P_fp with half of the synapses needed",
      atMost: 1e-9,
      over: "every seed",
      paper: "5.294e-8, 2.817e-10, 1.542e-12, 8.587e-15",
    },
    {
      metric: "relative error of P_fn",
      atMost: 1e-9,
      over: "every seed",
      paper: "7.354e-4, 7.170e-2, 0.5825",
    },
    { metric: "largest relative difference from counting all cases", atMost: 1e-12, over: "every seed" },
    { metric: "largest deviation of random patterns from theory", atMost: 4, over: "every seed", paper: "agrees" },
    {
      metric: "P_fp with 64 of 4,000 cells active",
      atLeast: 2.2289e-16 * (1 - 1e-4),
      atMost: 2.2289e-16 * (1 + 1e-4),
      over: "every seed",
      paper: "falls with n",
    },
    {
      metric: "P_fp with half of 4,000 cells active",
      atLeast: 0.58083 * (1 - 1e-4),
      atMost: 0.58083 * (1 + 1e-4),
      over: "every seed",
      paper: "flat in n",
    },
    { metric: "slope of log P_fp in log n, 64 cells active", atLeast: -12.01, atMost: -11.99, over: "every seed" },
    ...Object.entries({ 3: 0.01733, 10: 4.8e-11, 20: 3.9e-30 }).map(([theta, median]) => ({
      metric: `median P_fp at a threshold of ${theta}`,
      atLeast: 0.99 * median,
      atMost: 1.01 * median,
      over: "every seed" as const,
      paper: median,
    })),
    {
      metric: "lowest threshold with a median P_fp below 1e-9",
      atLeast: 10,
      atMost: 10,
      over: "every seed",
      paper: 10,
    },
    ...Object.entries({ 32: 12, 45: 10, 64: 8 }).map(([flipped, theta]) => ({
      metric: `best threshold with ${flipped} of 128 cells silent`,
      atLeast: theta,
      atMost: theta,
      over: "every seed" as const,
      paper: "8–20 measured for NMDA spikes",
    })),
    {
      metric: "dendritic neuron, most patterns: hit rate with noise",
      atLeast: 0.99,
      note: "2,000 patterns, 12 of 40 cells replaced",
      paper: "extremely accurate",
    },
    {
      metric: "dendritic neuron, most patterns: false positive rate",
      atMost: 0.002,
      paper: "extremely accurate",
    },
    { metric: "dendritic neuron, most patterns: AUC", atLeast: 0.999 },
    { metric: "point neuron with Hebbian sum, most patterns: AUC", atMost: 0.75 },
    { metric: "point neuron with binary weights, most patterns: AUC", atLeast: 0.45, atMost: 0.55 },
    { metric: "probes on which graph and index lists disagree", atMost: 0, over: "every seed" },
    { metric: "raw MNIST codes: observed false positives over theory", atLeast: 1e6 },
    {
      metric: "MNIST codes: false positives, raw over standardised",
      atLeast: 50,
      note: "where none is seen with standardised units, the upper limit of their rate stands for it",
    },
  ],
});
