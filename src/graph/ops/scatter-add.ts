/** @file Sums rows into the places that indices name: the adjoint of gathering. */

import type { Value } from "../value.ts";
import { padded } from "./pad.ts";
import { range } from "./reindex.ts";

/**
 * ONNX Runtime (1.30, threadpool.cc) spreads a ScatterND over threads from 210 000 elements on, and then rows that go to
 * one place are added by several threads at once and some get lost. Below that it is exact, and ten times as fast as ScatterElements.
 */
const elementsPerScatter = 1 << 17;

/**
 * Sums rows of updates into zeros.
 * @param places the axes that the indices name: [p₁, …, pₖ]
 * @param indices one tuple per row [rows, k], int64
 * @param updates [rows, width]
 * @returns [p₁, …, pₖ, width]
 */
export function scatterAdd(places: readonly number[], indices: Value, updates: Value): Value {
  const { tracer } = updates;
  const [rows, width] = updates.shape;
  const columns = Math.max(1, Math.min(width, Math.floor(elementsPerScatter / rows)));
  const lengths = range(Math.ceil(width / columns)).map((i) => Math.min(columns, width - i * columns));
  const pieces = (lengths.length === 1 ? [updates] : updates.split(lengths, 1)).map((piece) => {
    let sum = tracer.constant(0, updates.dtype, [...places, piece.shape[1]]);
    const most = Math.floor(elementsPerScatter / piece.shape[1]);
    for (let start = 0; start < rows; start += most) {
      const end = Math.min(rows, start + most);
      const part = (x: Value) => (end - start === rows ? x : x.slice([start], [end]));
      sum = sum.op("ScatterND", [part(indices), part(piece)], { reduction: "add" });
    }
    return sum;
  });
  return pieces.length === 1 ? pieces[0] : tracer.emit("Concat", pieces, { axis: -1 });
}

/** The adjoint of picking rows at indices known while tracing; undefined when one is picked twice. */
export function placeRows(picked: Value, axis: number, size: number, indices: readonly number[]): Value | undefined {
  const count = indices.length;
  const around = (n: number) => picked.shape.map((_, i) => (i === axis ? n : 0));
  if (indices.every((index, i) => index === indices[0] + i)) {
    return padded(picked, around(indices[0]), around(size - indices[0] - count));
  }
  // For each row of the result, the picked row that goes there; `count` stands for a row of zeros.
  const from = new Array<number>(size).fill(count);
  for (const [i, index] of indices.entries()) {
    if (from[index] !== count) return undefined;
    from[index] = i;
  }
  const source = count === size ? picked : padded(picked, around(0), around(1));
  return source.gather(picked.tracer.constant(from, "int64"), axis);
}
