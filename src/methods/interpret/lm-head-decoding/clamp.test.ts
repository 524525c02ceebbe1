import { expect, it } from "vitest";
import { decodeModel, Rng, type Tensor } from "../../../graph/index.ts";
import { pearson, spearman } from "../../../nn/index.ts";
import { neuronWeights, OnnxNetwork, TextModel } from "../../../probe/index.ts";
import { onnxDecoder } from "../../../probe/language/testing/onnx-decoder.ts";
import { clampNeuron } from "./clamp.ts";
import { calibrate, clampEffect } from "./clamp-effect.ts";
import { decodeTable } from "./decode.ts";
import { clampIdentities } from "./experiment/identities.ts";
import { smallModel } from "./testing/small-model.ts";
import { clampValidity, measureClamps, readClamps, validityOf } from "./validity.ts";

const prompts = [
  [1, 5, 9, 2, 7],
  [3, 3, 8],
];

it("a clamp at a neuron's own values changes nothing; at c it is a row of zeros with the bias c", async () => {
  const { own, bias } = await clampIdentities(new Rng(5));
  expect(own).toBeLessThan(1e-5);
  expect(bias).toBeLessThan(1e-5);
});

it("holds the up projection or the product, from a position on, several neurons at once", async () => {
  const model = smallModel();
  const neuron = { layer: 1, index: 3 };
  const activities = async (of: TextModel, name: string) => (await of.activations(prompts[0], [name]))[name].numbers();
  const [gate, up] = [await activities(model, "block1/gate"), await activities(model, "block1/up")];
  const clamped = await clampNeuron(model, [neuron, { layer: 1, index: 9 }], 2, { from: 2 });
  const [ups, products] = [await activities(clamped, "block1/up"), await activities(clamped, "block1/mlp")];
  for (let step = 0; step < 5; step++) {
    const at = 20 * step + 3;
    const expected = step < 2 ? up[at] : 2;
    expect(ups[at]).toBeCloseTo(expected, 5);
    expect(products[at]).toBeCloseTo((expected * gate[at]) / (1 + Math.exp(-gate[at])), 5);
    expect(ups[at + 6]).toBeCloseTo(step < 2 ? up[at + 6] : 2, 5);
    expect(ups[at + 1]).toBeCloseTo(up[at + 1], 5);
  }
  const product = await clampNeuron(model, neuron, -1, { at: "product" });
  expect((await activities(product, "block1/mlp"))[3]).toBe(-1);
});

it.each([true, false])("effects are the mean change of ln p (with gates: %s)", async (gated) => {
  const model = smallModel({ gated });
  const neuron = { layer: 0, index: 4 };
  const [zero, effect] = await clampEffect(model, neuron, [0, 1.5], prompts);
  expect([zero.value, effect.value]).toEqual([0, 1.5]);
  const clamped = await clampNeuron(model, neuron, 1.5);
  const expected = new Float64Array(30);
  let before = 0;
  let after = 0;
  for (const prompt of prompts) {
    const [a, b] = [await model.logits(prompt), await clamped.logits(prompt)].map((t) => t.numbers());
    const sum = (rows: Float64Array, step: number) =>
      Math.log(rows.slice(30 * step, 30 * step + 30).reduce((total, v) => total + Math.exp(v), 0));
    for (let step = 0; step < prompt.length; step++)
      for (let token = 0; token < 30; token++)
        expected[token] += (b[30 * step + token] - sum(b, step) - a[30 * step + token] + sum(a, step)) / 8;
    const of = async (from: TextModel) => (await from.activations(prompt, ["block0/mlp"]))["block0/mlp"].numbers();
    before += (await of(model)).filter((_, i) => i % 20 === 4).reduce((x, y) => x + y, 0) / 8;
    after += (await of(clamped)).filter((_, i) => i % 20 === 4).reduce((x, y) => x + y, 0) / 8;
  }
  for (let token = 0; token < 30; token++) expect(effect.deltaLogProb[token]).toBeCloseTo(expected[token], 4);
  expect(effect.deltaProduct).toBeCloseTo(after - before, 4);
});

it("ranges are those of the activities", async () => {
  const model = smallModel();
  const [range] = await calibrate(model, [{ layer: 0, index: 7 }], prompts);
  const ups: number[] = [];
  for (const prompt of prompts)
    ups.push(...(await model.activations(prompt, ["block0/up"]))["block0/up"].numbers().filter((_, i) => i % 20 === 7));
  expect(range.up99).toBeCloseTo(Math.max(...ups.map(Math.abs)), 5);
  expect(range.meanUp).toBeCloseTo(ups.reduce((a, b) => a + b) / 8, 5);
});

it("the same on an ONNX file, whose neurons have the names of the file", async () => {
  const model = new TextModel(new OnnxNetwork(decodeModel(onnxDecoder(false)), { name: "tiny" }), { name: "tiny" });
  const clamped = await clampNeuron(model, { layer: 0, index: 4 }, 1.5);
  const { risen, neurons } = await clamped.activations([3, 7], ["risen", "neurons"]);
  expect([risen.data[4], neurons.data[14]]).toEqual([1.5, 1.5]);
  const [effect] = await clampEffect(model, { layer: 0, index: 4 }, [1.5], [[3, 7]]);
  const logs = (logits: Tensor) => {
    const rows = [0, 1].map((step) => [...logits.numbers()].slice(16 * step, 16 * step + 16));
    return rows.map((row) => row.map((v) => v - Math.log(row.reduce((sum, w) => sum + Math.exp(w), 0))));
  };
  const [a, b] = [logs(await model.logits([3, 7])), logs(await clamped.logits([3, 7]))];
  for (let token = 0; token < 16; token++)
    expect(effect.deltaLogProb[token]).toBeCloseTo((b[0][token] - a[0][token] + b[1][token] - a[1][token]) / 2, 4);
});

it("a neuron that writes straight to the logits is told by its down side", async () => {
  const model = smallModel({ seed: 4 });
  const weights = await neuronWeights(model);
  const options = { neurons: 40, prompts, weights, seed: 1 };
  const table = await decodeTable(model, { weights });
  const validity = await clampValidity(model, table, options);
  expect(validity.down?.spearman).toBeGreaterThan(0.4);
  expect(Math.abs(validity.down?.controlSpearman ?? 1)).toBeLessThan(0.3);
  expect(validity.up?.spearman).toBeLessThan(validity.down?.spearman ?? 0);
  const last = (await measureClamps(model, options)).filter(({ layer }) => layer === 1);
  const readings = await readClamps(model, last, { weights });
  expect(validityOf(readings.filter(({ side }) => side === "down")).spearman).toBeGreaterThan(0.6);
});

it("refuses what is no number, warns of what saturates", async () => {
  const model = smallModel();
  await expect(clampNeuron(model, { layer: 0, index: 1 }, Number.NaN)).rejects.toThrow("cannot be held at NaN");
  await expect(clampNeuron(model, { layer: 0, index: 20 }, 1)).rejects.toThrow("neurons 0 to 19, not 20");
  await expect(clampNeuron(model, { layer: 5, index: 0 }, 1)).rejects.toThrow("no neurons in layer 5");
  const warnings: string[] = [];
  await clampNeuron(model, { layer: 0, index: 1 }, 1e6, { usual: 2, onWarning: (text) => warnings.push(text) });
  expect(warnings.join()).toContain("the norms behind it saturate");
  const [effect] = await clampEffect(model, { layer: 0, index: 1 }, [1e7], prompts);
  expect(effect.warning).toContain("saturate");
  await expect(clampEffect(model, { layer: 0, index: 1 }, [1], [])).rejects.toThrow("there are none");
});

it("rank correlation", () => {
  expect(spearman([1, 2, 3, 4], [10, 20, 25, 100])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
  // Ties have the mean of their ranks: 1.5, 1.5, 3 against 1, 2, 3.
  expect(spearman([5, 5, 7], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 12);
  expect(pearson(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBe(0);
});
