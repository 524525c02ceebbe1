import { expect, it } from "vitest";
import { Rng, Tensor, type Value } from "../../../graph/index.ts";
import type { CheckpointStorage } from "../../../nn/index.ts";
import { run } from "../../../nn/testing/run.ts";
import {
  applyModel,
  edgeCurve,
  edgeCurves,
  examplesFromCsv,
  matchSymbol,
  selectableKan,
  spaces,
  trainSelectable,
  trainSpaces,
} from "./index.ts";

const rng = new Rng(4);
const x = rng.uniform([120, 1], -1, 1);
const y = Tensor.of(
  x.numbers().map((v) => Math.sin(4 * Math.PI * v)),
  [120, 1],
);
const network = (options = {}) => selectableKan(new Rng(1), [1, 2, 1], options);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error.message,
  );

it("training chooses, prunes and fits; the history has the shares of all gates", async () => {
  const { model, chosen, history } = await trainSelectable(network(), { x, y }, { steps: 300 });
  const given = (await run((v: Value) => applyModel(model, v), x)).numbers();
  const rmse = Math.sqrt(given.reduce((sum, v, i) => sum + (v - y.numbers()[i]) ** 2, 0) / 120);
  expect(rmse).toBeLessThan(0.15);
  expect(chosen.map(({ spaces: kept }) => kept.length)).toEqual([2, 2, 2]);
  expect(model.stage).toBe("pruned");
  const last = history.filter(({ step, layer, node }) => step === 60 && layer === 0 && node === 1);
  expect(last.map(({ name }) => name)).toEqual(spaces.spaceNames);
  expect(last.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5);
  expect(history.every(({ share }) => share > 0)).toBe(true);
  expect(history.length).toBe(30 * 3 * 7);
});

it("training that was cut off goes on to the same network", async () => {
  const memory = (): CheckpointStorage => {
    let kept: Uint8Array | undefined;
    return {
      read: async () => kept,
      write: async (bytes) => {
        kept = bytes;
      },
    };
  };
  const options = { steps: 60, checkpointEvery: 10 };
  const whole = await trainSelectable(network(), { x, y }, options);
  for (const cut of [8, 45]) {
    const checkpoints = { spaces: memory(), tuning: memory() };
    const stop = new AbortController();
    const onStep = ({ step }: { readonly step: number }) => step === cut && stop.abort();
    await expect(
      trainSelectable(
        network(),
        { x, y },
        { ...options, checkpoints, signal: stop.signal, onStep: (p) => void onStep(p) },
      ),
    ).rejects.toThrow();
    const resumed = await trainSelectable(network(), { x, y }, { ...options, checkpoints });
    expect(resumed).toEqual({
      ...whole,
      model: { ...whole.model, layers: expect.anything(), forward: expect.anything() },
    });
  }
});

it("a space of one's own is learned with, and chosen", async () => {
  const threshold = { name: "threshold", size: 1, basis: (v: Value) => v.unsqueeze(-1).sub(0.1).mul(20).tanh() };
  const broken = Tensor.of(
    x.numbers().map((v) => Math.sign(v - 0.1)),
    [120, 1],
  );
  const model = selectableKan(rng, [1, 1], { pool: [threshold, "fourier"] });
  const { chosen } = await trainSelectable(model, { x, y: broken }, { keep: 1, steps: 200, rate: 0.04 });
  expect(chosen[0].spaces[0].name).toBe("threshold");
});

it("normalised networks take and give the data's own units", async () => {
  const tall = {
    x: Tensor.of(
      x.numbers().map((v) => 500 + 100 * v),
      [120, 1],
    ),
    y: Tensor.of(
      y.numbers().map((v) => 7000 + 900 * v),
      [120, 1],
    ),
  };
  const { model } = await trainSelectable(network(), tall, { steps: 300, normalise: true });
  const given = (await run((v: Value) => applyModel(model, v), tall.x)).numbers();
  const rmse = Math.sqrt(given.reduce((sum, v, i) => sum + (v - tall.y.numbers()[i]) ** 2, 0) / 120);
  expect(rmse).toBeLessThan(0.2 * 900);
  // Beyond the data's range, the answer is that of its end.
  const ends = await run((v: Value) => applyModel(model, v), Tensor.of([[1e4], [Math.max(...tall.x.numbers())]]));
  expect(ends.numbers()[0]).toBeCloseTo(ends.numbers()[1], 1);
});

it("classes are learned from a table", async () => {
  const lines = Array.from({ length: 150 }, (_, i) => {
    const [a, b] = [rng.random() * 10, rng.random() * 10];
    return `${a},${b},${Math.hypot(a - 5, b - 5) < 3 ? "inside" : "outside"},${i}`;
  });
  const table = examplesFromCsv(["width,height,place,id", ...lines].join("\n"), {
    target: "place",
    inputs: ["width", "height"],
  });
  expect(table.classes).toEqual(["inside", "outside"]);
  const model = selectableKan(new Rng(2), [2, 3, 2]);
  const trained = await trainSelectable(model, table, { loss: "crossEntropy", normalise: true, steps: 200 });
  const logits = (await run((v: Value) => applyModel(trained.model, v), table.x)).numbers();
  const right = table.y.numbers().filter((label, i) => Number(logits[2 * i + 1] > logits[2 * i]) === label).length;
  expect(right / 150).toBeGreaterThan(0.9);
});

it("edges can be sampled, and matched with symbols", async () => {
  const { model } = await trainSelectable(selectableKan(new Rng(1), [1, 1]), { x, y }, { steps: 300 });
  const [curve] = await edgeCurves(model, x);
  expect(curve.x.length).toBe(64);
  const same = await edgeCurve(model, { layer: 0, from: 0, to: 0 }, curve.x);
  for (const [i, value] of curve.y.entries()) expect(same.y[i]).toBeCloseTo(value, 4);
  const { form, r2 } = matchSymbol(curve);
  expect(form).toMatch(/sin\(1[23]\.\d+·/);
  expect(r2).toBeGreaterThan(0.97);
  await expect(edgeCurve(model, { layer: 0, from: 1, to: 0 }, [0])).rejects.toThrow("there is no edge from 1 to 0");
});

it("symbols are found for the curves that they name, the simplest first", () => {
  const xs = Float64Array.from({ length: 64 }, (_, i) => -1 + (2 * i) / 63);
  const cases: [(v: number) => number, RegExp][] = [
    [(v) => 3 * v - 2, /^3·x − 2$/],
    [(v) => 2 * (v - 0.25) ** 2 + 1, /^2·\(x − 0\.25\)² \+ 1$/],
    [(v) => Math.abs(v + 0.5), /^1·\|x \+ 0\.5\d*\| /],
    [(v) => 0.7 * Math.sin(9 * v + 0.4), /sin\(9\.\d*·|sin\(9·/],
    [(v) => Math.exp(-2 * v), /exp\(−(2|1\.99|2\.01)·x\)/],
    [(v) => Math.tanh(6 * v), /tanh\(/],
    [(v) => Math.exp(-((5 * (v - 0.2)) ** 2)), /exp\(−\(/],
    [() => 4, /^4$/],
  ];
  for (const [of, form] of cases) {
    const symbol = matchSymbol({ x: xs, y: xs.map(of) });
    expect(symbol.form).toMatch(form);
    expect(symbol.r2).toBeGreaterThan(0.999);
  }
});

it("bad input is named", async () => {
  const wide = Tensor.of(
    x.numbers().map((v) => (v > 0.5 ? v + 1 : v)),
    [120, 1],
  );
  expect(await failure(trainSelectable(network(), { x: wide, y, columns: ["height"] }))).toMatch(
    /^selectable KAN: \d\d % of height lies outside the range \[-1, 1\] of "bspline"/,
  );
  expect(await failure(trainSelectable(network({ pool: ["fourier", "cheb"] }), { x: wide, y }, { steps: 20 }))).toBe(
    undefined,
  );
  const wider = spaces.rbf({ range: [-1, 2] });
  expect(await failure(trainSelectable(network({ pool: [wider, "cheb"] }), { x: wide, y }, { steps: 20 }))).toBe(
    undefined,
  );
  const still = Tensor.of(
    Array.from({ length: 240 }, (_, i) => (i % 2 === 0 ? x.numbers()[i / 2] : 0.5)),
    [120, 2],
  );
  const two = selectableKan(rng, [2, 1]);
  expect(await failure(trainSelectable(two, { x: still, y }))).toContain("x1 is 0.5 in all examples");
  expect(await failure(trainSelectable(network(), { x, y: Tensor.zeros([120, 1]) }))).toContain("target 0 is 0 in all");
  const few = { x: rng.uniform([20, 2], -1, 1), y: rng.normal([20, 1]) };
  expect(await failure(trainSelectable(two, few))).toContain(
    "a node of layer 0 can keep 34 basis functions, and there are 20 examples",
  );
  expect(await failure(trainSelectable(network(), { x, y: rng.normal([119, 1]) }))).toContain(
    "x is [120, 1], y [119, 1]",
  );
  expect(await failure(trainSpaces(network(), { x, y }, { stages: [0, 0.5, 0.5] }))).toContain(
    "before they are trained",
  );
  expect(await failure(trainSelectable(network(), { x: still, y: rng.normal([120, 1]) }))).toBeDefined();
  expect(() => selectableKan(rng, [3])).toThrow("1 widths");
  expect(() => examplesFromCsv("a,b\n1,2", { target: "c" })).toThrow('no column "c"');
  expect(() => examplesFromCsv("a,b\n1,2\nx,3", { target: "b" })).toThrow('line 3, a: "x" is no number');
});
