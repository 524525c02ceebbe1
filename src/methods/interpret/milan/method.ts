/** @file The experiment of MILAN: a captioner from rendered scenes, units that are known, and what descriptions are good for. */

import { z } from "zod";
import { defineMethod } from "../../method.ts";
import { speechOf } from "./experiment/captioner.ts";
import { studyFaces } from "./experiment/faces.ts";
import { studyHeldOut } from "./experiment/held-out-sets.ts";
import { checkIdentities } from "./experiment/identities.ts";
import { studyMisleading } from "./experiment/misleading-words.ts";
import { studyReal } from "./experiment/real-networks.ts";
import { studyShapes } from "./experiment/shapes-and-textures.ts";
import { studySimulated } from "./experiment/simulated-units.ts";

const count = (value: number, least: number, about: string) =>
  z.number().int().min(least).default(value).describe(about);

export default defineMethod({
  slug: "milan",
  family: "interpret",
  paper: {
    title: "Natural Language Descriptions of Deep Visual Features",
    authors: "E. Hernandez, S. Schwettmann, D. Bau, T. Bagashvili, A. Torralba, J. Andreas",
    year: 2022,
    venue: "ICLR",
    arxiv: "2201.11114",
    code: "https://github.com/evandez/neuron-descriptions",
  },
  summary:
    "says in words what every neuron of your image model looks for; searches, audits and edits the model by these words",
  options: z.object({
    train: z
      .boolean()
      .default(false)
      .describe("train a captioner in the run, in about 9 minutes, instead of using the one that ships"),
    sets: count(4500, 100, "exemplar sets with captions that the captioner learns from"),
    scenes: count(6000, 60, "rendered scenes that these sets share"),
    epochs: count(5, 1, "passes over the captions, at most"),
    beam: count(50, 1, "captions that are ranked by information"),
    testSets: count(300, 10, "held-out exemplar sets"),
    testScenes: count(900, 60, "fresh scenes of the held-out sets"),
    simulatedUnits: count(120, 6, "units made from concepts"),
    simulatedScenes: count(500, 60, "scenes that simulated units are shown"),
    networkSteps: count(900, 2, "training steps of each small network"),
    networkPictures: count(3000, 64, "training pictures of each small network"),
    networkUnits: count(64, 1, "units of each layer of small networks that are described, at most"),
    wordPictures: count(4000, 64, "training pictures with written words"),
    probePictures: count(600, 20, "pictures that small networks' units are described from, and tested on"),
    realPictures: count(900, 20, "pictures that published networks' units are described from"),
    realUnits: count(512, 1, "units of each layer of published networks, at most"),
  }),
  quick: {
    train: true,
    sets: 100,
    scenes: 100,
    epochs: 1,
    beam: 4,
    testSets: 10,
    testScenes: 80,
    simulatedUnits: 6,
    simulatedScenes: 60,
    networkSteps: 4,
    networkPictures: 64,
    networkUnits: 6,
    wordPictures: 64,
    probePictures: 20,
    realPictures: 20,
    realUnits: 4,
  },
  data: ["built-in-captioner", "squeezenet1.1", "emojione-2.2.7", "cifar10", "resnet-cifar10"],
  bars: [
    { metric: "exemplars that differ from brute force", atMost: 0, over: "every seed", paper: "15 per unit" },
    { metric: "level: error in rank", atMost: 0.002, over: "every seed", paper: "0.99 quantile" },
    { metric: "lit cells: difference from 1 %", atMost: 0.001, over: "every seed" },
    { metric: "beam against exhaustive search", atMost: 1e-4, over: "every seed" },
    { metric: "information against forced decoding", atMost: 1e-4, over: "every seed" },
    { metric: "mask of ones against average pooling", atMost: 1e-5, over: "every seed" },
    { metric: "mask times a constant", atMost: 1e-5, over: "every seed" },
    { metric: "order of exemplars", atMost: 1e-5, over: "every seed" },
    { metric: "ablated units against zeroed weights", atMost: 1e-5, over: "every seed" },
    { metric: "E1: recall", atLeast: 0.72, paper: "BERTScore on held-out networks, not comparable" },
    { metric: "E1: precision", atLeast: 0.78, paper: "BERTScore on held-out networks, not comparable" },
    {
      metric: "E1: gain of information in recall",
      atLeast: 0.1,
      paper: "better than without",
      note: "The key idea off is λ = 0: the likeliest caption, which is often one that fits anything.",
    },
    { metric: "E1: vague descriptions", atMost: 0.08 },
    { metric: "E1: vague descriptions without information", atLeast: 0.2 },
    { metric: "E1: recall of new pairs", atLeast: 0.55, paper: "descriptions are put together anew" },
    { metric: "E2: recall", atLeast: 0.7 },
    { metric: "E2: recall of text", atLeast: 0.85 },
    { metric: "E3: AUC", atLeast: 0.62 },
    { metric: "E3: AUC above shuffled", atLeast: 0.06 },
    { metric: "E3: AUC above that without information", atLeast: 0.03 },
    {
      metric: "E4: curves",
      atLeast: 12,
      over: "every seed",
      paper: "adjective-rich units matter most",
      note: "Seven criteria and five orders by chance, each from no unit to a fifth of all.",
    },
    { metric: "E4: what the query's class loses more than others", atLeast: 5 },
    {
      metric: "E5: networks ranked as by true face units",
      atLeast: 1,
      paper: "fewer face units, not none, when faces were blurred",
    },
    { metric: "E5: recall of true face units", atLeast: 0.6 },
    { metric: "E6: gain on misleading words", atLeast: 2, paper: "+4.9 points with 13 units" },
    { metric: "E6: gain over units by chance", atLeast: 3 },
    { metric: "E6: gain over all units ranked alike", atLeast: 3 },
    { metric: "E7: units described or dead", atLeast: 1, over: "every seed" },
    {
      metric: "E7: time of a layer of 512 units",
      atMost: 120,
      note: "Seconds from exemplars to words, over all layers; it depends on the machine and on what else it does.",
    },
  ],
  async run(options, run) {
    await checkIdentities(run);
    const speech = await speechOf(run, options);
    try {
      await studyHeldOut(run, speech, options);
      await studySimulated(run, speech, options);
      await studyShapes(run, speech, options);
      await studyFaces(run, speech, options);
      await studyMisleading(run, speech, options);
      await studyReal(run, speech, options);
    } finally {
      await speech.captioner.release();
    }
  },
});
