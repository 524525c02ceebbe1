import { expect, it } from "vitest";
import { compile, type Noise, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { beamSearch } from "./beam-search.ts";
import { CaptionSearch } from "./caption-search.ts";
import { captionLogLikelihood, type Decoder, decoderLoss, initDecoder } from "./decoder.ts";
import { captionLogPrior, initCaptionModel } from "./language-model.ts";
import { special } from "./vocabulary.ts";

const words = 6;
const vocabulary = words + 4;
const length = 4;

/** A decoder with large weights, so that captions differ. */
function toyDecoder(): Decoder<Tensor> {
  const p = initDecoder(new Rng(3), { features: 5, vocabulary, hidden: 12, embedding: 4 });
  return { ...p, output: { ...p.output, weight: new Rng(4).normal([12, vocabulary], 0, 2) } };
}

/** All captions of at most `length` words, with the end and padding. */
function allCaptions(): number[][] {
  let open: number[][] = [[]];
  const all: number[][] = [];
  for (let n = 0; n <= length; n++) {
    for (const caption of open) {
      const padding = new Array<number>(length - caption.length).fill(special.padding);
      all.push([...caption, special.end, ...padding]);
    }
    open = open.flatMap((caption) => Array.from({ length: words }, (_, word) => [...caption, word + 4]));
  }
  return all;
}

it("a beam of 50 finds the captions that trying all of them finds, with their log-probabilities", async () => {
  const p = toyDecoder();
  const features = new Rng(5).normal([3, 7, 5]);
  const captions = allCaptions();
  expect(captions.length).toBe(1 + 6 + 36 + 216 + 1296);
  const found = await compile((x: Value) => beamSearch(p, x, { beam: 50, length }))(features);
  expect(found.captions.shape).toEqual([3, 50, length + 1]);
  for (let unit = 0; unit < 3; unit++) {
    const one = Tensor.of(features.numbers().subarray(unit * 35, (unit + 1) * 35), [1, 7, 5]);
    const scored = await compile((x: Value, d: Value) =>
      captionLogLikelihood(p, { features: x.expand([captions.length, 7, 5]), captions: d }),
    )(one, Tensor.of(captions.flat(), [captions.length, length + 1], "int64"));
    const best = captions
      .map((caption, i) => ({ caption, logp: scored.data[i] as number }))
      .sort((a, b) => b.logp - a.logp);
    const numbers = found.captions.numbers();
    for (let i = 0; i < 10; i++) {
      const at = (unit * 50 + i) * (length + 1);
      expect([...numbers.subarray(at, at + length + 1)]).toEqual(best[i].caption);
      expect(found.logp.data[unit * 50 + i]).toBeCloseTo(best[i].logp, 4);
    }
  }
});

it("searched against a language model, the beam's order is that of log p(d | E) − λ log p(d) over all captions", async () => {
  const p = toyDecoder();
  const plain = initCaptionModel(new Rng(10), { vocabulary, hidden: 8, embedding: 4 });
  const languageModel = {
    ...plain,
    output: { ...plain.output, weight: new Rng(11).normal([8, vocabulary], 0, 4) },
  };
  const [features, lambda, captions] = [new Rng(12).normal([1, 7, 5]), 0.6, allCaptions()];
  const found = await compile((x: Value) =>
    beamSearch(p, x, { beam: 300, length, against: { languageModel, lambda } }),
  )(features);
  const scored = await compile((x: Value, d: Value) => {
    const logp = captionLogLikelihood(p, { features: x.expand([captions.length, 7, 5]), captions: d });
    return { logp, pmi: logp.sub(captionLogPrior(languageModel, d).mul(lambda)) };
  })(features, Tensor.of(captions.flat(), [captions.length, length + 1], "int64"));
  const [logp, pmi] = [scored.logp.numbers(), scored.pmi.numbers()];
  const best = [...captions.keys()].sort((a, b) => pmi[b] - pmi[a]);
  // Another order than the likeliest's, or the test shows nothing.
  expect(best[0]).not.toBe(logp.indexOf(Math.max(...logp)));
  for (let i = 0; i < 10; i++) {
    expect([...found.captions.numbers().subarray(i * (length + 1), (i + 1) * (length + 1))]).toEqual(captions[best[i]]);
    expect(found.logp.data[i]).toBeCloseTo(logp[best[i]], 4);
  }
});

it("a search some words at a time finds the same, whether or not captions end early", async () => {
  const features = new Rng(5).normal([3, 7, 5]);
  for (const bias of [0, 6]) {
    const plain = toyDecoder();
    const raised = Tensor.of(
      Array.from({ length: vocabulary }, (_, word) => (word === special.end ? bias : 0)),
      [vocabulary],
    );
    const p = { ...plain, output: { ...plain.output, bias: raised } };
    const options = { beam: 8, length };
    const whole = await compile((x: Value) => beamSearch(p, x, options))(features);
    const search = new CaptionSearch(p, options, {});
    const found = await search.find(features);
    expect(found.captions.numbers()).toEqual(whole.captions.numbers());
    expect(found.logp.numbers()).toEqual(whole.logp.numbers());
    await search.release();
  }
});

it("a beam wider than there are captions finds each once and leaves the rest empty", async () => {
  const p = toyDecoder();
  const found = await compile((x: Value) => beamSearch(p, x, { beam: 60, length: 2 }))(new Rng(5).normal([1, 7, 5]));
  const kept = found.logp.numbers().filter((value) => value > -1e29);
  expect(kept.length).toBe(1 + 6 + 36);
  const texts = new Set(
    Array.from({ length: 43 }, (_, i) =>
      found.captions
        .numbers()
        .subarray(3 * i, 3 * i + 3)
        .join(" "),
    ),
  );
  expect(texts.size).toBe(43);
});

it("the order of exemplars changes nothing", async () => {
  const p = toyDecoder();
  const features = new Rng(6).normal([1, 7, 5]).numbers();
  const turned = [...new Rng(7).permutation(7)].flatMap((row) => [...features.subarray(5 * row, 5 * row + 5)]);
  const likelihood = compile((x: Value) =>
    captionLogLikelihood(p, { features: x, captions: x.tracer.constant([5, 7, 4, 2, 0], "int64").reshape([1, 5]) }),
  );
  const [a, b] = [await likelihood(Tensor.of(features, [1, 7, 5])), await likelihood(Tensor.of(turned, [1, 7, 5]))];
  expect(a.item()).toBeCloseTo(b.item(), 5);
});

it("the language model's probabilities of all captions of at most two words sum to 1", async () => {
  const p = initCaptionModel(new Rng(1), { vocabulary: 6, hidden: 8, embedding: 4 });
  // Padding, which does not count, has no probability.
  const bias = Tensor.of([-60, 0.5, 0, 0, -0.3, 0.2]);
  const words = [1, 3, 4, 5];
  const captions = [[special.end, 0], ...words.flatMap((w) => [...words, special.end].map((v) => [w, v]))];
  const score = compile((d: Value) => captionLogPrior({ ...p, output: { ...p.output, bias } }, d));
  const scores = await score(Tensor.of(captions.flat(), [captions.length, 2], "int64"));
  expect(scores.numbers().reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5);
});

it("the loss is the surprise per word plus the unevenness of the attention", async () => {
  const p = toyDecoder();
  const captions = Tensor.of([5, 7, 4, 2, 0, 6, 2, 0, 0, 0], [2, 5], "int64");
  const features = new Rng(8).normal([2, 7, 5]);
  const loss = (weight: number) =>
    compile((x: Value, d: Value, noise: Noise) =>
      decoderLoss(p, { features: x, captions: d }, noise, { dropout: 0, attention: weight }),
    )(features, captions, new Rng(0));
  const likelihoods = await compile((x: Value, d: Value) => captionLogLikelihood(p, { features: x, captions: d }))(
    features,
    captions,
  );
  const plain = (await loss(0)).item();
  expect(plain).toBeCloseTo(-likelihoods.numbers().reduce((a, b) => a + b, 0) / 6, 5);
  // Σ_t α is 4/7 and 2/7 on average: (1 − 4/7)² and (1 − 2/7)² at the least.
  const uneven = (await loss(1)).item() - plain;
  expect(uneven).toBeGreaterThanOrEqual(((1 - 4 / 7) ** 2 + (1 - 2 / 7) ** 2) / 2 - 1e-6);
});
