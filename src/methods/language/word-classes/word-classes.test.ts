import { beforeAll, describe, expect, it } from "vitest";
import { exportOnnx, importOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { gpt, init } from "../../../nn/index.ts";
import { onnxLanguageModel } from "../../../probe/index.ts";
import {
  bigramPrediction,
  contextStates,
  countWords,
  evaluateNextWord,
  followerCounts,
  type LayerReading,
  mostFrequent,
  type NextWordModel,
  nextWordModel,
  nextWordNetwork,
  readLayers,
  shuffledOrder,
  trainNextWord,
  unigramPrediction,
} from "./index.ts";
import { pairsText } from "./testing/toy-texts.ts";

const rng = new Rng(7);
const training = pairsText(rng.split("training"), 3000);
const analysis = pairsText(rng.split("analysis"), 1200);
const network = { context: 5, kind: "lstm", sizes: [8, 24, 24, 16], seed: 3 } as const;
// These networks are too small to be worth a second thread.
const compile = { threads: 1 };
const contexts = { context: 5, perClass: 100, classes: ["X", "Y"], seed: 1 };

async function read(model: NextWordModel): Promise<LayerReading[]> {
  return readLayers(await contextStates(model, analysis, contexts), { probe: { steps: 30, compile } });
}

describe("a network that learned which word follows", () => {
  let trained: NextWordModel;
  let readings: LayerReading[];

  beforeAll(async () => {
    const options = { ...network, epochs: 6, batch: 64, rate: 0.015, validation: analysis, compile };
    const { model, history } = await trainNextWord(training, options);
    trained = model;
    readings = await read(model);
    expect(history.length).toBe(12);
    expect(history[11].val).toBeLessThan(history[0].val);
  }, 60_000);

  it("holds classes of words that it has not seen apart, whatever the last word; the more, the deeper", () => {
    expect(readings.map(({ layer }) => layer)).toEqual(["input", "lstm1", "lstm2", "tanh", "output"]);
    expect(readings.map(({ units }) => units)).toEqual([40, 24, 24, 16, 25]);
    const [input, , , tanh] = readings;
    expect(tanh.next).toBeLessThan(-0.3);
    expect(tanh.conditional).toBeLessThan(-0.3);
    expect(tanh.accuracy).toBeGreaterThan(0.97);
    expect(input.next).toBeGreaterThan(tanh.next / 2);
    // After X as after Y, either class comes as often: the last word says nothing of the next.
    expect(Math.abs(tanh.last)).toBeLessThan(0.05);
  });

  it("predicts as well as knowing the class allows; counting the words after the last one does not", async () => {
    const { loss } = await evaluateNextWord(trained, analysis);
    expect(loss).toBeLessThan(Math.log(12) + 0.15);
    const counts = countWords(training, trained.vocabulary);
    expect(bigramPrediction(counts, analysis, trained.vocabulary, 5).loss).toBeGreaterThan(Math.log(24) - 0.1);
    expect(unigramPrediction(counts, analysis, trained.vocabulary, 5).loss).toBeGreaterThan(Math.log(24) - 0.05);
  });

  it("untrained, or trained on the same words in random order, it does not", async () => {
    const untrained = await read(nextWordModel(nextWordNetwork({ ...network, vocab: 25 }), trained.vocabulary));
    const text = shuffledOrder(training, rng.split("shuffle"));
    const shuffled = await trainNextWord(text, { ...network, epochs: 3, batch: 64, rate: 0.015, compile });
    for (const [, , , tanh] of [untrained, await read(shuffled.model)]) {
      expect(tanh.next).toBeGreaterThan(-0.06);
      expect(tanh.conditional).toBeGreaterThan(-0.06);
    }
  });

  it("a feed-forward network does, too", async () => {
    const options = {
      ...network,
      kind: "mlp",
      sizes: [8, 32, 32, 16],
      epochs: 6,
      batch: 64,
      rate: 0.015,
      compile,
    } as const;
    const mlp = await read((await trainNextWord(training, options)).model);
    expect(mlp.map(({ layer }) => layer)).toEqual(["input", "tanh1", "tanh2", "tanh3", "output"]);
    expect(mlp[3].next).toBeLessThan(-0.3);
  });

  it("what is recorded does not depend on the next word, and is the same each time", async () => {
    const before = await contextStates(trained, analysis, contexts);
    const { places } = before;
    // Another word of the same class in each place that a context is followed by, where no other context reads it.
    const readAt = new Set(places.flatMap((place) => [1, 2, 3, 4, 5].map((back) => place - back)));
    const words = analysis.words.map((word, i) =>
      places.includes(i) && !readAt.has(i) ? `${word[0]}${(Number(word.slice(1)) + 1) % 12}` : word,
    );
    expect(words).not.toEqual(analysis.words);
    const after = await contextStates(trained, { ...analysis, words }, contexts);
    expect(after.places).toEqual(places);
    for (const [layer, states] of Object.entries(before.layers)) expect(after.layers[layer].data).toEqual(states.data);
  });

  it("warns where the text to look at is the one it learned from", async () => {
    expect((await contextStates(trained, analysis, contexts)).warnings).toEqual([]);
    const { warnings } = await contextStates(trained, training, contexts);
    expect(warnings[0]).toContain("200 of 200 contexts and their next words are in the training text");
  });

  it("says what does not fit", async () => {
    await expect(contextStates(trained, analysis, { ...contexts, context: 4 })).rejects.toThrow("reads 5 words, not 4");
    await expect(contextStates(trained, analysis, { ...contexts, classes: ["X", "Z"] })).rejects.toThrow(
      'class "Z" has 0 places',
    );
    await expect(contextStates(trained, { words: ["a", "b"] }, contexts)).rejects.toThrow("the text has 2 words");
    await expect(trainNextWord({ words: ["a", "b"] }, network)).rejects.toThrow("5 and the next one are needed");
    const states = await contextStates(trained, analysis, { ...contexts, layers: ["tanh"] });
    const dead = { ...states, layers: { dead: Tensor.zeros([200, 3]) } };
    await expect(readLayers(dead)).rejects.toThrow('layer "dead": all points are the same');
    const params = { ...trained.params, output: { weight: Tensor.full([16, 25], Number.NaN) } };
    const broken = nextWordModel(trained.network, trained.vocabulary, { params });
    await expect(contextStates(broken, analysis, contexts)).rejects.toThrow('the layer "output" holds NaN');
  });
});

it("an ONNX language model is read like a network of one's own", async () => {
  const vocabulary = mostFrequent(training.words, 24);
  const heads = 2;
  const params = init.gpt(rng.split("gpt"), { vocabulary: 25, width: 16, layers: 1, heads, context: 8 });
  const bytes = exportOnnx((tokens: Value) => gpt(params, tokens, { heads }), [Tensor.zeros([10, 8], "int64")], {
    names: ["input_ids"],
  });
  // Each word is two tokens: a mark and itself.
  const tokenize = (words: readonly string[]) => Array.from(vocabulary.encode(words), (token) => [0, token]);
  const model = onnxLanguageModel(importOnnx(bytes), { tokenize, causal: true });
  const states = await contextStates(model, analysis, { ...contexts, context: 4, perClass: 30 });
  expect(states.contexts[0].length).toBe(4);
  const readings = await readLayers(states, { probe: { steps: 5, compile }, fewest: 3, permutations: 20 });
  expect(readings.length).toBeGreaterThan(10);
  for (const { next, band } of readings) {
    expect(Number.isFinite(next)).toBe(true);
    expect(band?.low).toBeLessThan(band?.high ?? 0);
  }
});

describe("counting", () => {
  const text = { words: "a b a c a b d a".split(" ") };
  const vocabulary = mostFrequent(text.words, 4);
  const counts = countWords(text, vocabulary);

  it("probabilities of all words after a word sum to 1", () => {
    for (const predict of [bigramPrediction, unigramPrediction])
      for (const last of vocabulary.words) {
        const p = vocabulary.words.map((next) =>
          Math.exp(-predict(counts, { words: [last, next] }, vocabulary, 1).loss),
        );
        expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      }
  });

  it("what followed a word", () => {
    const features = followerCounts(counts, ["a", "d", "zebra"], vocabulary, 3).numbers();
    // Columns: <unk>, a, b. After "a" came b, c, b; after "d" came a.
    expect([...features].map((v) => Math.round(Math.expm1(v)))).toEqual([0, 0, 2, 0, 1, 0, 0, 0, 0]);
  });
});
