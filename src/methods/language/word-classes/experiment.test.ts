import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { checkFigure } from "../../../plot/index.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import method from "./method.ts";
import { toyTreebanks } from "./testing/toy-texts.ts";

it("the experiment gives all that its bars ask for, on treebanks of toy sentences", async () => {
  const run = memoryRun(1, toyTreebanks(new Rng(2)));
  const small = {
    hidden: 12,
    embedding: 8,
    probeSteps: 5,
    permutations: 10,
    mapPoints: 60,
    german: true,
    perClass: 20,
  };
  await method.run(method.options.parse({ ...method.quick, ...small }), run);
  for (const { metric } of method.bars) expect([metric, Number.isFinite(run.metrics[metric])]).toEqual([metric, true]);
  expect(run.metrics["largest error of the GDV against the double loop"]).toBeLessThan(1e-10);
  expect(run.metrics["largest change of the GDV by scale, origin, order and copies of dimensions"]).toBeLessThan(1e-12);
  expect(run.metrics["GDV of two classes at two points"]).toBe(-1);
  expect(run.metrics["largest error of a distance in classical MDS of a plane"]).toBeLessThan(1e-8);
  expect(Object.keys(run.tables)).toEqual(["layers", "prediction", "clusters", "German"]);
  expect(run.tables.layers.rows.length).toBe(4 * 5);
  expect(Object.keys(run.figures)).toEqual(["discrimination by depth", "map"]);
  expect(Object.keys(run.artifacts)).toEqual(["next-word.onnx"]);
  for (const figure of Object.values(run.figures)) expect(() => checkFigure(figure)).not.toThrow();
  const { map } = run.figures;
  expect(map.kind === "plot" && map.marks[0].data.length).toBe(60);
});
