/** @file What the experiment on English tells: metrics, tables, the figure by depth. */

import type { Run, Table } from "../../run.ts";
import type { ArmResult, Setting } from "./arms.ts";
import type { Study } from "./experiment.ts";
import { depthFigure } from "./figures.ts";
import type { LayerReading } from "./read-layers.ts";

export function reportEnglish(run: Run, { arms, baselines, model }: Study, { classes }: Setting): void {
  const of = (name: string) => arms.find(({ arm }) => arm === name) as ArmResult;
  const [trained, untrained, shuffled] = [of("trained"), of("untrained"), of("shuffled order")];
  for (const result of arms) {
    const top = hidden(result);
    run.metric(`GDV by next class: ${result.arm}`, top.next);
    run.metric(`GDV by last class: ${result.arm}`, top.last);
    run.metric(`conditional GDV: ${result.arm}`, top.conditional);
    run.metric(`GDV given the last word itself: ${result.arm}`, result.sameLastWord);
    run.metric(`probe accuracy of the next class: ${result.arm}`, top.accuracy);
    run.metric(`held-out loss: ${result.arm}`, result.prediction.loss, { unit: "nats" });
  }
  run.metric("held-out loss: unigram", baselines.unigram.loss, { unit: "nats" });
  run.metric("held-out loss: bigram", baselines.bigram.loss, { unit: "nats" });
  run.metric(
    "held-out gain of the trained LSTM over the unigram model",
    baselines.unigram.loss - trained.prediction.loss,
    { unit: "nats" },
  );
  run.metric("GDV by next class: trained over shuffled order", hidden(trained).next / hidden(shuffled).next);
  run.metric(
    "probe accuracy of the next class: trained minus untrained",
    hidden(trained).accuracy - hidden(untrained).accuracy,
  );
  run.metric("probe accuracy of the next class: counts of what followed the last word", baselines.followers);
  run.metric("GDV grows with depth, and is −0.005 at least in the input", Number(growsWithDepth(trained.readings)));
  const { band } = hidden(trained);
  if (band) {
    run.metric("mean GDV of permuted labels", band.mean);
    run.metric("half-width of the 95 % band of permuted labels", (band.high - band.low) / 2);
  }

  run.table(
    "layers",
    readingTable(
      arms,
      "By layer: discrimination by the class of the next word, of the last word, of the next within classes of the last; a linear probe of the next class.",
    ),
  );
  run.table("prediction", predictionTable(arms, baselines));
  run.table("clusters", {
    columns: ["network", "adjusted Rand index", "purity"],
    rows: arms.map(({ arm, clusters }) => [arm, clusters.adjustedRand, clusters.purity]),
    caption: `k-means with ${classes.length} clusters on the last hidden layer, against the classes of the next word: nothing told it of classes.`,
  });
  const recurrent = arms.filter(
    ({ readings }) => readings.length === model.network.layers.length && readings[1].layer === "lstm1",
  );
  run.figure(
    "discrimination by depth",
    depthFigure(
      recurrent.map(({ arm, readings }) => ({ name: arm, readings })),
      model.network.layers,
      "Contexts of nine words lie apart by the class of the tenth, more so with depth, only in the network that was trained on text in order. Grey: labels in random order (95 %). The class of the last word is there to see from the input on.",
    ),
  );
}

/** The last layer before the output. */
function hidden({ readings }: Pick<ArmResult, "readings">): LayerReading {
  return readings[readings.length - 2];
}

/** From the input to the last hidden layer, more negative each time. */
function growsWithDepth(readings: readonly LayerReading[]): boolean {
  const values = readings.slice(0, -1).map(({ next }) => next);
  return values[0] >= -0.005 && values.every((value, i) => i === 0 || value < values[i - 1]);
}

export function readingTable(arms: readonly Pick<ArmResult, "arm" | "readings">[], caption: string): Table {
  return {
    columns: ["network", "layer", "units", "next", "last", "next within last", "probe accuracy"],
    rows: arms.flatMap(({ arm, readings }) =>
      readings.map(({ layer, units, next, last, conditional, accuracy }) => [
        arm,
        layer,
        units,
        next,
        last,
        conditional,
        accuracy,
      ]),
    ),
    caption,
  };
}

function predictionTable(arms: readonly ArmResult[], { unigram, bigram }: Study["baselines"]): Table {
  const rows = [{ arm: "unigram counts", prediction: unigram }, { arm: "bigram counts", prediction: bigram }, ...arms];
  return {
    columns: ["predictor", "loss (nats)", "accuracy"],
    rows: rows.map(({ arm, prediction }) => [arm, prediction.loss, prediction.accuracy]),
    caption: "How well the next word of held-out text is predicted.",
  };
}
