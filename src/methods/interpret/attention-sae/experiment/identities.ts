/** @file What must hold exactly, measured on small random networks. */

import { compile, grad, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { alongSphere, fit } from "../../../../nn/index.ts";
import type { LanguageModel } from "../../../../probe/index.ts";
import { attentionParts, attribute, headAttribution } from "../attribution.ts";
import { initLearned, type Learned, type Sparsity, saeLoss } from "../loss.ts";
import { applied, type Feeds, logitsAmong, type Texts } from "../model.ts";
import { saeOptimiser } from "../optimiser.ts";
import { decode, encode, type Sae, sizesOf } from "../sae.ts";
import type { AttentionSite } from "../site.ts";
import { spliced } from "../splice.ts";
import { batchesOf } from "../vectors.ts";

/** What sums must give again, as shares of the largest number among them. */
export interface Attributions {
  readonly heads: number;
  readonly sources: number;
  readonly shares: number;
  /** Of logits, when ẑ + (z − ẑ) stands for z. */
  readonly splice: number;
}

/** On texts of one length: a few features at their last steps. */
export async function attributionErrors(
  model: LanguageModel,
  site: AttentionSite,
  sae: Sae,
  texts: Texts,
): Promise<Attributions> {
  const { features, width } = sizesOf(sae);
  const parts = await attentionParts(model, site, texts);
  let [heads, sources] = [0, 0];
  const encoder = sae.encoder.numbers();
  for (const part of parts)
    for (let i = 0; i < features; i += Math.max(1, Math.floor(features / 8))) {
      const t = part.z.shape[0] - 1;
      const { byHead, bySource, bias } = attribute(part, sae, i, t);
      const z = part.z.numbers();
      let pre = sae.encoderBias.numbers()[i];
      for (let j = 0; j < width; j++)
        pre += (z[t * width + j] - sae.decoderBias.numbers()[j]) * encoder[j * features + i];
      const all = bySource.numbers();
      const size = Math.max(1e-6, ...byHead.map(Math.abs), Math.abs(pre - bias));
      const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);
      heads = Math.max(heads, Math.abs(sum(byHead) - (pre - bias)) / size);
      sources = Math.max(sources, Math.abs(sum(all) - (pre - bias)) / size);
    }
  const shares = headAttribution(sae).numbers();
  let worst = 0;
  for (let i = 0; i < features; i++) {
    let total = 0;
    for (let k = 0; k < sae.heads; k++) total += shares[i * sae.heads + k];
    worst = Math.max(worst, Math.abs(total - 1));
  }
  return { heads, sources, shares: worst, splice: await spliceError(model, site, sae, texts) };
}

async function spliceError(model: LanguageModel, site: AttentionSite, sae: Sae, texts: Texts): Promise<number> {
  const kept = spliced(model, site, (z) => {
    const hat = decode(sae, encode(sae, z));
    return hat.add(z.sub(hat));
  });
  const tokens = Tensor.of(texts.flat(), [texts.length, texts[0].length], "int64");
  const run = compile((...feeds: Feeds) => [model, kept].map((one) => logitsAmong(applied(one, feeds), one.name)));
  try {
    const [clean, again] = await run(model.weights ?? {}, tokens, Tensor.full(tokens.shape, 1, "int64"));
    const [a, b] = [clean.numbers(), again.numbers()];
    const size = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0) / size;
  } finally {
    await run.release();
  }
}

/** The loss's gradient against central differences in float64: the largest difference as a share of the largest slope. */
export async function gradientError(rng: Rng): Promise<number> {
  const [width, features, batch] = [6, 10, 12];
  const draws = rng.split("gradient");
  const in64 = (tensor: Tensor) => Tensor.of(tensor.numbers(), tensor.shape, "float64");
  const start = initLearned((shape, bound) => draws.uniform(shape, -bound, bound), new Float64Array(width), features, {
    kind: "relu",
  });
  const params = {
    ...start,
    encoder: in64(start.encoder),
    encoderBias: in64(start.encoderBias),
    decoder: in64(start.decoder),
    decoderBias: in64(start.decoderBias),
  };
  const z = in64(draws.normal([batch, width]));
  const price = Tensor.scalar(0.3, "float64");
  const loss = (p: Learned<Value>, x: Value, lambda: Value) => saeLoss(p, x, { kind: "relu" }, lambda).loss;
  const slope = compile((p: Learned<Value>, x: Value, lambda: Value) =>
    grad((q: Learned<Value>) => loss(q, x, lambda))(p),
  );
  const value = compile(loss);
  try {
    const analytic = await slope(params, z, price);
    const step = 1e-5;
    let [worst, largest] = [0, 0];
    for (const name of ["encoder", "encoderBias", "decoder", "decoderBias"] as const)
      for (let at = 0; at < params[name].size; at += 5) {
        const moved = async (by: number) => {
          const data = params[name].numbers();
          data[at] += by;
          return (await value({ ...params, [name]: new Tensor("float64", params[name].shape, data) }, z, price)).item();
        };
        const measured = ((await moved(step)) - (await moved(-step))) / (2 * step);
        const exact = analytic[name].numbers()[at];
        worst = Math.max(worst, Math.abs(measured - exact));
        largest = Math.max(largest, Math.abs(exact));
      }
    return worst / largest;
  } finally {
    await Promise.all([slope.release(), value.release()]);
  }
}

/** Over steps of training: how far decoder rows are from length one, and how far from perpendicular to their rows gradients reach Adam. */
export async function sphereErrors(
  rng: Rng,
  sparsity: Sparsity,
  steps = 25,
): Promise<{ readonly length: number; readonly along: number }> {
  const [width, features, size] = [8, 24, 64];
  const draws = rng.split("init");
  const data = batchesOf(rng.split("vectors").normal([20 * size, width]), size, rng.split("order"));
  const params = initLearned(
    (shape, bound) => draws.uniform(shape, -bound, bound),
    new Float64Array(width),
    features,
    sparsity,
  );
  const isDecoder = (path: string) => path === "decoder";
  let before = params;
  let [length, along] = [0, 0];
  const project = compile((g: Learned<Value>, p: Learned<Value>) => {
    const { decoder } = alongSphere(isDecoder).update(g, {}, p).updates as Learned<Value>;
    const inner = decoder.mul(p.decoder).sum(-1).abs();
    return inner.max().div(decoder.square().sum(-1).sqrt().max());
  });
  try {
    await fit<Learned<Tensor>, { z: Tensor }, Record<string, never>>({
      params,
      loss: (p: Learned<Value>, batch: { z: Value }) =>
        saeLoss(p, batch.z, sparsity, batch.z.tracer.lift(0.5, "float32")).loss,
      data: { batch: async (step) => ({ z: await data.batch(step) }) },
      optimiser: saeOptimiser(3e-3, 5),
      steps,
      between: {
        after: () => true,
        change: async (moment, gradients) => {
          along = Math.max(along, (await project(gradients, before)).item());
          before = moment.params;
          const decoder = moment.params.decoder.numbers();
          for (let i = 0; i < features; i++)
            length = Math.max(length, Math.abs(Math.hypot(...decoder.subarray(i * width, (i + 1) * width)) - 1));
          return moment;
        },
      },
    });
  } finally {
    await project.release();
  }
  return { length, along };
}
