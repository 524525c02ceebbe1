/** @file E1: fresh scenes, concepts in words, among them pairs of attributes that no training set was about. */

import type { Rng, Tensor } from "../../../../graph/index.ts";
import type { Run } from "../../../run.ts";
import { collect, encodeCollection } from "../annotated/collection.ts";
import { type Attribute, type Concept, conceptName } from "../annotated/concept.ts";
import { heldOut } from "../builtin.ts";
import { rankByInformation } from "../captioner.ts";
import type { Speech } from "./captioner.ts";
import { bestTexts, scored } from "./scoring.ts";

export interface HeldOutOptions {
  readonly testSets: number;
  readonly testScenes: number;
  readonly beam: number;
}

export const lambda = 0.2;

/** One set in this many is about a pair that is new. */
const newPairEvery = 5;

export async function studyHeldOut(run: Run, speech: Speech, options: HeldOutOptions): Promise<void> {
  const { captioner, emoji } = speech;
  const found = await run.part("held-out sets", async ({ rng }) => {
    const collection = await collect({
      rng,
      sets: options.testSets,
      scenes: options.testScenes,
      emoji,
      exclude: heldOut,
      concepts: newPairs(rng.split("new pairs"), options.testSets),
      breathe: async (done, total) => {
        run.progress("drawing test scenes", done, total, "scenes");
        await run.breathe();
      },
    });
    const features = await encodeCollection(collection, captioner.encoder, { signal: run.signal });
    const nearest = await nearestCaptions(run, speech, rng.split("known sets"), features, options);
    const candidates = await captioner.decode(captioner.weights.scaling.apply(features), options.beam, {
      signal: run.signal,
    });
    return {
      nearest,
      concepts: collection.concepts.map(({ attributes, part }) => ({ attributes: [...attributes], part })),
      candidates,
    };
  });
  const truths = found.concepts.map(({ attributes }) => attributes);
  const at = async (weight: number) => bestTexts(await rankByInformation(captioner, found.candidates, weight));
  const [informed, likely] = [await at(lambda), await at(0)];
  const [with02, without] = [scored(informed, truths, speech), scored(likely, truths, speech)];
  const isNew = (i: number) => i % newPairEvery === 0;
  const fresh = scored(
    informed.filter((_, i) => isNew(i)),
    truths.filter((_, i) => isNew(i)),
    speech,
  );
  run.metric("E1: recall", with02.recall);
  run.metric("E1: precision", with02.precision);
  run.metric("E1: recall without information", without.recall);
  run.metric("E1: precision without information", without.precision);
  run.metric("E1: gain of information in recall", with02.recall - without.recall);
  run.metric("E1: vague descriptions", with02.vague);
  run.metric("E1: vague descriptions without information", without.vague);
  run.metric("E1: recall of new pairs", fresh.recall);
  const copied = scored(found.nearest, truths, speech);
  run.metric("E1: recall of the nearest set's caption", copied.recall);
  run.metric("E1: precision of the nearest set's caption", copied.precision);
  run.table("E1: descriptions", {
    columns: ["concept", "by information", "likeliest"],
    rows: found.concepts.slice(0, 30).map((concept, i) => [conceptName(concept), informed[i], likely[i]]),
    caption:
      "Thirty of the held-out sets; every fifth is a pair of attributes that was never put into words in training.",
  });
  const weights = [0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2];
  const rows = await Promise.all(
    weights.map(async (weight) => {
      const { recall, precision, vague } = scored(await at(weight), truths, speech);
      return [
        { weight, share: recall, what: "recall" },
        { weight, share: precision, what: "precision" },
        { weight, share: vague, what: "vague" },
      ];
    }),
  );
  run.figure("weight of the prior", {
    kind: "plot",
    title: "What information does",
    caption:
      "The more it counts against a caption that it is said of anything, the fewer descriptions say nothing; too much, and rare words win.",
    marks: [
      { mark: "line", data: rows.flat(), x: "weight", y: "share", stroke: "what" },
      { mark: "dot", data: rows.flat(), x: "weight", y: "share", fill: "what" },
      { mark: "ruleX", data: [lambda], strokeDasharray: "4 3" },
    ],
    x: { label: "λ, the weight of log p(d)" },
    y: { label: "share of words, or of descriptions (%)", tickFormat: ".0%" },
  });
}

/** The baseline: for each set a caption of the set, of twice as many that have captions, whose regions look most alike on average. */
async function nearestCaptions(
  run: Run,
  { captioner, emoji }: Speech,
  rng: Rng,
  features: Tensor,
  { testSets, testScenes }: HeldOutOptions,
): Promise<string[]> {
  const known = await collect({ rng, sets: 2 * testSets, scenes: testScenes, emoji, exclude: heldOut, captions: 1 });
  const { scaling } = captioner.weights;
  const seen = meansOf(scaling.apply(await encodeCollection(known, captioner.encoder, { signal: run.signal })));
  return meansOf(scaling.apply(features)).map((mean) => {
    const distances = seen.map((other) => other.reduce((sum, value, f) => sum + (value - mean[f]) ** 2, 0));
    return known.captions[distances.indexOf(Math.min(...distances))][0];
  });
}

/** The mean over exemplars of each set: [sets][features]. */
function meansOf(features: Tensor): Float64Array[] {
  const [sets, exemplars, width] = features.shape;
  const data = features.data as Float32Array;
  return Array.from({ length: sets }, (_, set) => {
    const mean = new Float64Array(width);
    for (let i = 0; i < exemplars * width; i++) mean[i % width] += data[set * exemplars * width + i] / exemplars;
    return mean;
  });
}

/** For every fifth set a pair of attributes that training left out; the others are drawn as in training. */
function newPairs(rng: Rng, sets: number): (Concept | undefined)[] {
  const colours = ["red", "orange", "yellow", "green", "blue", "purple", "white", "black"];
  const shapes = ["circle", "square", "triangle", "cross", "ring", "bar"];
  const textures = ["plain", "striped", "dotted", "checkered"];
  const pairs = (a: string, as: readonly string[], b: string, bs: readonly string[]) =>
    as.flatMap((x) =>
      bs.map((y): Concept => ({ attributes: [`${a}:${x}`, `${b}:${y}`] as Attribute[], part: "whole" })),
    );
  const unseen = [
    ...pairs("colour", colours, "shape", shapes),
    ...pairs("texture", textures, "shape", shapes),
    ...pairs("texture", textures, "colour", colours),
  ].filter(heldOut);
  return Array.from({ length: sets }, (_, i) => (i % newPairEvery === 0 ? rng.pick(unseen) : undefined));
}
