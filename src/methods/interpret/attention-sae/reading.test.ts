import { describe, expect, it } from "vitest";
import { compile, importOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { crossEntropies } from "../../../nn/index.ts";
import { neuronWeights } from "../../../probe/index.ts";
import { bestUnits } from "./experiment/best-f1.ts";
import { inductionModel, initInduction, repeatedText } from "./experiment/induction-model.ts";
import { trueFirings } from "./experiment/induction-study.ts";
import { sampleTexts } from "./experiment/stories.ts";
import {
  ablateFeatures,
  againstPredicate,
  checkOrigin,
  dfa,
  evaluateSae,
  featureActivity,
  featureCard,
  featuresOf,
  findAttention,
  headAttribution,
  inductionScores,
  type Sae,
  saeOnnx,
  siteVectors,
  spliced,
  streamAttribution,
  topFeatures,
  trainSae,
  unembedding,
} from "./index.ts";
import { planted } from "./induction.ts";
import { decoderOf, grouped, onnxModel, randomSae } from "./testing/models.ts";

const { network, file } = grouped();
const [first, second] = findAttention(network);
const sae = randomSae(12, 4);
const texts = Array.from({ length: 6 }, (_, i) => Array.from({ length: 9 }, (_t, t) => (i + 3 * t) % 20));

/** Logits of each text, [steps, vocabulary], by a model of one text at a time. */
async function logitsOf(model: Parameters<typeof spliced>[0], text: readonly number[]): Promise<Tensor> {
  const run = compile((tokens: Value) => model.apply(tokens, tokens) as Value);
  const result = await run(Tensor.of(text, [1, text.length], "int64"));
  await run.release();
  return result;
}
const difference = (a: Tensor, b: Tensor) =>
  a.numbers().reduce((most, x, i) => Math.max(most, Math.abs(x - b.numbers()[i])), 0);

describe("evaluation", () => {
  it("is what running the model text by text gives", async () => {
    const quality = await evaluateSae(network, first, sae, texts, { batch: 4 });
    const { z } = await siteVectors(network, first, texts);
    const mean = Float64Array.from(
      { length: 12 },
      (_, j) =>
        z
          .numbers()
          .filter((_x, k) => k % 12 === j)
          .reduce((a, b) => a + b, 0) / 54,
    );
    const ce = async (model: Parameters<typeof spliced>[0]) => {
      const run = compile((tokens: Value) => {
        const logits = model.apply(tokens, tokens) as Value;
        return crossEntropies(logits.slice([0], [8], [1]), tokens.slice([1], [9], [1])).mean();
      });
      let sum = 0;
      for (const text of texts) sum += (await run(Tensor.of(text, [1, 9], "int64"))).item() / texts.length;
      await run.release();
      return sum;
    };
    expect(quality.ceClean).toBeCloseTo(await ce(network), 4);
    expect(quality.ceZero).toBeCloseTo(await ce(spliced(network, first, (x) => x.mul(0))), 4);
    expect(quality.ceMean).toBeCloseTo(
      await ce(spliced(network, first, (x) => x.mul(0).add(Tensor.of(mean, [12])))),
      4,
    );
    expect(quality.ceSae).toBeCloseTo(await ce(ablateFeatures(network, first, sae, "error")), 4);
    const f = (await featuresOf(sae, z)).numbers();
    expect(quality.l0).toBeCloseTo(f.filter((x) => x > 0).length / 54, 5);
    expect(quality.tokens).toBe(54);
    expect(quality.recovered).toBeCloseTo((quality.ceZero - quality.ceSae) / (quality.ceZero - quality.ceClean), 6);
  });

  it("of a dictionary that explains all, all is recovered", async () => {
    const eye = (sign: number) =>
      Array.from({ length: 12 }, (_, j) => Array.from({ length: 12 }, (_k, k) => (j === k ? sign : 0)));
    const whole: Sae = {
      ...sae,
      encoder: Tensor.of(eye(1).map((row, j) => [...row, ...eye(-1)[j]])),
      decoder: Tensor.of([...eye(1), ...eye(-1)]),
      encoderBias: Tensor.zeros([24]),
      decoderBias: Tensor.zeros([12]),
    };
    const { recovered, recoveredMean, explained } = await evaluateSae(network, second, whole, texts);
    for (const share of [recovered, recoveredMean, explained]) expect(share).toBeCloseTo(1, 3);
  });

  it("a dictionary of another width, site or model is refused", async () => {
    await expect(evaluateSae(network, first, randomSae(8, 4), texts)).rejects.toThrow(
      "the dictionary is for vectors of 8",
    );
    const { sae: learned } = await trainSae(network, first, texts, { batch: 16, mult: 2 });
    await checkOrigin(network, first, learned);
    await expect(evaluateSae(network, second, learned, texts)).rejects.toThrow(
      'trained on "block0/heads" of grouped, not on "block1/heads"',
    );
    await expect(evaluateSae(network, first, sae, [[1]])).rejects.toThrow("no text has two tokens");
  });
});

describe("ablation", () => {
  it("takes a feature's vector away, and nothing else: a feature that does not fire changes nothing", async () => {
    const { z } = await siteVectors(network, second, texts.slice(0, 1));
    const f = (await featuresOf(sae, z)).numbers();
    const silent = Array.from({ length: 36 }, (_, i) => i).filter((i) => f.every((x, k) => k % 36 !== i || x === 0));
    const loud = Array.from({ length: 36 }, (_, i) => i).find((i) => f[4 * 36 + i] > 0) ?? 0;
    const clean = await logitsOf(network, texts[0]);
    if (silent.length > 0)
      expect(difference(await logitsOf(ablateFeatures(network, second, sae, silent), texts[0]), clean)).toBeLessThan(
        1e-5,
      );
    const decoder = sae.decoder.numbers().subarray(loud * 12, (loud + 1) * 12);
    const byHand = spliced(network, second, (x) => {
      const taken = Tensor.of(
        Array.from({ length: 9 * 12 }, (_, k) => f[Math.floor(k / 12) * 36 + loud] * decoder[k % 12]),
        [1, 9, 12],
      );
      return x.sub(taken);
    });
    expect(
      difference(
        await logitsOf(ablateFeatures(network, second, sae, [loud]), texts[0]),
        await logitsOf(byHand, texts[0]),
      ),
    ).toBeLessThan(1e-4);
    const only = await logitsOf(ablateFeatures(network, second, sae, [loud], [4]), texts[0]);
    // The last layer: other tokens do not notice.
    const row = (t: Tensor, step: number) => Tensor.of(t.numbers().slice(step * 20, (step + 1) * 20), [20]);
    expect(difference(row(only, 3), row(clean, 3))).toBeLessThan(1e-6);
    expect(difference(row(only, 4), row(clean, 4))).toBeGreaterThan(1e-4);
    expect(() => ablateFeatures(network, second, sae, [36])).toThrow("no feature 36; it has 36");
  });
});

describe("reading features", () => {
  it("shares of heads sum to 1, and are those of lengths", () => {
    const shares = headAttribution({ ...sae, decoder: Tensor.of([[3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]]) }).numbers();
    for (const [k, share] of [3 / 7, 4 / 7, 0, 0].entries()) expect(shares[k]).toBeCloseTo(share, 6);
    const lists = topFeatures(sae, { top: 3 });
    expect(lists.length).toBe(4);
    expect(lists[0][0].share).toBeGreaterThanOrEqual(lists[0][2].share);
  });

  it("a card has examples over the whole range, sources that sum to the activation, and the straight way to logits", async () => {
    const activity = await featureActivity(network, second, sae, texts);
    const card = await featureCard(
      network,
      second,
      sae,
      3,
      texts,
      { intervals: 4, perInterval: 1, top: 2, words: 3 },
      activity,
    );
    const all = Array.from(activity.text, (_, row) => Number(activity.features.data[row * 36 + 3]));
    expect(card.rate).toBeCloseTo(all.filter((x) => x > 0).length / 54, 6);
    expect(card.top[0].activation).toBe(Math.max(...all));
    expect(card.intervals.length).toBe(4);
    expect(card.intervals.reduce((sum, { count }) => sum + count, 0)).toBe(all.filter((x) => x > 0).length);
    for (const { from, to, examples } of card.intervals)
      for (const { activation } of examples) expect(activation > from && activation <= to).toBe(true);
    const { text, step, activation } = card.top[0];
    const sum = card.sources.flat().reduce((a, b) => a + b, 0);
    const bias = activation - sum;
    const w = Array.from({ length: 12 }, (_, j) => sae.encoder.numbers()[j * 36 + 3]);
    const constant =
      sae.encoderBias.numbers()[3] - w.reduce((total, x, j) => total + x * sae.decoderBias.numbers()[j], 0);
    expect(bias).toBeCloseTo(constant, 4);
    expect(texts[text].length).toBeGreaterThan(step);
    expect(card.promotes.length).toBe(3);
    expect(card.promotes[0].effect).toBeGreaterThan(card.suppresses[0].effect);
    await expect(featureCard(network, second, sae, 99, texts)).rejects.toThrow("no feature 99");
  });

  it("an ONNX model's card has the same words as the network's, which are those of the folded unembedding", async () => {
    const exported = onnxModel(file);
    const at = findAttention(exported)[1];
    const ids = texts.slice(0, 2).map((text) => [...text, 7, 8]);
    const [one, other] = [
      await featureCard(network, second, sae, 3, ids, { words: 4 }),
      await featureCard(exported, at, sae, 3, ids, { words: 4 }),
    ];
    const { head, norm } = await neuronWeights(network);
    const third = await featureCard(network, second, sae, 3, ids, { words: 4, unembedding: unembedding(head, norm) });
    expect(one.promotes.length).toBe(4);
    for (const card of [other, third])
      for (const kind of ["promotes", "suppresses"] as const) {
        expect(card[kind].map(({ token }) => token)).toEqual(one[kind].map(({ token }) => token));
        for (const [i, { effect }] of card[kind].entries()) expect(effect).toBeCloseTo(one[kind][i].effect, 4);
      }
  });

  it("against a predicate, tokens are counted where it holds and elsewhere, over the range of activations", () => {
    // Two features of which the second counts; tokens 0 to 5, the predicate holds at even ones.
    const activity = {
      features: Tensor.of([
        [9, 4],
        [9, 1],
        [9, 2],
        [9, 0],
        [9, 0],
        [9, 3],
      ]),
      text: Int32Array.of(0, 0, 0, 1, 1, 1),
      step: Int32Array.of(0, 1, 2, 0, 1, 2),
    };
    const found = againstPredicate(activity, 1, (text, step) => (3 * text + step) % 2 === 0, 2);
    expect(found.intervals).toEqual([
      { from: 0, to: 2, holding: 1, other: 1, holdingValue: 2, otherValue: 1 },
      { from: 2, to: 4, holding: 1, other: 1, holdingValue: 4, otherValue: 3 },
    ]);
    expect([found.specificity, found.expected, found.sensitivity]).toEqual([2 / 4, 6 / 10, 2 / 3]);
    expect(() => againstPredicate(activity, 2, () => true)).toThrow("no feature 2; it has 2");
  });

  it("as an ONNX graph, a dictionary gives the same features and reconstruction", async () => {
    const { z } = await siteVectors(network, first, texts);
    const model = importOnnx(saeOnnx(sae));
    const run = compile((x: Value) => model.apply(model.params, { z: x }));
    const { features, reconstruction } = await run(z);
    expect(difference(features, await featuresOf(sae, z))).toBeLessThan(1e-5);
    expect(reconstruction.shape).toEqual([54, 12]);
  });
});

describe("induction", () => {
  it("plants a prefix twice, with the source behind its first copy", () => {
    const rng = new Rng(1);
    for (let i = 0; i < 50; i++) {
      const { text, source } = planted(
        rng,
        4,
        40,
        Array.from({ length: 95 }, (_, k) => k),
        false,
      );
      expect(text.slice(-4)).toEqual(text.slice(source - 4, source));
      expect(text.indexOf(text[39])).toBe(source - 1);
    }
    const { text, source } = planted(
      rng,
      4,
      40,
      Array.from({ length: 95 }, (_, k) => k),
      true,
    );
    expect(text[source - 1]).toBe(text[39]);
    expect(text[source - 2]).not.toBe(text[38]);
  });

  it("scores are mean attention: of a model that was not trained about one over the steps", async () => {
    const model = inductionModel(initInduction(new Rng(2)));
    const { layers } = await inductionScores(model, [1, 3], {
      tokens: Array.from({ length: 95 }, (_, i) => i),
      texts: 32,
    });
    expect(layers.map(({ shape }) => shape)).toEqual([
      [2, 4],
      [2, 4],
    ]);
    for (const score of layers[0].numbers()) expect(Math.abs(score - 1 / 40)).toBeLessThan(0.02);
    const network = initInduction(new Rng(2));
    const direct = await inductionScores(model, [3], {
      tokens: [1, 2, 3, 4, 5, 6, 7],
      texts: 8,
      unembedding: network.head.weight,
    });
    expect(direct.direct.map(({ shape }) => shape)).toEqual([
      [1, 4],
      [1, 4],
    ]);
    expect(direct.direct[1].numbers().every(Number.isFinite)).toBe(true);
    await expect(inductionScores(model, [20], { tokens: [1, 2], length: 40 })).rejects.toThrow("does not fit twice");
  });

  it("sources of repeated texts hold what comes next", () => {
    const rng = new Rng(3);
    const some = Array.from({ length: 20 }, () => repeatedText(rng));
    for (const { tokens, source } of some)
      for (const [t, s] of source.entries()) if (s >= 0) expect(tokens[s]).toBe(tokens[t + 1]);
    const values = Tensor.full([20 * 40, 1], 1);
    const firings = trueFirings(
      some,
      values,
      Array.from({ length: 95 }, (_, label) => ({ label, unit: 0, sign: 1 as const, threshold: 0.5, f1: 1 })),
    );
    expect(firings.length).toBe(some.flatMap(({ source }) => source).filter((s) => s >= 0).length);
  });
});

it("the best unit, sign and threshold are those of a search over all", () => {
  const rng = new Rng(4);
  const [n, units] = [200, 3];
  const labels = Int32Array.from({ length: n }, () => rng.int(-1, 2));
  const values = Float32Array.from(
    { length: n * units },
    (_, k) => Math.round(4 * (rng.random() - Number(k % units === 1 && labels[Math.floor(k / units)] === 1))) / 4,
  );
  const best = bestUnits(values, units, labels, 2, true);
  const half = (start: number) => Array.from({ length: n / 2 }, (_, i) => start + 2 * i);
  const f1 = (rows: number[], unit: number, sign: number, threshold: number, label: number) => {
    const said = rows.filter((row) => sign * values[row * units + unit] >= threshold);
    const hits = said.filter((row) => labels[row] === label).length;
    return (2 * hits) / (said.length + rows.filter((row) => labels[row] === label).length);
  };
  for (const { label, unit, sign, threshold, f1: reached } of best) {
    let most = 0;
    for (let u = 0; u < units; u++)
      for (const s of [1, -1]) {
        const scores = half(0).map((row) => s * values[row * units + u]);
        for (const t of new Set(scores))
          if (t > Math.min(...scores)) most = Math.max(most, f1(half(0), u, s, t, label));
      }
    expect(f1(half(0), unit, sign, threshold, label)).toBeCloseTo(most, 10);
    expect(reached).toBeCloseTo(f1(half(1), unit, sign, threshold, label), 10);
  }
  expect(best[1]).toMatchObject({ unit: 1, sign: -1 });
});

it("texts are drawn from a model, all at once, as single ones would be", async () => {
  const llama = await decoderOf("llama");
  const drawn = await sampleTexts(llama, { texts: 5, length: 9, batch: 4, rng: new Rng(5) });
  expect(drawn.map((text) => text.length)).toEqual([9, 9, 9, 9, 9]);
  expect(drawn.flat().every((token) => token >= 0 && token < 20)).toBe(true);
  expect(await sampleTexts(llama, { texts: 5, length: 9, batch: 4, rng: new Rng(5) })).toEqual(drawn);
});

it.each(["gpt2", "llama", "gemma2", "gpt-neox"])(
  "in %s, what earlier layers wrote sums to the attribution by source",
  async (name) => {
    const model = await decoderOf(name);
    const site = findAttention(model).slice(-1)[0];
    const dictionary = randomSae(site.heads * site.headWidth, site.heads);
    const text = [3, 1, 4, 1, 5, 9];
    const { bySource } = await dfa(model, site, dictionary, text, 2, 5);
    const { parts, bySource: byPart, constant } = await streamAttribution(model, site, dictionary, text, 2, 5);
    expect(parts[0]).toBe("embedding");
    const all = bySource.numbers();
    for (let s = 0; s < 6; s++) {
      const expected = Array.from({ length: site.heads }, (_, k) => all[k * 6 + s]).reduce((a, b) => a + b, 0);
      expect(byPart.reduce((sum, part) => sum + part[s], constant[s])).toBeCloseTo(expected, 4);
    }
  },
);
