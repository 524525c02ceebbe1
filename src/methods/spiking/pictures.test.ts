import { expect, it } from "vitest";
import { Tensor, type Value } from "../../graph/index.ts";
import { countOperations } from "./energy.ts";
import { costOfAccuracy, energyBars, membraneTrace, rasterOf, rateHistogram } from "./pictures.ts";

const spikes = Tensor.of([0, 1, 0, 1, 1, 0], [3, 2]);

it("a raster has one dot for each spike", () => {
  const raster = rasterOf(spikes, { dt: 5, caption: "spikes" });
  expect(raster).toMatchObject({ kind: "raster", neurons: [1, 1, 0], times: [0, 5, 10], neuronCount: 2, duration: 15 });
  expect(() => rasterOf(Tensor.zeros([3, 1, 2]), { dt: 1, caption: "" })).toThrow("[T, neurons] is needed");
});

it("rates are spikes per second", () => {
  const figure = rateHistogram(spikes, { dt: 5, bins: 2, caption: "rates" });
  // 1 and 2 spikes in 15 ms: 66.7 and 133.3 per second.
  const [mark] = figure.kind === "plot" ? figure.marks : [];
  expect(mark.data).toEqual([
    { from: 0, to: expect.closeTo(66.67, 1), neurons: 0 },
    { from: expect.closeTo(66.67, 1), to: expect.closeTo(133.33, 1), neurons: 2 },
  ]);
});

it("membranes, energies and costs are drawn with their units", async () => {
  const trace = membraneTrace(spikes, { dt: 1, threshold: 0.5, unit: "mV", caption: "v" });
  expect(trace.kind === "plot" && trace.marks[0].data.length).toBe(6);
  const report = await countOperations(
    (x: Value) => x.matmul(Tensor.of([1, 2, 3, 4, 5, 6, 7, 8], [2, 4])).matmul(Tensor.of([1, 2, 3, 4], [4, 1])),
    [spikes],
    {
      steps: 3,
      neuronUpdates: 12,
    },
  );
  const bars = energyBars(report, { caption: "energy" });
  const rows = bars.kind === "plot" ? bars.marks[0].data : [];
  expect(rows).toEqual([
    { layer: "MatMul 1", nanojoules: expect.closeTo(0.0108, 6), operations: "additions" },
    { layer: "MatMul 2", nanojoules: expect.closeTo(0.0552, 6), operations: "multiplications" },
    { layer: "neurons", nanojoules: expect.closeTo(0.0552, 6), operations: "multiplications" },
  ]);
  const cost = costOfAccuracy([{ name: "a", synapticOperations: 10, accuracy: 0.5 }], { caption: "cost" });
  expect(cost.kind === "plot" && cost.x?.type).toBe("log");
});
