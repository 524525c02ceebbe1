/** @file What must hold exactly: the decode is the plain product, and a clamp is what it is said to be. */

import { type Rng, Tensor } from "../../../../graph/index.ts";
import type { Block } from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, neuronWeights, TextModel } from "../../../../probe/index.ts";
import { randomDecoder } from "../../random-decoder.ts";
import { clampNeuron } from "../clamp.ts";
import type { NeuronTable } from "../decode.ts";
import { neuronDirections } from "../directions.ts";

export interface DecodeError {
  /** Largest difference of a logit, over the largest logit. */
  readonly logits: number;
  /** Lists that are in another order than by the direct product, beyond rounding. */
  readonly orders: number;
}

/** All neurons, sides and signs of a table, decoded again one by one in float64. */
export async function directDecode(model: TextModel, table: NeuronTable): Promise<DecodeError> {
  const weights = await neuronWeights(model);
  const { vocabulary, width, head } = weights;
  const matrix = head.weight.data as Float32Array;
  let [largest, error, orders] = [0, 0, 0];
  for (const network of weights.networks)
    for (const side of network.sides) {
      const rows = (await neuronDirections(weights, network, side)).data as Float32Array;
      const said = table.neurons.filter((one) => one.layer === network.layer && one.side === side);
      for (const neuron of said) {
        const logits = new Float64Array(vocabulary);
        for (let token = 0; token < vocabulary; token++)
          for (let i = 0; i < width; i++)
            logits[token] +=
              neuron.sign *
              rows[neuron.index * width + i] *
              matrix[head.first === "tokens" ? token * width + i : i * vocabulary + token];
        const mean = logits.reduce((a, b) => a + b, 0) / vocabulary;
        const sorted = logits
          .map((v) => v - mean)
          .sort()
          .reverse();
        largest = Math.max(largest, Math.abs(sorted[0]));
        for (const [i, token] of neuron.tokens.entries()) {
          error = Math.max(error, Math.abs(neuron.logit[i] - (logits[token] - mean)));
          // In place i is a token whose logit is the i-th largest.
          if (Math.abs(sorted[i] - (logits[token] - mean)) > 1e-5 * Math.abs(sorted[0])) orders++;
        }
      }
    }
  return { logits: error / largest, orders };
}

export interface ClampErrors {
  /** Held at its own values at each position, against not held. */
  readonly own: number;
  /** Held at c, against a row of zeros with the bias c. */
  readonly bias: number;
}

/** Largest differences of logits on a small random model. */
export async function clampIdentities(rng: Rng): Promise<ClampErrors> {
  const decoder = randomDecoder(rng);
  const { params, sizes } = decoder;
  const model = (of: Decoder) => new TextModel(new DecoderNetwork(of), { name: "a random model" });
  const plain = model(decoder);
  const text = Array.from({ length: 12 }, () => rng.int(0, sizes.vocabulary));
  const neuron = { layer: 1, index: 5 };
  const { "block1/up": own } = await plain.activations(text, ["block1/up"]);
  const same = plain.edit({ "block1/up": { units: [neuron.index], patch: own } });
  const value = 2.5;
  const blocks = params.blocks.map((block, layer) =>
    layer === neuron.layer ? constantUp(block, neuron.index, value) : block,
  );
  const clamped = await clampNeuron(plain, neuron, value);
  const constant = model({ ...decoder, params: { ...params, blocks } });
  const difference = async (a: TextModel, b: TextModel) => {
    const [x, y] = [(await a.logits(text)).numbers(), (await b.logits(text)).numbers()];
    return x.reduce((most, v, i) => Math.max(most, Math.abs(v - y[i])), 0);
  };
  const errors = { own: await difference(plain, same), bias: await difference(clamped, constant) };
  await Promise.all([plain, same, clamped, constant].map((one) => one.release()));
  return errors;
}

/** The block whose neuron reads nothing and has the value as its bias. */
function constantUp(block: Block<Tensor>, index: number, value: number): Block<Tensor> {
  const { feedForward } = block;
  if (!("gate" in feedForward)) return block;
  const { shape, data } = feedForward.up.weight;
  const neurons = shape[1];
  const weight = Float32Array.from(data as Float32Array, (v, i) => (i % neurons === index ? 0 : v));
  const bias = Float32Array.from({ length: neurons }, (_, i) => (i === index ? value : 0));
  const up = { weight: new Tensor("float32", shape, weight), bias: new Tensor("float32", [neurons], bias) };
  return { ...block, feedForward: { ...feedForward, up } };
}
