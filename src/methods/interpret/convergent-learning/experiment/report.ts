/** @file What parts A to C tell: metrics and tables. */

import type { Run } from "../../../run.ts";
import { commonUnits, type LayerPair } from "../convergence.ts";
import type { JointStats } from "../index.ts";
import { uniqueUnits } from "../index.ts";
import { liveUnits } from "../joint-stats.ts";
import { matchUnits } from "../match.ts";
import { meanOf } from "../sparse-prediction.ts";
import { layers, tensorOf } from "./network.ts";
import type { Recovered } from "./planted.ts";
import type { ResNets } from "./resnets.ts";
import type { LambdaRow, LayerComparison, Net, RotationRow } from "./small-nets.ts";

const score = (pairs: readonly LayerPair[]) => meanOf(pairs.map(({ matchingScore }) => matchingScore));

export function reportNets(run: Run, nets: readonly Net[], untrained: Net): void {
  run.metric("test accuracy: mean over nets", 100 * meanOf(nets.map(({ accuracy }) => accuracy)), { unit: "%" });
  run.table("networks", {
    columns: ["network", "test accuracy (%)"],
    rows: [...nets, untrained].map(({ name, accuracy }) => [name, 100 * accuracy]),
    caption: "The networks whose units are compared.",
  });
}

export function reportMatching(
  run: Run,
  comparisons: readonly LayerComparison[],
  information: readonly JointStats[],
  rotations: readonly RotationRow[],
): void {
  const agreement = information.map(sharedPartners);
  for (const { layer, trained, untrained } of comparisons) {
    run.metric(`matched correlation: ${layer}`, score(trained));
    run.metric(`matched correlation, above the untrained net: ${layer}`, score(trained) - score(untrained));
  }
  const [conv1] = comparisons;
  run.metric(
    "shuffled samples: largest mean matched correlation",
    Math.max(...comparisons.map((c) => c.shuffled.matchingScore)),
  );
  run.metric(
    "conv1: semi-matching minus matching",
    meanOf(conv1.trained.map((p) => p.semiScore)) - score(conv1.trained),
  );
  run.metric("conv1: share of semi-matching partners that are distinct", meanOf(conv1.trained.map((p) => p.distinct)));
  run.metric("share of units whose partner is the same by mutual information", meanOf(agreement));
  for (const { layer, matched, matchedRotated, dense, denseRotated } of rotations) {
    run.metric(`rotated: loss of matched correlation, ${layer}`, matched - matchedRotated);
    run.metric(`rotated: dense error over that before, ${layer}`, denseRotated / dense);
  }
  run.table("matching", {
    columns: [
      "layer",
      "semi-matching",
      "matching",
      "distinct partners",
      "untrained",
      "shuffled",
      "rotated",
      "same partner by mutual information",
      "units below 0.5",
    ],
    rows: comparisons.map(({ layer, trained, untrained, shuffled }, i) => [
      layer,
      meanOf(trained.map((p) => p.semiScore)),
      score(trained),
      meanOf(trained.map((p) => p.distinct)),
      score(untrained),
      shuffled.matchingScore,
      rotations[i].matchedRotated,
      agreement[i],
      meanOf(
        trained.map(
          ({ matching }) => (uniqueUnits(matching).length + matching.unmatched.length) / matching.partner.length,
        ),
      ),
    ]),
    caption:
      "Mean correlation of units with their partners, over all pairs of trained networks; and of the controls. The last column: the share of units that the other network does not have at 0.5.",
  });
}

/** Which units are nobody's, and which are everybody's. */
export function reportCommon(run: Run, comparisons: readonly LayerComparison[]): void {
  const rows = comparisons.flatMap(({ layer, trained }) =>
    [...new Set(trained.flatMap(({ a, b }) => [a, b]))].map((tap) => {
      const { foundIn, otherNets, unique } = commonUnits(tap, trained);
      const inAll = foundIn.filter((count) => count === otherNets).length;
      return [layer, tap.model.name, inAll, unique.length, shortList(unique)];
    }),
  );
  run.table("common and unique units", {
    columns: ["layer", "network", "found in all others", "found in none", "numbers of these"],
    rows,
    caption: `Some units are shared, not all: of each network the units that all other networks have at a correlation of 0.5 or more, and those that none has. Layers are ${layers.map(tensorOf).join(", ")}.`,
  });
}

function shortList(units: readonly number[]): string {
  return units.length > 24 ? `${units.slice(0, 24).join(" ")} …` : units.join(" ");
}

/** Semi-matching by correlation and by mutual information: the share of live units of which both name the same partner. */
function sharedPartners(stats: JointStats): number {
  const [c, i] = (["correlation", "mi"] as const).map(
    (measure) => matchUnits(stats, { mode: "semi", measure }).partner,
  );
  const live = liveUnits(stats.a);
  return live.filter((unit) => c[unit] === i[unit]).length / live.length;
}

export function reportSparse(run: Run, rows: readonly LambdaRow[]): void {
  const of = (layer: string, lambda: number) => rows.find((row) => row.layer === layer && row.lambda === lambda);
  const error = (layer: string, lambda: number) => of(layer, lambda)?.error ?? Number.NaN;
  for (const layer of layers) run.metric(`dense prediction error: ${layer}`, error(layer, 0));
  const few = of("conv1", 0.03);
  run.metric("conv1, λ = 0.03: error over the dense one", error("conv1", 0.03) / error("conv1", 0));
  run.metric("conv1, λ = 0.03: share of units made use of", few === undefined ? Number.NaN : few.used / few.units);
  run.metric("dense prediction error: conv3 over conv2", error("conv3", 0) / error("conv2", 0));
  run.table("sparse prediction", {
    columns: ["layer", "λ", "error", "units made use of", "of"],
    rows: rows.map(({ layer, lambda, error: e, used, units }) => [layer, lambda, e, used, units]),
    caption:
      "Units of one network predicted from those of another: error (1: predicting the mean), and weights above a tenth of the largest.",
  });
}

export function reportTwin(run: Run, found: readonly Recovered[]): void {
  run.metric(
    "twin: units recovered by correlation, share",
    Math.min(...found.map(({ byCorrelation }) => byCorrelation)),
  );
  run.metric(
    "twin: units recovered by mutual information, share",
    Math.min(...found.map(({ byInformation }) => byInformation)),
  );
  run.metric("twin: smallest correlation of a unit with its copy", Math.min(...found.map((one) => one.score)));
}

export function reportResNets(run: Run, { stages, found }: ResNets): void {
  const same = stages.filter((row, stage) => row.every((value) => value <= row[stage])).length;
  run.metric("ResNets: stages of ResNet-20 whose best match is the same stage", same);
  run.table("ResNet stages", {
    columns: ["ResNet-20", "stage 1", "stage 2", "stage 3", "units found at 0.5, same stage"],
    rows: stages.map((row, stage) => [`stage ${stage + 1}`, ...row, found[stage]]),
    caption: "Mean matched correlation between the outputs of stages of ResNet-20 (rows) and of ResNet-56 (columns).",
  });
}
