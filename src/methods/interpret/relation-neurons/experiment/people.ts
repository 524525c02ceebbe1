/** @file Fictional people: a model learns their facts by heart, and neurons of eight relations are found, switched off and promoted. */

import { Rng } from "../../../../graph/index.ts";
import type { TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { answersOf } from "../answers.ts";
import { type Cumulated, cumulated, cumulativity, type Difference, differenceTest } from "../cumulativity.ts";
import { deactivate } from "../deactivate.ts";
import { relationNeurons } from "../detect.ts";
import { relationMatrix } from "../effects.ts";
import { neuronCount } from "../ffn.ts";
import { heldOutPrecision } from "../held-out.ts";
import { type Overlap, overlaps } from "../overlap.ts";
import { questionsOf } from "../questions.ts";
import { type Found, randomNeurons, topNeurons } from "../rank.ts";
import { textPerplexity } from "../unrelated.ts";
import { trainFactModel } from "./fact-model.ts";
import { type KnowledgeBase, knowledgeBase } from "./knowledge-base.ts";
import type { Options } from "./options.ts";
import { wordTokenizer } from "./words.ts";

/** The share at which most is measured, the one that breaks most, and that of overlaps. */
export const [mainShare, largeShare, overlapShare] = [0.1, 0.2, 0.05];

export interface Promotion {
  /** Whose neurons are held at their medians; undefined: nobody's. */
  readonly promoted: string | undefined;
  /** Of prompts that may ask for either: the shares answered with the person's instrument, and with the sport. */
  readonly instrument: number;
  readonly sport: number;
}

export interface PeopleStudy {
  readonly found: Found;
  /** Best of the first ten neurons of each relation on held-out prompts. */
  readonly heldOut: Float64Array;
  /** From few neurons to many. */
  readonly steps: readonly Cumulated[];
  /** At the main share, and at the large one. */
  readonly main: Cumulated;
  readonly large: Cumulated;
  readonly otherTemplate: Cumulated;
  readonly baselines: readonly { readonly name: string; readonly effect: Cumulated }[];
  readonly differences: readonly Difference[];
  readonly overlap: Overlap;
  /** Perplexity of people counting: as it is, without each relation's neurons (mean), without random ones (mean). */
  readonly counting: { readonly base: number; readonly own: number; readonly random: number };
  readonly promotions: readonly Promotion[];
}

export async function studyPeople(run: Run, options: Options): Promise<PeopleStudy> {
  const base = knowledgeBase(run.rng.split("people"), options.people);
  const texts = [...base.sentences, ...base.counting];
  const model = await trainFactModel(run, "facts of people", wordTokenizer(texts), texts, options.epochs);
  const running = { compile: run.compile, signal: run.signal, seed: run.seed };
  const found: Found = await run.part("detection", () =>
    relationNeurons(model, base.relations, {
      ...{ ...running, k: { fraction: mainShare }, evalPer: options.evaluated, onlyKnown: options.onlyKnown },
      onWarning: (warning) => run.log(warning),
    }),
  );
  const precisions = await run.part("held-out precision", () => heldOutPrecision(model, found, running));
  const size = (share: number) => Math.max(1, Math.round(share * neuronCount(found.maps)));
  const effects = { ...running, draws: options.draws };
  const shares = [...new Set([...options.shares, mainShare, largeShare])].sort((a, b) => a - b);
  const steps = await run.part("switched off", () =>
    cumulativity(model, found, shares.map(size), {
      ...effects,
      onProgress: (done, total) => run.progress("switched off", done, total, "sets"),
    }),
  );
  const otherTemplate = await run.part("another template", async () =>
    cumulated(await relationMatrix(model, found, { ...effects, template: 1 })),
  );
  const study = {
    ...{ found, steps, otherTemplate, heldOut: Float64Array.from(precisions, (own) => Math.max(...own)) },
    main: steps[shares.indexOf(mainShare)],
    large: steps[shares.indexOf(largeShare)],
    baselines: await run.part("baselines", () => rankedOtherwise(run, model, found)),
    differences: await run.part("added neurons alone", () =>
      differenceTest(model, found, [size(overlapShare), size(mainShare)], running),
    ),
    overlap: overlaps(found, size(overlapShare)),
    counting: await run.part("unrelated text", () => countingWithout(run, model, base, found, options.draws)),
    promotions: await run.part("promotion", () => promote(run, model, base, found, size(overlapShare))),
  };
  await model.release();
  return study;
}

/** As many neurons by the difference of means, and of each single layer. */
async function rankedOtherwise(run: Run, model: TextModel, found: Found) {
  const layers = [...new Set(found.maps.map(({ layer }) => layer))];
  const ways = [
    { name: "difference of means", by: "difference" as const },
    ...layers.map((layer) => ({ name: `layer ${layer} alone`, layer })),
  ];
  const baselines: { name: string; effect: Cumulated }[] = [];
  for (const [i, { name, ...how }] of ways.entries()) {
    const running = { compile: run.compile, signal: run.signal, draws: 1 };
    baselines.push({ name, effect: cumulated(await relationMatrix(model, found, { ...running, ...how })) });
    run.progress("baselines", i + 1, ways.length, "rankings");
  }
  return baselines;
}

async function countingWithout(run: Run, model: TextModel, base: KnowledgeBase, found: Found, draws: number) {
  const running = { compile: run.compile, signal: run.signal };
  const texts = base.counting.map((text) => model.encode(text));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const without = async (neurons: Parameters<typeof deactivate>[1]) =>
    textPerplexity(deactivate(model, neurons), texts, running);
  const own: number[] = [];
  for (let r = 0; r < found.relations.length; r++) own.push(await without(topNeurons(found, r)));
  const random: number[] = [];
  for (let draw = 0; draw < draws; draw++)
    random.push(await without(randomNeurons(found, 0, new Rng(run.seed).split("counting").split(draw))));
  return { base: await textPerplexity(model, texts, running), own: mean(own), random: mean(random) };
}

/** What follows "… plays the", where instrument and sport are as likely: shares of people of whom the model says either. */
async function promote(run: Run, model: TextModel, base: KnowledgeBase, found: Found, k: number): Promise<Promotion[]> {
  const running = { compile: run.compile, signal: run.signal };
  const promotions: Promotion[] = [];
  for (const promoted of [undefined, "instrument", "sport"]) {
    const r = promoted === undefined ? -1 : found.relations.indexOf(promoted);
    if (promoted !== undefined && r < 0) continue;
    const held = r < 0 ? model : deactivate(model, topNeurons(found, r, { k }), "median");
    const said = async (name: string) => {
      const relation = base.relations.find((one) => one.name === name);
      if (relation === undefined) return 0;
      const asked = questionsOf(model, relation.templates[relation.templates.length - 1], relation.facts);
      const answers = await answersOf(held, asked, running);
      return answers.filter(({ known }) => known).length / answers.length;
    };
    promotions.push({ promoted, instrument: await said("instrument"), sport: await said("sport") });
  }
  return promotions;
}
