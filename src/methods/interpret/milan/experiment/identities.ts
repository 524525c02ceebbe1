/** @file What must hold exactly: exemplars against a search through everything, beams against all captions, masks, orders, ablation. */

import { generateScene, type PictureSet, preprocesses, toTensor } from "../../../../data/index.ts";
import { compile, exportOnnx, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { conv, init, linear } from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { AblatableModel } from "../ablation.ts";
import { beamSearch } from "../beam-search.ts";
import { captionLogLikelihood, initDecoder } from "../decoder.ts";
import { computeExemplars } from "../exemplars.ts";
import { captionLogPrior, initCaptionModel } from "../language-model.ts";
import { RegionEncoder } from "../region-encoder.ts";
import { special } from "../vocabulary.ts";
import { generatedPictures } from "./generated-pictures.ts";

const side = 32;

export async function checkIdentities(run: Run): Promise<void> {
  const rng = run.rng.split("identities");
  await checkExemplars(run, rng.split("exemplars"));
  await checkBeam(run, rng.split("beam"));
  await checkEncoder(run, rng.split("encoder"));
}

/** A convolution of 6 units, and a head of 4 answers. */
function toyNetwork(rng: Rng) {
  const weights = { conv: init.conv(rng.split("conv"), 3, 6, 3), head: init.linear(rng.split("head"), 6, 4) };
  const network = (x: Value, head = weights.head) => {
    const map = conv(weights.conv, x, { stride: 2, padding: 1 }).relu();
    return { logits: linear(head, map.mean([2, 3])), map };
  };
  const bytes = exportOnnx((x: Value) => network(x), [Tensor.zeros([2, 3, side, side])], {
    names: ["picture"],
    batch: { name: "N", arguments: [0] },
  });
  return { weights, network, model: Model.open(bytes, { name: "toy" }) };
}

async function checkExemplars(run: Run, rng: Rng): Promise<void> {
  const { weights, network, model } = toyNetwork(rng);
  const count = 200;
  const pictures: PictureSet = generatedPictures("scenes", count, (i) => generateScene(rng.split(i), { size: side }));
  const layer = model.layers().find(({ kind }) => kind === "Relu")?.name ?? "";
  const store = await computeExemplars(model, pictures, { preprocess: preprocesses.signed, layers: [layer] });
  const inputs: Tensor[] = [];
  for (let i = 0; i < count; i++)
    inputs.push(toTensor((await pictures.get(i, side, side)).picture, 3, preprocesses.signed));
  const batch = new Float32Array(inputs.flatMap(({ data }) => [...(data as Float32Array)]));
  const { map } = await compile(network)(new Tensor("float32", [count, 3, side, side], batch));
  const [, units, rows, columns] = map.shape;
  const cells = rows * columns;
  let [different, off] = [0, 0];
  for (let unit = 0; unit < units; unit++) {
    const found = store.exemplars(layer, unit);
    const of = (i: number) =>
      (map.data as Float32Array).subarray((i * units + unit) * cells, (i * units + unit + 1) * cells);
    const best = inputs
      .map((_, i) => ({ i, value: of(i).reduce((a, b) => Math.max(a, b)) }))
      .sort((a, b) => b.value - a.value || a.i - b.i);
    for (const [k, image] of found.images.entries())
      if (image !== best[k].i || Math.abs(found.values[k] - best[k].value) > 1e-5) different++;
    const above = inputs.reduce((sum, _, i) => sum + of(i).filter((value) => value > found.level).length, 0);
    // A unit that is off almost everywhere has no level that 1 % exceed.
    if (found.level <= 0) continue;
    off = Math.max(off, Math.abs(above / (count * cells) - 0.01));
  }
  run.metric("exemplars that differ from brute force", different);
  // One and the same: a level whose rank is wrong by so much lights so many cells more or fewer.
  run.metric("level: error in rank", off);
  run.metric("lit cells: difference from 1 %", off);

  const silenced = [1, 4].map((unit) => ({ layer, unit }));
  const ablatable = new AblatableModel(model, { layers: [layer], output: "logits" });
  const logits = await ablatable.logits(inputs, silenced);
  await ablatable.release();
  const zeroed = weights.head.weight.numbers().map((value, i) => ([1, 4].includes(Math.floor(i / 4)) ? 0 : value));
  const head = { ...weights.head, weight: Tensor.of(zeroed, weights.head.weight.shape) };
  const without = await compile((x: Value) => network(x, head).logits)(
    new Tensor("float32", [count, 3, side, side], batch),
  );
  run.metric("ablated units against zeroed weights", largestDifference(logits, without));
}

const [words, length, exemplars, width] = [6, 4, 7, 5] as const;

async function checkBeam(run: Run, rng: Rng): Promise<void> {
  const vocabulary = words + 4;
  const plain = initDecoder(rng.split("decoder"), { features: width, vocabulary, hidden: 12, embedding: 4 });
  // Large weights, so that captions differ.
  const decoder = { ...plain, output: { ...plain.output, weight: rng.split("output").normal([12, vocabulary], 0, 2) } };
  const languageModel = initCaptionModel(rng.split("model"), { vocabulary, hidden: 8, embedding: 4 });
  const features = rng.split("features").normal([1, exemplars, width]);
  const beam = 50;
  const found = await compile((x: Value) => {
    const { captions, logp } = beamSearch(decoder, x, { beam, length });
    const texts = captions.reshape([beam, length + 1]);
    return {
      logp: logp.reshape([beam]),
      forced: captionLogLikelihood(decoder, { features: x.expand([beam, exemplars, width]), captions: texts }),
      prior: captionLogPrior(languageModel, texts),
    };
  })(features);
  const all = everyCaption();
  const scored = await compile((x: Value, captions: Value) => ({
    logp: captionLogLikelihood(decoder, { features: x.expand([all.length, exemplars, width]), captions }),
    prior: captionLogPrior(languageModel, captions),
  }))(features, Tensor.of(all.flat(), [all.length, length + 1], "int64"));
  const likeliest = scored.logp.numbers().sort().reverse();
  run.metric("beam against exhaustive search", Math.abs(found.logp.numbers()[0] - likeliest[0]));
  const lambda = 0.2;
  const [logp, forced, prior] = [found.logp.numbers(), found.forced.numbers(), found.prior.numbers()];
  const reported = logp.map((value, i) => value - lambda * prior[i]);
  run.metric(
    "information against forced decoding",
    reported.reduce((most, value, i) => Math.max(most, Math.abs(value - (forced[i] - lambda * prior[i]))), 0),
  );
}

/** All captions of at most `length` words, with the end and padding. */
function everyCaption(): number[][] {
  const first = special.unknown + 1;
  let open: number[][] = [[]];
  const all: number[][] = [];
  for (let n = 0; n <= length; n++) {
    for (const caption of open)
      all.push([...caption, special.end, ...new Array<number>(length - caption.length).fill(special.padding)]);
    open = open.flatMap((caption) => Array.from({ length: words }, (_, word) => [...caption, word + first]));
  }
  return all;
}

async function checkEncoder(run: Run, rng: Rng): Promise<void> {
  const { network, model } = toyNetwork(rng);
  const encoder = new RegionEncoder(model, { depths: ["map"], preprocess: preprocesses.signed });
  const { picture } = generateScene(rng.split("scene"), { size: side });
  const spot = Uint8Array.from({ length: side * side }, (_, i) => Number(i % side > 9 && i % side < 17));
  const masks = [new Uint8Array(side * side).fill(1), spot, spot.map((value) => 200 * value)];
  const vectors = await encoder.encode([{ picture, masks }]);
  await encoder.release();
  const of = (region: number) =>
    Tensor.of(vectors.subarray(region * encoder.features, (region + 1) * encoder.features), [encoder.features]);
  const pooled = await compile((x: Value) => network(x).map.mean([2, 3]))(
    new Tensor("float32", [1, 3, side, side], toTensor(picture, 3, preprocesses.signed).data),
  );
  run.metric("mask of ones against average pooling", largestDifference(of(0), pooled));
  run.metric("mask times a constant", largestDifference(of(1), of(2)));

  const decoder = initDecoder(rng.split("decoder"), {
    features: width,
    vocabulary: words + 4,
    hidden: 12,
    embedding: 4,
  });
  const features = rng.split("features").normal([1, exemplars, width]);
  const order = rng.split("order").permutation(exemplars);
  const turned = [...order].flatMap((row) => [...features.numbers().subarray(row * width, (row + 1) * width)]);
  const likelihood = compile((x: Value) =>
    captionLogLikelihood(decoder, {
      features: x,
      captions: x.tracer.constant([5, 7, 4, special.end], "int64").reshape([1, 4]),
    }),
  );
  const [one, other] = [await likelihood(features), await likelihood(Tensor.of(turned, [1, exemplars, width]))];
  run.metric("order of exemplars", largestDifference(one, other));
}

function largestDifference(a: Tensor, b: Tensor): number {
  const others = b.numbers();
  return a.numbers().reduce((most, value, i) => Math.max(most, Math.abs(value - others[i])), 0);
}
