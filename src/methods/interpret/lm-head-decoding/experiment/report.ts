/** @file What the experiment tells: metrics, tables, figures. */

import type { Run } from "../../../run.ts";
import { comparisonFigure, neuronFigure, validityFigure } from "../figures.ts";
import { validityOf } from "../validity.ts";
import type { CaptionStudy } from "./captions.ts";
import type { Copy } from "./fine-tuned.ts";
import type { PlantedStudy } from "./planted.ts";
import { lateLayers, ofSide, type StoriesStudy } from "./stories.ts";

export function reportStories(run: Run, { table, readings, shuffled }: StoriesStudy): void {
  for (const side of table.sides) {
    const late = validityOf(ofSide(readings, side, lateLayers));
    run.metric(
      `stories260K: share of clamps whose ${side}-decoded token is among the 10 most raised, layers 2–4`,
      late.top10,
    );
    run.metric(`stories260K: the same with another neuron's ${side} decode`, late.control);
    run.metric(`stories260K: rank correlation of the ${side} decode with the change, layers 2–4`, late.spearman);
    run.metric(`stories260K: the same correlation with another neuron's ${side} decode`, late.controlSpearman);
  }
  const broken = validityOf(ofSide(shuffled, "down", lateLayers));
  run.metric("stories260K: share among the 10 most raised with a shuffled head, layers 2–4", broken.top10);
  const layers = [...new Set(readings.map(({ layer }) => layer))];
  run.table("validity", {
    columns: ["side", "layer", "among the 10 most raised", "another neuron", "rank correlation", "another neuron's"],
    rows: table.sides.flatMap((side) =>
      layers.map((layer) => {
        const one = validityOf(ofSide(readings, side).filter((reading) => reading.layer === layer));
        return [side, layer, one.top10, one.control, one.spearman, one.controlSpearman];
      }),
    ),
    caption: "The decode of each side against the measured effect of clamps of the up projection's output.",
  });
  const best = table.neurons.filter(({ side }) => side === "down").sort((a, b) => b.score - a.score);
  run.table("neurons", {
    columns: ["neuron", "sign", "specialisation", "it writes"],
    rows: best
      .slice(0, 15)
      .map((one) => [`${one.layer}:${one.index}`, one.sign, one.score, one.words.slice(0, 5).join(" ")]),
    caption: "The neurons of stories260K that write a single word most clearly.",
  });
  run.figure("neurons", neuronFigure(table));
  run.figure("validity", validityFigure(readings));
}

export function reportFineTuning(run: Run, copies: readonly Copy[]): void {
  const [gentle, strong, scratch] = copies;
  const names = { gentle: "gentle fine-tuning", strong: "strong fine-tuning", scratch: "training from scratch" };
  for (const [copy, name] of [
    [gentle, names.gentle],
    [strong, names.strong],
    [scratch, names.scratch],
  ] as const) {
    run.metric(`same first token after ${name}: up`, copy.up.same);
    run.metric(`same first token after ${name}: down`, copy.down.same);
  }
  const falls = gentle.up.same > strong.up.same && strong.up.same > scratch.up.same;
  run.metric("same first token falls from gentle to strong fine-tuning to training from scratch", Number(falls));
  run.figure("pretrained and fine-tuned", comparisonFigure(copies));
  run.table("changed neurons", {
    columns: ["neuron", "pretrained", gentle.name],
    rows: gentle.up.changed
      .slice(0, 15)
      .map(([before, after]) => [
        `${before.layer}:${before.index}`,
        before.words.slice(0, 4).join(" "),
        after.words.slice(0, 4).join(" "),
      ]),
    caption: "Neurons whose up projection stands for another token after gentle fine-tuning.",
  });
}

export function reportPlanted(run: Run, { word, ranks, shuffledRanks, sure, base, high, low }: PlantedStudy): void {
  run.metric("planted neuron: place by its word, up", ranks.up);
  run.metric("planted neuron: place by its word, down", ranks.down);
  run.metric(
    "planted neuron: first by its word with a shuffled head",
    Number(shuffledRanks.up === 1) + Number(shuffledRanks.down === 1),
  );
  run.metric("planted neuron: share of positions with p ≥ 0.9 of its word when held high", sure);
  run.metric("planted neuron: p of its word when held low, over p as it is", low / base);
  run.table("planted neuron", {
    columns: ["word", "p as it is", "p held high", "p held low"],
    rows: [[word, base, high, low]],
    caption: "The mean probability of the planted word over all positions of the stories.",
  });
}

export function reportCaptions(run: Run, { checked, confirmed, told }: CaptionStudy): void {
  run.metric("captions: share of the most specialised words that are among the 10 most raised", confirmed);
  const mean = (side: "up" | "down", of: "clamped" | "free") => {
    const own = told.filter((one) => one.side === side);
    return own.reduce((sum, one) => sum + one[of], 0) / own.length;
  };
  run.metric("captions: share of continuations that name the clamped word", mean("down", "clamped"));
  run.metric("captions: share of continuations that name the word without a clamp", mean("down", "free"));
  run.metric(
    "captions: share of continuations that name the word of the neuron found by its up side",
    mean("up", "clamped"),
  );
  run.table("specialised words", {
    columns: ["word", "neuron", "place among the raised"],
    rows: checked.map(({ word, neuron, place }) => [word, neuron, Number.isFinite(place) ? place : null]),
    caption: "Where the word that a neuron writes stands among those that its clamp raises; none: it falls.",
  });
  run.table("continuations", {
    columns: ["word", "found by", "neuron", "named with the clamp", "without", "with the clamp", "without it"],
    rows: told.map((one) => [one.word, one.side, one.neuron, one.clamped, one.free, one.example, one.plain]),
    caption: "Texts of the model of captions, with a neuron held high at every position and without.",
  });
}
