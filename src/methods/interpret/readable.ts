/** @file Vectors of the residual stream as the head of a language model reads them, and what they do to its logits. */

import { compile, Tensor, type Value } from "../../graph/index.ts";
import { type HeadWeights, type NormWeights, neuronWeights, type TextModel } from "../../probe/index.ts";

/**
 * How a direction w is read by the head W, whose last norm scales by γ: "final" γ⊙w·√width/‖w‖, as long as the head expects it; "raw" γ⊙w, and so what
 * it adds to logits where the stream's root mean square is 1; "cosine" ranks tokens by the cosine of γ⊙w with their rows.
 */
export type DecodeNorm = "final" | "raw" | "cosine";

/** Directions of the stream [directions, width] as the head reads them. @param norm the one before the head */
export function readable(directions: Tensor, norm: NormWeights, how: DecodeNorm = "final"): Tensor {
  const [count, width] = directions.shape;
  const rows = Float32Array.from(directions.data as Float32Array);
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    if (norm.centred) centre(row);
    if (how === "final") {
      const length = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0)) || 1;
      for (let i = 0; i < width; i++) row[i] *= Math.sqrt(width) / length;
    }
    scale(row, norm.scale);
  }
  return new Tensor("float32", [count, width], rows);
}

/** A norm without its division, in place. */
export function linearly(row: Float32Array, norm: NormWeights): void {
  if (norm.centred) centre(row);
  scale(row, norm.scale);
}

export function scale(row: Float32Array, by: Tensor | undefined): void {
  if (by === undefined) return;
  const factors = by.data as Float32Array;
  for (let i = 0; i < row.length; i++) row[i] *= factors[i];
}

export function centre(row: Float32Array): void {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  for (let i = 0; i < row.length; i++) row[i] -= mean;
}

/** The head with the norm before it, without its division, as one matrix: float32 [width, vocabulary]. */
export function unembedding({ weight, first }: HeadWeights, { scale: factors, centred }: NormWeights): Tensor {
  const [rows, columns] = weight.shape;
  const [width, vocabulary] = first === "tokens" ? [columns, rows] : [rows, columns];
  const matrix = new Float32Array(width * vocabulary);
  const means = new Float64Array(vocabulary);
  for (let i = 0; i < width; i++)
    for (let v = 0; v < vocabulary; v++) {
      const stored = Number(weight.data[first === "tokens" ? v * width + i : i * vocabulary + v]);
      const effect = stored * (factors === undefined ? 1 : Number(factors.data[i]));
      matrix[i * vocabulary + v] = effect;
      means[v] += effect / width;
    }
  if (centred) for (let k = 0; k < matrix.length; k++) matrix[k] -= means[k % vocabulary];
  return new Tensor("float32", [width, vocabulary], matrix);
}

/**
 * By how much vectors of the stream raise each logit where the stream's root mean square is 1: [n, width] → float32 [n, vocabulary].
 * @throws CajalError `argument` for an ONNX model whose head is not recognised
 */
export async function logitEffects(model: TextModel, vectors: Tensor): Promise<Tensor> {
  const { head, norm } = await neuronWeights(model);
  const run = compile((rows: Value, matrix: Value) =>
    rows.matmul(head.first === "tokens" ? matrix.transpose() : matrix),
  );
  try {
    return await run(readable(vectors, norm, "raw"), head.weight);
  } finally {
    await run.release();
  }
}
