import { beforeAll, describe, expect, it } from "vitest";
import { decodeModel, Rng } from "../../../graph/index.ts";
import { averagePrecision } from "../../../nn/index.ts";
import { OnnxNetwork, type TextInput, TextModel } from "../../../probe/index.ts";
import { onnxDecoder } from "../../../probe/language/testing/onnx-decoder.ts";
import { deactivationError, directPrecision, precisionError } from "./experiment/identities.ts";
import {
  answersOf,
  cumulativity,
  deactivate,
  differenceTest,
  type Found,
  findFfn,
  heldOutPrecision,
  neuronCount,
  overlaps,
  ownAndOthers,
  promptOf,
  questionsOf,
  type RelationSet,
  randomNeurons,
  relationMatrix,
  relationNeurons,
  textPerplexity,
  topNeurons,
} from "./index.ts";
import { responsesOf } from "./responses.ts";
import { smallModel, smallRelations } from "./testing/small-world.ts";

const model = smallModel();
let relations: RelationSet[];
let found: Found;

beforeAll(async () => {
  relations = await smallRelations(model);
  found = await relationNeurons(model, relations, { k: 12, evalPer: 8, leastKnown: 5 });
});

async function written(from: TextModel, prompt: TextInput, tokens: number): Promise<number[]> {
  const all: number[] = [];
  for await (const { token } of from.generate(prompt, { tokens, end: [] })) all.push(token);
  return all;
}

describe("average precision", () => {
  it("is what its definition says, with ties", () => {
    expect(precisionError(new Rng(1))).toBeLessThan(1e-12);
  });

  it("is 1 where positives come first, the share of positives where nothing is told, and undone by nothing monotone", () => {
    expect(averagePrecision([3, 2, 1, 0], [1, 1, 0, 0])).toBe(1);
    expect(averagePrecision([5, 5, 5, 5, 5], [0, 1, 0, 0, 0])).toBeCloseTo(0.2, 12);
    // One threshold at a time: 1/1 at 0.9, then 2/3 at 0.3.
    expect(averagePrecision([0.9, 0.5, 0.3, 0.1], [1, 0, 1, 0])).toBeCloseTo((1 + 2 / 3) / 2, 12);
    const rng = new Rng(2);
    const score = Float64Array.from({ length: 50 }, () => rng.gaussian());
    const label = Uint8Array.from({ length: 50 }, () => rng.int(0, 2));
    expect(averagePrecision(score.map(Math.exp), label)).toBe(averagePrecision(score, label));
    expect(averagePrecision(score, label)).toBeCloseTo(directPrecision(score, label), 12);
  });

  it("refuses what has none", () => {
    expect(() => averagePrecision([1, 2], [0, 0])).toThrow("there are no positives");
    expect(() => averagePrecision([1, Number.NaN], [1, 0])).toThrow("not a number");
    expect(() => averagePrecision([1], [1, 0])).toThrow("1 scores for 2 labels");
  });
});

describe("deactivation", () => {
  it("is as if the columns of the weights, and their biases, were 0", async () => {
    expect(await deactivationError(new Rng(3))).toBeLessThan(1e-5);
  });

  it("holds at every position, with the cache while text is generated", async () => {
    const off = deactivate(model, randomNeurons(found, 0, new Rng(7), 40));
    const prompt = [0, 9, 4, 17];
    const tokens = await written(off, prompt, 6);
    const text = [...prompt];
    for (const token of tokens) {
      const logits = (await off.logits(text)).numbers().slice(-40);
      expect(token).toBe(logits.indexOf(Math.max(...logits)));
      text.push(token);
    }
    expect(tokens).not.toEqual(await written(model, prompt, 6));
  });

  it("holds neurons at their medians, each its own", async () => {
    const neurons = topNeurons(found, 1);
    const held = deactivate(model, neurons, "median");
    for (const { tensor, unit, median } of neurons) {
      const { [tensor]: values } = await held.activations([0, 5, 6], [tensor]);
      for (let step = 0; step < 3; step++) expect(values.data[step * values.shape[1] + unit]).toBeCloseTo(median, 5);
    }
    const bare = neurons.map(({ layer, kind, tensor, unit }) => ({ layer, kind, tensor, unit }));
    expect(() => deactivate(model, bare, "median")).toThrow("has no median");
  });

  it("in ONNX files is built in, and holds with the file's own cache", async () => {
    const file = new TextModel(new OnnxNetwork(decodeModel(onnxDecoder(true)), { name: "file" }), { name: "file" });
    const maps = await findFfn(file);
    expect(maps).toEqual([
      { layer: 0, kind: "up", tensor: "risen", width: 10 },
      { layer: 0, kind: "down", tensor: "fed", width: 8 },
    ]);
    const off = deactivate(
      file,
      [1, 3, 8].flatMap((unit) => maps.map(({ layer, kind, tensor }) => ({ layer, kind, tensor, unit: unit % 8 }))),
    );
    const { risen, fed } = await off.activations([1, 2, 3], ["risen", "fed"]);
    expect([risen.data[1], risen.data[13], fed.data[0], fed.data[8 + 3]]).toEqual([0, 0, 0, 0]);
    const tokens = await written(off, [1, 2, 3], 4);
    const uncached = new TextModel(new OnnxNetwork(decodeModel(onnxDecoder(false)), { name: "file" }), {});
    const same = uncached.edit({ risen: { units: [1, 3, 0], set: 0 }, fed: { units: [1, 3, 0], set: 0 } });
    expect(tokens).toEqual(await written(same, [1, 2, 3], 4));
  });
});

describe("detection", () => {
  it("takes prompts that the model knows, subjects that are not for evaluation, and four others for each", () => {
    const subjects = (facts: Found["det"]) => new Set(facts.flat().map(({ subject }) => subject));
    const both = [...subjects(found.det)].filter((subject) => subjects(found.eva).has(subject));
    expect(both).toEqual([]);
    for (const [r, facts] of found.eva.entries()) {
      expect(facts.length).toBe(8);
      const left = relations[r].facts.filter(({ subject }) => !subjects(found.eva).has(subject));
      // Of every third fact the object is another one than the model writes.
      expect(found.det[r]).toEqual(left.filter(({ subject }) => (Number(subject.slice(1)) - 8) % 3 !== 2));
      const others = found.det.flat().length - found.det[r].length;
      expect(found.negatives[r]).toBe(Math.min(4 * found.det[r].length, others));
    }
  });

  it("knows what generation knows, and how likely the object is", async () => {
    const facts = relations[2].facts;
    const questions = questionsOf(model, relations[2].templates[0], facts);
    const answers = await answersOf(model, questions);
    for (const [i, { known, nll }] of answers.entries()) {
      const { prompt, object } = questions[i];
      expect(known).toBe((await written(model, prompt, 2)).slice(0, object.length).join() === object.join());
      const logits = await model.logits([...prompt, ...object]);
      const direct = object.reduce((sum, token, j) => {
        const row = logits.numbers().subarray((prompt.length - 1 + j) * 40, (prompt.length + j) * 40);
        return sum + Math.log(row.reduce((total, v) => total + Math.exp(v), 0)) - row[token];
      }, 0);
      expect(nll).toBeCloseTo(direct, 4);
    }
    expect(answers.some(({ known }) => !known)).toBe(true);
  });

  it("ranks all coordinates of gate, up and down of all layers by the precision of their mean over the prompt's own tokens", async () => {
    expect(found.maps.map(({ kind, width }) => `${kind} ${width}`).slice(0, 3)).toEqual([
      "gate 24",
      "up 24",
      "down 16",
    ]);
    expect(neuronCount(found.maps)).toBe(3 * 64);
    const prompts = found.det.map((facts, r) => facts.map(({ subject }) => promptOf(found.templates[r][0], subject)));
    const all = prompts.flat();
    const responses = await responsesOf(
      model,
      all.map((prompt) => model.encode(prompt)),
      found.maps,
    );
    for (const row of [0, all.length - 1]) {
      const taken = await model.activations(
        all[row],
        found.maps.map(({ tensor }) => tensor),
      );
      const means = found.maps.flatMap(({ tensor, width }) =>
        Array.from({ length: width }, (_, unit) => {
          const values = taken[tensor].numbers().filter((_v, at) => at % width === unit);
          // The mark that begins the text is not counted.
          return values.slice(1).reduce((a, b) => a + b, 0) / (values.length - 1);
        }),
      );
      const seen = responses.numbers().subarray(row * means.length, (row + 1) * means.length);
      for (const [n, v] of seen.entries()) expect(v).toBeCloseTo(means[n], 4);
    }
    // All others are negatives here, since there are fewer than four for each.
    const label = all.map((_, i) => Number(i < prompts[0].length));
    const count = neuronCount(found.maps);
    for (let n = 0; n < count; n++) {
      const score = all.map((_, i) => Number(responses.data[i * count + n]));
      expect(found.ap[0][n]).toBeCloseTo(directPrecision(score, label), 6);
    }
    const top = topNeurons(found, 0);
    expect(top.every(({ ap }, i) => i === 0 || ap <= top[i - 1].ap)).toBe(true);
    expect(Math.max(...found.ap[0])).toBe(top[0].ap);
    const last = topNeurons(found, 0, { end: "last" });
    expect(last[0].ap).toBe(Math.min(...found.ap[0]));
  });

  it("prefers what is always there to what is large at times: the difference of means does not", () => {
    const made: Found = {
      ...found,
      maps: [{ layer: 0, kind: "up", tensor: "block0/up", width: 2 }],
      ap: [Float32Array.of(1, averagePrecision([0, 9, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0]))],
      difference: [Float32Array.of(0.1, 2)],
      median: [Float32Array.of(0.1, 0)],
    };
    expect(topNeurons(made, 0, { k: 1 })[0].unit).toBe(0);
    expect(topNeurons(made, 0, { k: 1, by: "difference" })[0].unit).toBe(1);
    expect(() => topNeurons(made, 0, { k: 3 })).toThrow("3 neurons of 2");
  });

  it("is the same for the same seed, and looks at single layers where it is asked to", async () => {
    const again = await relationNeurons(model, relations, { k: 12, evalPer: 8, leastKnown: 5 });
    expect(again.ap).toEqual(found.ap);
    expect(topNeurons(found, 1, { layer: 2 }).every(({ layer }) => layer === 2)).toBe(true);
  });
});

describe("effects", () => {
  it("are measured on facts for evaluation, own and others, beside random neurons", async () => {
    const matrix = await relationMatrix(model, found, { draws: 2 });
    const off = deactivate(model, topNeurons(found, 1));
    const answers = await answersOf(off, questionsOf(off, found.templates[2][0], found.eva[2]));
    const before = await answersOf(model, questionsOf(model, found.templates[2][0], found.eva[2]));
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const rise = mean(answers.map(({ nll }) => nll)) - mean(before.map(({ nll }) => nll));
    expect(matrix.nllRise.data[1 * 3 + 2]).toBeCloseTo(rise, 5);
    const lost = mean(before.map(({ known }) => Number(known))) - mean(answers.map(({ known }) => Number(known)));
    expect(matrix.accuracyLost.data[5]).toBeCloseTo(lost, 12);
    expect(matrix.drop.data[5]).toBeCloseTo(lost / matrix.base.accuracy[2], 12);
    expect(matrix.known[0].before).toHaveLength(8);
    expect(ownAndOthers({ rows: 2, columns: 2, data: Float64Array.of(3, 1, 2, 5) })).toEqual({ own: 4, others: 1.5 });
  });

  it("grow from nothing to the whole network, and are told apart from those of the added neurons alone", async () => {
    const all = neuronCount(found.maps);
    const [one, whole] = await cumulativity(model, found, [1, all], { draws: 1 });
    expect(Math.abs(one.nllRise.own)).toBeLessThan(Math.abs(whole.nllRise.own));
    // Without the networks it does not matter whose neurons are off.
    expect(whole.nllRise.random).toBeCloseTo(whole.nllRise.own / 3 + (whole.nllRise.others * 2) / 3, 4);
    for (const { broken, byAddedAlone } of await differenceTest(model, found, [5, 60]))
      expect(byAddedAlone).toBeLessThanOrEqual(broken);
    expect(await heldOutPrecision(model, found, { k: 3 })).toHaveLength(3);
  });

  it("on unrelated text are those of its perplexity", async () => {
    const text = [0, 3, 9, 12, 30];
    const logits = await model.logits(text);
    const nats = text.slice(1).map((token, i) => {
      const row = logits.numbers().subarray(i * 40, (i + 1) * 40);
      return Math.log(row.reduce((total, v) => total + Math.exp(v), 0)) - row[token];
    });
    expect(await textPerplexity(model, [text])).toBeCloseTo(Math.exp(nats.reduce((a, b) => a + b, 0) / 4), 2);
  });

  it("overlaps of random sets are as many as expected", () => {
    const rng = new Rng(4);
    const count = 40;
    const random: Found = {
      ...found,
      relations: Array.from({ length: count }, (_, i) => `${i}`),
      ap: Array.from({ length: count }, () => Float32Array.from({ length: 192 }, () => rng.random())),
      difference: Array.from({ length: count }, () => new Float32Array(192)),
      median: Array.from({ length: count }, () => new Float32Array(192)),
    };
    const { shared, expected, deviation } = overlaps(random, 30);
    const { own, others } = ownAndOthers(shared);
    expect([own, expected]).toEqual([30, (30 * 30) / 192]);
    expect(Math.abs(others - expected)).toBeLessThan((4 * deviation) / Math.sqrt((count * (count - 1)) / 2));
  });
});
