/** @file What the seven functions have shown: metrics, tables, pictures. */

import type { Run } from "../../../run.ts";
import { matchSymbol } from "../index.ts";
import { spaceNames } from "../spaces/index.ts";
import { usualStages } from "../train.ts";
import { errorFigure, gateFigure, networkFigure } from "./figures.ts";
import { arms, type TaskResult } from "./regression.ts";

export function reportFunctions(run: Run, results: readonly TaskResult[], steps: number): void {
  const models = [...spaceNames, ...Object.values(arms)];
  const mean = Object.fromEntries(
    models.map((model) => [model, geometricMean(results.map(({ rmse }) => rmse[model]))]),
  );
  for (const model of models) run.metric(`error of ${model}`, mean[model]);
  const singles = spaceNames.map((name) => mean[name]).sort((a, b) => a - b);
  const best = (rmse: Readonly<Record<string, number>>) => Math.min(...spaceNames.map((name) => rmse[name]));
  run.metric("error: S-KAN over best single space", mean[arms.two] / singles[0]);
  run.metric(
    "functions on which S-KAN is within 1.3 times the best single space",
    results.filter(({ rmse }) => rmse[arms.two] <= 1.3 * best(rmse)).length,
  );
  run.metric("error: S-KAN over MLP", mean[arms.two] / mean[arms.perceptron]);
  run.metric(
    "error: S-KAN with 1 space over median single space",
    mean[arms.one] / singles[Math.floor(singles.length / 2)],
  );
  run.metric("error: chosen by contribution over chosen at random", mean[arms.two] / mean[arms.random]);
  run.metric("error: chosen by contribution over random from the start", mean[arms.two] / mean[arms.randomFromStart]);
  run.metric("error: chosen by contribution over chosen by share", mean[arms.two] / mean[arms.byShare]);
  for (const { task, chosen } of results) {
    const keepers = chosen.filter(({ spaces }) => spaces.some(({ name }) => name === "fourier")).length;
    run.metric(`nodes that keep fourier: ${task}`, keepers);
  }

  run.table("errors", {
    caption: "Root mean squared errors on 1,000 test points, in deviations of the target, and their geometric means.",
    columns: ["model", ...results.map(({ task }) => task), "geometric mean"],
    rows: models.map((model) => [model, ...results.map(({ rmse }) => rmse[model]), mean[model]]),
  });
  run.table("choices", {
    caption: "The two spaces of every node, the one that contributes more first.",
    columns: ["function", "layer", "node", "first", "second"],
    rows: results.flatMap(({ task, chosen }) =>
      chosen.map(({ layer, node, spaces }) => [task, layer + 1, node + 1, ...spaces.map(({ name }) => name)]),
    ),
  });
  const [first] = results;
  run.table("symbols", {
    caption: `What the edges of the network for ${first.task} do, in one word each, and how much of the curve it explains.`,
    columns: ["layer", "from", "to", "spaces", "symbol", "R²"],
    rows: first.curves.map((curve) => {
      const { form, r2 } = matchSymbol(curve);
      return [curve.layer + 1, curve.from + 1, curve.to + 1, curve.spaces.join(" + "), form, r2];
    }),
  });
  for (const result of results.slice(0, 2)) {
    run.figure(`network ${results.indexOf(result) + 1}`, networkFigure(result));
    run.figure(`gates ${results.indexOf(result) + 1}`, gateFigure(result, Math.round(usualStages[0] * steps)));
  }
  run.figure("errors", errorFigure(results));
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
