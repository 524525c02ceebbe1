/** @file What must hold exactly: average precision by its definition, and a deactivated model as one whose weights are 0. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import { averagePrecision, type Block, type Gpt, type Linear } from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, TextModel } from "../../../../probe/index.ts";
import { randomDecoder } from "../../random-decoder.ts";
import { deactivate } from "../deactivate.ts";
import { type FfnMap, findFfn, type NeuronId, neuronCount, neuronsAt } from "../ffn.ts";

/** Σ over positives of the precision at their own score, each counted anew among all examples. */
export function directPrecision(score: ArrayLike<number>, label: ArrayLike<number>): number {
  let [sum, positives] = [0, 0];
  for (let i = 0; i < score.length; i++) {
    if (label[i] !== 1) continue;
    let [right, taken] = [0, 0];
    for (let j = 0; j < score.length; j++)
      if (score[j] >= score[i]) {
        right += label[j];
        taken++;
      }
    sum += right / taken;
    positives++;
  }
  return sum / positives;
}

/** Largest difference of average precision from its definition, on scores of which many are equal. */
export function precisionError(rng: Rng, cases = 1000): number {
  let error = 0;
  for (let i = 0; i < cases; i++) {
    const size = rng.int(2, 40);
    const score = Float64Array.from({ length: size }, () => rng.int(0, 12));
    const label = Uint8Array.from({ length: size }, (_, j) => (j === 0 ? 1 : rng.int(0, 2)));
    error = Math.max(error, Math.abs(averagePrecision(score, label) - directPrecision(score, label)));
  }
  return error;
}

/** The decoder with columns of its feed-forward weights, and what they have of biases, set to 0. */
export function withoutColumns(decoder: Decoder, neurons: readonly NeuronId[]): Decoder {
  const blocks = decoder.params.blocks.map((block, layer): Block<Tensor> => {
    const units = (kind: FfnMap["kind"]) =>
      new Set(neurons.filter((one) => one.layer === layer && one.kind === kind).map(({ unit }) => unit));
    const { feedForward } = block;
    if ("gate" in feedForward) {
      const { gate, up, down } = feedForward;
      const zeroed = { gate: zero(gate, units("gate")), up: zero(up, units("up")), down: zero(down, units("down")) };
      return { ...block, feedForward: zeroed };
    }
    const [up, down] = feedForward;
    return { ...block, feedForward: [zero(up, units("up")), zero(down, units("down"))] };
  });
  const params: Gpt<Tensor> = { ...decoder.params, blocks };
  return { ...decoder, params };
}

function zero({ weight, bias }: Linear<Tensor>, columns: ReadonlySet<number>): Linear<Tensor> {
  const [, width] = weight.shape;
  const without = (tensor: Tensor) =>
    Tensor.of(
      tensor.numbers().map((v, at) => (columns.has(at % width) ? 0 : v)),
      tensor.shape,
    );
  return { weight: without(weight), ...(bias && { bias: without(bias) }) };
}

/** Largest difference of a logit between a deactivated model and one without those columns. */
export async function deactivationError(rng: Rng): Promise<number> {
  let error = 0;
  for (const gated of [true, false]) {
    const from = rng.split(gated ? "gated" : "plain");
    const decoder = randomDecoder(from.split("weights"), { gated });
    const model = new TextModel(new DecoderNetwork(decoder), { name: "a random model" });
    const maps = await findFfn(model);
    const count = neuronCount(maps);
    const neurons = neuronsAt(maps, from.permutation(count).subarray(0, Math.round(count / 5)));
    const text = Array.from({ length: 12 }, () => from.int(0, decoder.sizes.vocabulary));
    const off = deactivate(model, neurons);
    const zeroed = new TextModel(new DecoderNetwork(withoutColumns(decoder, neurons)), { name: "without columns" });
    const [a, b] = [(await off.logits(text)).numbers(), (await zeroed.logits(text)).numbers()];
    for (const [i, v] of a.entries()) error = Math.max(error, Math.abs(v - b[i]));
    await Promise.all([model, off, zeroed].map((one) => one.release()));
  }
  return error;
}
