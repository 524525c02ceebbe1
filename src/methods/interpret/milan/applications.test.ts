import { beforeAll, expect, it } from "vitest";
import { compile, exportOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { conv, init, linear } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import { AblatableModel, accuracyWithout, type LabelledInputs } from "./ablation.ts";
import { analyze, criteria } from "./analyze.ts";
import { audit } from "./audit.ts";
import type { Description } from "./describe.ts";
import { editByDescription } from "./edit-by-description.ts";
import { descriptionsToCsv } from "./export-descriptions.ts";
import { countKinds } from "./word-kinds.ts";
import { similarityTo, vectorsOf, widestDistance } from "./word-vectors.ts";

const rng = new Rng(3);
const weights = {
  conv: init.conv(rng.split("conv"), 3, 6, 3),
  head: init.linear(rng.split("head"), 6, 4),
};

const network = (x: Value, head = weights.head) => {
  const features = conv(weights.conv, x, { padding: 1 }).relu();
  return { logits: linear(head, features.mean([2, 3])), features };
};

let model: Model;
let layer: string;
const inputs = Array.from({ length: 40 }, (_, i) => new Rng(i).normal([3, 8, 8]));

beforeAll(() => {
  const bytes = exportOnnx((x: Value) => ({ logits: network(x).logits }), [Tensor.zeros([2, 3, 8, 8])], {
    names: ["picture"],
    batch: { name: "N", arguments: [0] },
  });
  model = Model.open(bytes);
  layer = model.layers().find(({ kind }) => kind === "Relu")?.name ?? "";
});

it("silencing units is zeroing what goes out of them, and what the saved edit does", async () => {
  const ablatable = new AblatableModel(model, { layers: [layer], batch: 16 });
  const silenced = [1, 4].map((unit) => ({ layer, unit }));
  const logits = await ablatable.logits(inputs, silenced);
  const zeroed = weights.head.weight.numbers().map((value, i) => ([1, 4].includes(Math.floor(i / 4)) ? 0 : value));
  const head = { ...weights.head, weight: Tensor.of(zeroed, [6, 4]) };
  const edited = model.edit({ [layer]: { units: [1, 4], set: 0 } });
  const other = compile((x: Value) => network(x, head).logits);
  const saved = compile((x: Value) => edited.imported.apply(edited.imported.params, { picture: x }).logits);
  for (const [i, input] of inputs.entries()) {
    const one = new Tensor("float32", [1, 3, 8, 8], input.data);
    const [a, b] = [(await other(one)).numbers(), (await saved(one)).numbers()];
    for (let c = 0; c < 4; c++) {
      expect(Math.abs(Number(logits.data[i * 4 + c]) - a[c])).toBeLessThan(1e-5);
      expect(Math.abs(Number(logits.data[i * 4 + c]) - b[c])).toBeLessThan(1e-5);
    }
  }
  await ablatable.release();
});

const describe = (unit: number, text: string, dead = false): Description => ({
  layer,
  unit,
  text,
  pmi: unit,
  logp: 0,
  runnersUp: [],
  dead,
});

/** What the model itself says is right; on `shifted`, what it says without unit 2. */
async function truth(silenced: readonly number[]): Promise<LabelledInputs> {
  const ablatable = new AblatableModel(model, { layers: [layer] });
  const logits = await ablatable.logits(
    inputs,
    silenced.map((unit) => ({ layer, unit })),
  );
  const rows = logits.numbers();
  await ablatable.release();
  return { inputs, classes: inputs.map((_, i) => indexOfLargest(rows.subarray(4 * i, 4 * i + 4))) };
}

function indexOfLargest(values: Float64Array): number {
  return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

it("editing takes out the unit that misleads, ranks harmless ones first, and saves the model without it", async () => {
  const descriptions = ["red text", "circles", "words", "large green things", "text", "sky"].map((text, unit) =>
    describe(unit, text),
  );
  const [validation, test] = [await truth([]), await truth([2])];
  const result = await editByDescription(model, descriptions, ["text", "words"], validation, test, {
    rng: new Rng(1),
    tolerance: 1,
  });
  const candidates = result.curve.order.map(({ unit }) => unit);
  expect([...candidates].sort()).toEqual([0, 2, 4]);
  const ablatable = new AblatableModel(model, { layers: [layer] });
  const alone = await Promise.all(
    candidates.map((unit) =>
      accuracyWithout(ablatable, validation, [{ layer, unit }]).then(({ accuracy }) => accuracy),
    ),
  );
  expect(alone).toEqual([...alone].sort((a, b) => b - a));
  expect(result.curve.points[0]).toMatchObject({ units: 0, validation: 1 });
  expect(result.chosen.test).toBe(Math.max(...result.curve.points.map((point) => point.test)));
  const again = await accuracyWithout(new AblatableModel(result.edited, { layers: [layer] }), test, []);
  expect(again.accuracy).toBeCloseTo(result.chosen.test, 6);
  expect(result.rankedAll?.points.length).toBe(4);
  expect(result.random?.points.length).toBe(4);
  await expect(
    editByDescription(model, descriptions, ["dogs"], validation, test, { rng: new Rng(1) }),
  ).rejects.toMatchObject({ code: "argument" });
  await ablatable.release();
}, 60_000);

it("a head that is trained anew does better on what it is trained on", async () => {
  const descriptions = [describe(0, "text"), ...[1, 2, 3, 4, 5].map((unit) => describe(unit, "circles"))];
  const labels = { inputs, classes: inputs.map(() => 3) };
  const result = await editByDescription(model, descriptions, ["text"], labels, labels, {
    rng: new Rng(1),
    tolerance: 1,
    controls: false,
    retrainHead: true,
  });
  const after = await accuracyWithout(new AblatableModel(result.edited, { layers: [layer] }), labels, []);
  expect(after.accuracy).toBeGreaterThan(result.chosen.validation);
}, 60_000);

it("curves begin at the whole model; the longest descriptions go first, dead units last", async () => {
  const texts = ["circles", "large red striped circles", "sky", "dead", "red circles", "things"];
  const descriptions = texts.map((text, unit) => describe(unit, text, text === "dead"));
  const { curves, random, layers } = await analyze(model, descriptions, await truth([]), {
    criteria: criteria(),
    shares: [0, 1 / 6, 1],
    randomOrders: 2,
    rng: new Rng(2),
  });
  expect(curves.map(({ criterion }) => criterion)).toEqual(["adjectives", "nouns", "verbs", "adpositions", "length"]);
  expect(random.length).toBe(2);
  for (const { points } of [...curves, ...random]) expect(points[0].accuracy).toBe(1);
  const ablatable = new AblatableModel(model, { layers: [layer] });
  const longest = await accuracyWithout(ablatable, await truth([]), [{ layer, unit: 1 }]);
  expect(curves[4].points[1].accuracy).toBe(longest.accuracy);
  // With all units gone only the bias speaks.
  expect(new Set([...curves, ...random].map(({ points }) => points[2].accuracy)).size).toBe(1);
  expect(layers).toEqual([{ layer, units: 6, dead: 1 }]);
  await ablatable.release();
}, 60_000);

it("an audit lists units by whole words, the model with most first", () => {
  const report = audit(
    [
      { name: "a", descriptions: [describe(0, "surfaces"), describe(1, "human faces"), describe(2, "faces", true)] },
      { name: "b", descriptions: [describe(0, "faces"), describe(1, "smiling faces"), describe(2, "cars")] },
    ],
    ["Faces", "face"],
  );
  expect(report.models.map(({ name, found, dead }) => [name, found.length, dead])).toEqual([
    ["b", 2, 0],
    ["a", 1, 1],
  ]);
  expect(report.models[0].byLayer).toEqual({ [layer]: 2 });
});

it("words are counted by kind, and distances are those of their vectors", () => {
  expect(countKinds("large red circles on striped grass")).toEqual({
    adjective: 3,
    noun: 2,
    verb: 0,
    adposition: 1,
    other: 0,
  });
  const vectors = vectorsOf(["red", "circles", "sky"], [1, 0, 0, 1, -1, 0], 2);
  expect(widestDistance("red circles", vectors)).toBeCloseTo(1);
  expect(widestDistance("red sky with circles", vectors)).toBeCloseTo(2);
  expect(widestDistance("red", vectors)).toBe(0);
  expect(similarityTo("circles", "red things", vectors)).toBeCloseTo(0);
  expect(similarityTo("circles", "two circles", vectors)).toBe(1);
});

it("descriptions as CSV: fields with commas or quotes are quoted", () => {
  const text = descriptionsToCsv([describe(1, 'red, "round"')]);
  expect(text).toBe(`layer,unit,description,pmi,logp,dead\r\n${layer},1,"red, ""round""",1.0000,0.0000,false\r\n`);
});
