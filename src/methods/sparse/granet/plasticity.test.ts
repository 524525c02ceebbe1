import { expect, it } from "vitest";
import { mapLeaves, Rng, type Tensor } from "../../../graph/index.ts";
import { batches, init, type Mlp, mlp, momentum, mse, schedule, fit as train } from "../../../nn/index.ts";
import { connections, entriesAt } from "../masks.ts";
import { beginning, type PlasticityRow, pruningPlasticity, recover, type TrainingOptions, trainTo } from "./index.ts";

const rng = new Rng(4);
const x = rng.normal([64, 8]);
const y = rng.normal([64, 2]);
const params = init.mlp(rng.split("weights"), [8, 12, 2]);
const options: TrainingOptions<Mlp<Tensor>, { x: Tensor; y: Tensor }, Record<string, never>> = {
  loss: (p, batch) => mse(mlp(p, batch.x), batch.y),
  data: batches({ x, y }, { size: 16, rng: rng.split("data") }),
  optimiser: momentum(schedule.steps(0.1, { at: [20], factor: 0.1 })),
};
const start = beginning<Mlp<Tensor>, Record<string, never>>(params, {}, options);
const total = 8 * 12 + 12 * 2;

it("training in pieces is training in one", async () => {
  const whole = await train({ ...options, params, steps: 30 });
  const pieces = await trainTo(options, await trainTo(options, start, 13), 30);
  expect(pieces.params).toEqual(whole.params);
  expect(pieces.optimiser).toEqual(whole.optimiser);
});

it("pruning that removes nothing is no pruning", async () => {
  const moment = await trainTo(options, start, 10);
  const { params: after } = await recover(options, moment, { density: 1 }, 8);
  expect(after).toEqual((await trainTo(options, moment, 18)).params);
});

it("what was pruned stays zero; regeneration exchanges a share of each layer, at equal density", async () => {
  const moment = await trainTo(options, start, 10);
  const before = mapLeaves(moment.params, (leaf) => [...(leaf as Tensor).numbers()]);
  const plain = await recover(options, moment, { density: 0.3 }, 8);
  const regenerated = await recover(options, moment, { density: 0.3, regenerate: 0.3 }, 8);
  const bits = (masks: typeof plain.masks, l: number) => [...masks[`${l}/weight`].numbers()];
  let kept = 0;
  for (const l of [0, 1]) {
    const [one, other] = [bits(plain.masks, l), bits(regenerated.masks, l)];
    const count = connections(plain.masks[`${l}/weight`]);
    kept += count;
    expect(connections(regenerated.masks[`${l}/weight`])).toBe(count);
    // Removed ones may have grown again, so no more than the share has moved.
    expect(one.filter((bit, i) => bit === 1 && other[i] === 0).length).toBeLessThanOrEqual(Math.ceil(0.3 * count));
    for (const { params: after, masks } of [plain, regenerated])
      expect(after[l].weight.numbers().every((v, i) => v === 0 || bits(masks, l)[i] === 1)).toBe(true);
  }
  expect(kept).toBe(entriesAt(0.3, total));
  expect(regenerated.masks).not.toEqual(plain.masks);
  expect(mapLeaves(moment.params, (leaf) => [...(leaf as Tensor).numbers()])).toEqual(before);
});

it("a table of checkpoints × densities × regeneration, against the same training unpruned", async () => {
  const ten = await trainTo(options, start, 10);
  const twenty = await trainTo(options, ten, 20);
  const seen: PlasticityRow[] = [];
  // The smaller the sum of squares, the better: any score that is better when larger will do.
  const accuracy = async (p: typeof params) => -p[1].weight.numbers().reduce((sum, v) => sum + v * v, 0);
  const rows = await pruningPlasticity({
    ...options,
    checkpoints: [ten, twenty],
    densities: [0.5, 0.2],
    steps: 10,
    accuracy,
    onRecovered: (row) => void seen.push(row),
  });
  expect(rows.map(({ step, density, regenerated }) => [step, density, regenerated])).toEqual(
    [10, 20].flatMap((step) => [0.5, 0.2].flatMap((density) => [0, 0.3].map((share) => [step, density, share]))),
  );
  expect(seen).toEqual(rows);
  for (const { accuracy: reached, unpruned, plasticity } of rows) expect(plasticity).toBe(reached - unpruned);
  expect(rows[0].unpruned).toBe(await accuracy(twenty.params));
  expect(rows[4].unpruned).toBe(await accuracy((await trainTo(options, start, 30)).params));
});
