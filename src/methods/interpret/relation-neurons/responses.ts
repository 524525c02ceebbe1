/** @file How neurons respond to prompts: the mean of a linear map's output over the prompt's tokens. */

import { CajalError, collect, compile, Tensor, type Value } from "../../../graph/index.ts";
import { perToken, type TextBatch, type TextModel, textBatches, type Weights } from "../../../probe/index.ts";
import type { RunOptions } from "./answers.ts";
import { type FfnMap, neuronCount } from "./ffn.ts";

/** Prompts at once. */
const batch = 64;

/**
 * Mean over the tokens of each prompt, padding not counted, nor the marks that begin every text: float32 [prompts, neurons], neurons in the
 * order of maps.
 * @throws CajalError `argument`, `not-finite` with the map's name
 */
export async function responsesOf(
  model: TextModel,
  prompts: readonly (readonly number[])[],
  maps: readonly FfnMap[],
  { compile: how, signal }: RunOptions = {},
): Promise<Tensor> {
  const neurons = neuronCount(maps);
  const means = new Float32Array(prompts.length * neurons);
  const texts = prompts.map((prompt) => model.tokensOf(prompt));
  const wanted = new Set(maps.map(({ tensor }) => tensor));
  const run = compile((weights: Weights<Value>, tokens: Value, present: Value, shares: Value) => {
    const apply = (t: Value, p: Value) => model.apply(t, p, weights);
    const { taps } = collect(apply, (name) => wanted.has(name))(tokens, present);
    const [rows, steps] = tokens.shape;
    return maps.map(({ tensor, width }) => {
      const outputs = (perToken(taps[tensor], tensor, tokens) as Value).reshape([rows, steps, width]);
      return shares.matmul(outputs).reshape([rows, width]);
    });
  }, how);
  try {
    for (const part of textBatches(model, texts, { batch, signal })) {
      const seen = await run(model.weights, part.tokens, part.present, sharesOf(model, texts, part));
      let column = 0;
      for (const [m, { width, tensor }] of maps.entries()) {
        const data = seen[m].data as Float32Array;
        for (const [row, index] of part.rows.entries()) {
          const mean = data.subarray(row * width, (row + 1) * width);
          if (!mean.every(Number.isFinite))
            throw new CajalError("not-finite", `"${tensor}" overflows on prompt ${index}`, {
              advice: "Look at the layers before this one.",
            });
          means.set(mean, index * neurons + column);
        }
        column += width;
      }
    }
  } finally {
    await run.release();
  }
  return new Tensor("float32", [prompts.length, neurons], means);
}

/** What each token counts: float32 [batch, 1, steps]. */
function sharesOf(model: TextModel, texts: readonly (readonly number[])[], { rows, size, steps }: TextBatch): Tensor {
  const data = new Float32Array(size * steps);
  for (const [row, index] of rows.entries()) {
    const { length } = texts[index];
    const marks = length > model.begin.length ? model.begin.length : 0;
    data.fill(1 / (length - marks), row * steps + marks, row * steps + length);
  }
  return new Tensor("float32", [size, 1, steps], data);
}
