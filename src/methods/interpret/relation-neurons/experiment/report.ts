/** @file What the experiment tells: metrics, tables, figures. */

import { spearman } from "../../../../nn/index.ts";
import type { Run } from "../../../run.ts";
import type { Cumulated } from "../cumulativity.ts";
import { curvesFigure, matrixFigure, overlapFigure, placesFigure } from "../figures.ts";
import type { Precisions } from "./lre.ts";
import type { PeopleStudy } from "./people.ts";
import type { StoriesStudy } from "./stories.ts";

/** A relation is learned when so many of its facts are known. */
const learned = 0.95;

/** Gains of accuracy that are called interference. */
const gain = 0.05;

export function reportPeople(run: Run, study: PeopleStudy): void {
  const { found, main, large, steps, otherTemplate, heldOut } = study;
  const { base } = main.matrix;
  run.metric(
    "relations of which 0.95 of the held-out facts are known",
    base.accuracy.filter((v) => v >= learned).length,
  );
  run.metric("held-out prompts: average precision of the best of ten neurons, mean over relations", mean(heldOut));
  run.metric("own neurons off at 10 %: rise of −ln p of the object", main.nllRise.own, { unit: "nats" });
  run.metric(
    "own neurons off at 10 %: rise over that by neurons of other relations",
    main.nllRise.own / main.nllRise.others,
  );
  run.metric("own neurons off at 10 %: rise over that by random neurons", main.nllRise.own / main.nllRise.random);
  run.metric(
    "accuracy lost without a tenth of the neurons: own less random",
    main.accuracyLost.own - main.accuracyLost.random,
  );
  const rises = steps.map(({ nllRise }) => nllRise.own);
  run.metric(
    "rank correlation of the number of neurons with the rise",
    spearman(
      steps.map(({ k }) => k),
      rises,
    ),
  );
  run.metric("own neurons off at 20 %: rise of −ln p of the object", large.nllRise.own, { unit: "nats" });
  run.metric(
    "another template: rise by own neurons over that by other relations'",
    otherTemplate.nllRise.own / otherTemplate.nllRise.others,
  );
  reportOverlap(run, study);
  reportInterference(run, study);
  reportBaselines(run, study);
  const { counting, differences, promotions } = study;
  run.metric(
    "people counting: perplexity without a relation's neurons over that without random ones",
    counting.own / counting.random,
  );
  run.table("unrelated text", {
    columns: ["as it is", "without a relation's neurons", "without random neurons"],
    rows: [[counting.base, counting.own, counting.random]],
    caption: "Perplexity of people counting, means over relations and over draws, a tenth of the neurons off.",
  });
  run.table("added neurons alone", {
    columns: ["relation", "facts that break from 5 % to 10 %", "broken by the added 5 % alone"],
    rows: differences.map(({ relation, broken, byAddedAlone }) => [relation, broken, byAddedAlone]),
    caption: "Where the second number is smaller, it takes neurons of both.",
  });
  run.table("promotion", {
    columns: ["neurons held at their medians", "answered by the instrument", "answered by the sport"],
    rows: promotions.map(({ promoted, instrument, sport }) => [promoted ?? "none", instrument, sport]),
    caption: "What follows “… plays the”, which may ask for either: shares of all people.",
  });
  run.table("relations", {
    columns: [
      "relation",
      "prompts that detected",
      "known before",
      "−ln p before (nats)",
      "held-out average precision",
      "accuracy lost",
      "rise (nats)",
    ],
    rows: found.relations.map((name, r) => [
      ...[name, found.det[r].length, base.accuracy[r], base.nll[r], heldOut[r]],
      ...[main.matrix.accuracyLost.data[r * (heldOut.length + 1)], main.matrix.nllRise.data[r * (heldOut.length + 1)]],
    ]),
    caption: "Each relation by itself, with a tenth of all neurons, its own, off.",
  });
  run.figure("switched off", matrixFigure(found, main.matrix));
  run.figure("growing", curvesFigure(steps));
  run.figure("places", placesFigure(found));
}

function mean(values: Float64Array | readonly number[]): number {
  return Array.from(values).reduce((a, b) => a + b, 0) / values.length;
}

/** The pairs that share words of their prompts or their objects. */
const alike = [
  ["instrument", "sport"],
  ["father", "mother"],
] as const;

function reportOverlap(run: Run, { found, overlap }: PeopleStudy): void {
  const { relations } = found;
  const pairs = relations.flatMap((a, i) =>
    relations.slice(i + 1).map((b, j) => ({ a, b, shared: overlap.shared.data[i * relations.length + i + 1 + j] })),
  );
  const isAlike = ({ a, b }: { a: string; b: string }) => alike.some(([x, y]) => x === a && y === b);
  const others = pairs.filter((pair) => !isAlike(pair)).map(({ shared }) => shared);
  const sorted = Float64Array.from(others).sort();
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  for (const pair of pairs.filter(isAlike))
    run.metric(
      `neurons shared by ${pair.a} and ${pair.b} at 5 %, over the median of other pairs plus 1`,
      pair.shared / (median + 1),
    );
  run.table("most shared", {
    columns: ["relations", "shared neurons", "expected by chance", "deviation by chance"],
    rows: pairs
      .sort((x, y) => y.shared - x.shared)
      .slice(0, 8)
      .map(({ a, b, shared }) => [`${a}, ${b}`, shared, overlap.expected, overlap.deviation]),
    caption: `Of the first ${overlap.k} neurons of each relation.`,
  });
  run.figure("shared neurons", overlapFigure(found, overlap));
}

function reportInterference(run: Run, { found, steps }: PeopleStudy): void {
  const { relations } = found;
  const cells = steps.flatMap(({ k, matrix: { accuracyLost, nllRise } }) =>
    Array.from(accuracyLost.data, (lost, at) => ({
      ...{ k, gained: -lost, fall: -nllRise.data[at] },
      ...{ off: relations[Math.floor(at / relations.length)], asked: relations[at % relations.length] },
    })),
  );
  const gained = cells.filter(({ gained }) => gained >= gain);
  run.metric("cells whose accuracy rises by 0.05 or more, of all numbers of neurons", gained.length);
  run.metric(
    "cells whose object becomes likelier, of all numbers of neurons",
    cells.filter(({ fall }) => fall > 0).length,
  );
  run.table("interference", {
    columns: ["neurons off", "whose", "relation asked for", "accuracy gained", "fall of −ln p (nats)"],
    rows: cells
      .sort((a, b) => b.gained - a.gained || b.fall - a.fall)
      .slice(0, 8)
      .map(({ k, off, asked, gained, fall }) => [k, off, asked, gained, fall]),
    caption: "Where a relation gains most without the neurons of another.",
  });
}

function reportBaselines(run: Run, { main, otherTemplate, baselines }: PeopleStudy): void {
  const ratio = ({ nllRise: { own, others } }: Cumulated) => own / others;
  const [difference] = baselines;
  run.metric("difference of means in place of average precision: own over others", ratio(difference.effect));
  run.metric("own over others: average precision over the difference of means", ratio(main) / ratio(difference.effect));
  const row = (name: string, one: Cumulated) => [
    ...[name, one.nllRise.own, one.nllRise.others, ratio(one)],
    ...[one.accuracyLost.own, one.accuracyLost.others],
  ];
  run.table("rankings", {
    columns: [
      "neurons by",
      "own: rise (nats)",
      "others: rise (nats)",
      "own over others",
      "own: accuracy lost",
      "others: accuracy lost",
    ],
    rows: [
      row("average precision", main),
      row("average precision, another template asked", otherTemplate),
      ...baselines.map(({ name, effect }) => row(name, effect)),
      ["random", main.nllRise.random, main.nllRise.random, 1, main.accuracyLost.random, main.accuracyLost.random],
    ],
    caption: "A tenth of all neurons off, chosen in different ways. Means over relations.",
  });
}

export function reportLre(run: Run, study: Precisions): void {
  run.metric(
    "LRE: average precision of the best of ten neurons on held-out prompts, mean over relations",
    mean(study.heldOut),
  );
  run.metric("LRE: relations with at least 20 known prompts", study.relations.length);
  run.table("LRE", precisionTable(study, "Twelve real relations, in a model that learned their facts by heart."));
}

export function reportStories(run: Run, study: StoriesStudy): void {
  run.metric(
    "stories260K: average precision of the best of ten neurons on held-out prompts, mean over relations",
    mean(study.heldOut),
  );
  const { columns, rows, caption } = precisionTable(
    study,
    "Linguistic relations in a pretrained model, all prompts taken: a neuron may know the sentence, not the relation.",
  );
  run.table("stories260K", {
    ...{ columns: [...columns, "prompts answered rightly"], caption },
    rows: rows.map((row, r) => [...row, `${study.known[r][0]} of ${study.known[r][1]}`]),
  });
}

function precisionTable({ relations, prompts, detected, heldOut, dropped }: Precisions, caption: string) {
  return {
    columns: ["relation", "prompts that detected", "best average precision", "best of ten on held-out prompts"],
    rows: [
      ...relations.map((name, r): (string | number | null)[] => [name, prompts[r], detected[r], heldOut[r]]),
      ...dropped.map((one): (string | number | null)[] => [`${one.relation} (dropped)`, one.known, null, null]),
    ],
    caption,
  };
}
