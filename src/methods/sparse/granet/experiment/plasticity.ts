/** @file Part C: pruned in the course of dense training, and trained on. */

import type { Run } from "../../../run.ts";
import { type PlasticityRow, recover } from "../index.ts";
import { type denseTraining, densities, type FashionTask } from "./fashion.ts";
import { plasticityFigure } from "./figures.ts";
import { percent, within } from "./stage.ts";

/** Share of the survivors that is exchanged. */
const exchanged = 0.3;

/**
 * How well the dense network recovers within a quarter of training from being pruned at the end of each quarter.
 * @param moments of dense training after each quarter, with one quarter more than there are epochs
 */
export async function studyPlasticity(
  run: Run,
  { epochs }: { readonly epochs: number },
  task: FashionTask,
  moments: Awaited<ReturnType<typeof denseTraining>>,
): Promise<void> {
  const rows: (PlasticityRow & { readonly epoch: number })[] = [];
  for (const [quarter, moment] of moments.slice(0, -1).entries()) {
    const epoch = (quarter * epochs) / 4;
    const unpruned = await task.accuracy(moments[quarter + 1].params);
    for (const density of densities) {
      for (const regenerate of [0, exchanged]) {
        const stage = `plasticity: ${percent(density)} at epoch ${epoch}${regenerate > 0 ? ", regenerated" : ""}`;
        const { params } = await run.part(stage, async (part) => {
          const options = { ...task, ...within(run, part, stage) };
          const after = await recover(options, moment, { density, regenerate }, task.steps / 4);
          return { params: after.params };
        });
        const accuracy = await task.accuracy(params);
        rows.push({
          epoch,
          step: moment.step,
          density,
          regenerated: regenerate,
          accuracy,
          unpruned,
          plasticity: accuracy - unpruned,
        });
      }
    }
  }
  const at = (quarter: number, density: number, regenerated: number) =>
    rows.find(
      (row) => row.epoch === (quarter * epochs) / 4 && row.density === density && row.regenerated === regenerated,
    )?.accuracy ?? Number.NaN;
  for (const density of densities) {
    const name = `plasticity ${percent(density)}`;
    const gain = (quarter: number) => at(quarter, density, exchanged) - at(quarter, density, 0);
    const points = { unit: "points" };
    run.metric(
      `${name}: pruned after a quarter minus pruned at the end`,
      at(1, density, 0) - at(4, density, 0),
      points,
    );
    run.metric(
      `${name}: pruned after a quarter minus pruned at the start`,
      at(1, density, 0) - at(0, density, 0),
      points,
    );
    run.metric(`${name}: regeneration's gain, pruned in the last quarter`, (gain(3) + gain(4)) / 2, points);
    run.metric(`${name}: regeneration's gain, pruned after a quarter`, gain(1), points);
  }
  run.table("plasticity", {
    caption:
      "Accuracy (%) after recovery, by when the dense network was pruned, to which density, and whether it regenerated.",
    columns: ["pruned at epoch", "density", "regenerated", "accuracy", "unpruned", "plasticity"],
    rows: rows.map((row) => [row.epoch, row.density, row.regenerated, row.accuracy, row.unpruned, row.plasticity]),
  });
  run.figure("plasticity", plasticityFigure(rows));
}
