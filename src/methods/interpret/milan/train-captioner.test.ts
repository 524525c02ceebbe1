import { expect, it } from "vitest";
import { compile, forEachLeaf, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { blankCaptionModel, blankDecoder } from "./blank-captioner.ts";
import { bleu } from "./bleu.ts";
import { rankByInformation } from "./captioner.ts";
import { decodeCaptioner, encodeCaptioner } from "./captioner-file.ts";
import { captionLogLikelihood, initDecoder } from "./decoder.ts";
import { captionLogPrior, initCaptionModel } from "./language-model.ts";
import { NeuralCaptioner } from "./neural-captioner.ts";
import type { RegionEncoder } from "./region-encoder.ts";
import { Scaling } from "./scaling.ts";
import { trainOnFeatures } from "./train-captioner.ts";
import { checkSameWords, Vocabulary } from "./vocabulary.ts";

const colours = ["red", "green", "blue", "white"];
const shapes = ["circles", "squares", "rings"];
const [exemplars, width] = [5, 8];

/** Regions whose first numbers say colour and shape, and captions of which 70 % say nothing. */
function toySets(rng: Rng, count: number) {
  const data: number[] = [];
  const captions: string[][] = [];
  const truth: string[] = [];
  for (let i = 0; i < count; i++) {
    const [colour, shape] = [rng.int(0, 4), rng.int(0, 3)];
    for (let k = 0; k < exemplars; k++)
      for (let f = 0; f < width; f++) data.push(Number(f === colour) + Number(f === 4 + shape) + 0.3 * rng.gaussian());
    truth.push(`${colours[colour]} ${shapes[shape]}`);
    captions.push(Array.from({ length: 3 }, () => (rng.random() < 0.7 ? rng.pick(["things", "objects"]) : truth[i])));
  }
  return { features: Tensor.of(data, [count, exemplars, width]), captions, truth };
}

const encoder = { features: width, height: 8, width: 8, release: async () => undefined } as unknown as RegionEncoder;

it("learns to name what regions have in common; information prefers it to what is always said", async () => {
  const rng = new Rng(1);
  const trained = await trainOnFeatures(toySets(rng.split("train"), 300), {
    rng,
    hidden: 48,
    embedding: 16,
    projection: 16,
    languageHidden: 24,
    epochs: 16,
    patience: 16,
    rate: 6e-3,
    length: 5,
  });
  expect(trained.vocabulary.words.length).toBe(9);
  const captioner = new NeuralCaptioner(encoder, trained, { decoded: 8 });
  const test = toySets(rng.split("test"), 24);
  const looked = trained.scaling.apply(test.features);
  const candidates = await captioner.decode(looked, 20, { length: 5 });
  expect(candidates.length).toBe(24);

  // What is reported is what forced decoding gives: log p(d | E) − λ log p(d).
  const ranked = await rankByInformation(captioner, candidates, 0.2);
  const numbers = trained.vocabulary.encode(ranked[3][0].text, 15);
  const captions = Tensor.of(numbers, [1, 16], "int64");
  const one = Tensor.of(looked.numbers().subarray(3 * exemplars * width, 4 * exemplars * width), [1, exemplars, width]);
  const forced = await compile((x: Value, d: Value) =>
    captionLogLikelihood(trained.decoder, { features: x, captions: d }).sub(
      captionLogPrior(trained.languageModel, d).mul(0.2),
    ),
  )(one, captions);
  expect(ranked[3][0].pmi).toBeCloseTo(forced.item(), 4);

  const vague = (lambda: number) =>
    rankByInformation(captioner, candidates, lambda).then(
      (lists) => lists.filter(([best]) => /things|objects/.test(best.text)).length,
    );
  const right = (await rankByInformation(captioner, candidates, 0.4)).filter(
    ([best], i) => best.text === test.truth[i],
  );
  expect(right.length).toBeGreaterThan(18);
  expect(await vague(0.4)).toBeLessThan(await vague(0));

  // Eight bits are enough: the same words again, nearly as likely.
  const kept = new NeuralCaptioner(encoder, decodeCaptioner(encodeCaptioner(trained)));
  const again = await kept.decode(looked, 20, { length: 5 });
  expect(again.filter(([best], i) => best.text === candidates[i][0].text).length).toBeGreaterThan(21);
  await Promise.all([captioner.release(), kept.release()]);
}, 60_000);

it("what a file is filled into has the shapes of what is trained", () => {
  const shapes = (tree: object) => {
    const list: string[] = [];
    forEachLeaf(tree, (leaf, path) => list.push(`${path} ${(leaf as Tensor).shape}`));
    return list;
  };
  for (const projection of [undefined, 6]) {
    const sizes = { features: 9, vocabulary: 12, hidden: 8, embedding: 4, ...(projection && { projection }) };
    expect(shapes(blankDecoder(sizes))).toEqual(shapes(initDecoder(new Rng(1), sizes)));
  }
  const sizes = { vocabulary: 12, hidden: 8, embedding: 4, layers: 3 };
  expect(shapes(blankCaptionModel(sizes))).toEqual(shapes(initCaptionModel(new Rng(1), sizes)));
});

it("refuses a file that is none, and captions that do not belong to features", async () => {
  expect(() => decodeCaptioner(new Uint8Array(40))).toThrow(expect.objectContaining({ code: "bad-file" }));
  const { features } = toySets(new Rng(1), 4);
  await expect(trainOnFeatures({ features, captions: [["a"]] })).rejects.toMatchObject({ code: "shape" });
});

it("vocabularies that differ are refused with the words that are missing", () => {
  const [a, b] = [Vocabulary.of(["red dogs", "red cats"]), Vocabulary.of(["red dogs"])];
  expect(() => checkSameWords(a, a)).not.toThrow();
  expect(() => checkSameWords(a, b)).toThrow(/the language model lacks cats/);
  expect(() => checkSameWords(b, a)).toThrow(/the decoder lacks cats/);
  const sizes = { vocabulary: a.size, hidden: 4, embedding: 2 };
  const weights = {
    vocabulary: a,
    languageVocabulary: b,
    scaling: new Scaling(Tensor.zeros([width]), Tensor.full([width], 1)),
    decoder: initDecoder(new Rng(1), { ...sizes, features: width }),
    languageModel: initCaptionModel(new Rng(1), sizes),
  };
  expect(() => new NeuralCaptioner(encoder, weights)).toThrow(/the language model lacks cats/);
});

it("a vocabulary's numbers and words are each other's inverse", () => {
  const vocabulary = Vocabulary.of(["Red circles.", "the red-hot circles"]);
  expect(vocabulary.words).toEqual(["circles", "red", "red-hot", "the"]);
  expect([...vocabulary.encode("The red circles!", 4)]).toEqual([7, 5, 4, 2, 0]);
  expect(vocabulary.decode(vocabulary.encode("the red circles", 4))).toBe("the red circles");
  expect(vocabulary.decode(vocabulary.encode("the red red red circles", 2))).toBe("the red");
});

it("BLEU is 1 for a reference, 0 without a common word, and as counted by hand", () => {
  const words = (text: string) => text.split(" ");
  expect(bleu([words("red circles on grass")], [[words("things"), words("red circles on grass")]])).toBe(1);
  expect(bleu([words("a b c d")], [[words("e f g h")]])).toBe(0);
  // 3 of 4 words, 2 of 3 pairs, 1 of 2 triples, 0 of 1 quadruple: 0; with three words: (2/3 · 1/2 · …) has no triple in common.
  expect(bleu([words("a b x")], [[words("a b c")]])).toBe(0);
  // (1 · 1)^(1/2) · exp(1 − 4/2)
  expect(bleu([words("a b")], [[words("a b c d")]])).toBeCloseTo(Math.exp(-1));
});
