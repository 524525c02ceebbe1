/** @file Batches by number: the same number gives the same batch, so that training can go on where it was. */

import {
  CajalError,
  forEachLeaf,
  formatShape,
  mapLeaves,
  type Rng,
  Tensor,
  type ValueType,
} from "../../graph/index.ts";

/** Data for training: a batch for each step 0, 1, …, always the same one for the same step. */
export interface Batches<B> {
  batch(step: number): B | Promise<B>;
}

export interface BatchesOptions {
  /** Examples in a batch. What is left at the end of an epoch is not used in it, so that all batches have one shape. */
  readonly size: number;
  /** Shuffles anew in each epoch. Left out: the order of the data. */
  readonly rng?: Rng;
}

/** Batches of a tree of tensors whose first axes count examples. @throws CajalError `shape` when they differ, or are fewer than a batch */
export function batches<B>(data: B, { size, rng }: BatchesOptions): Batches<B> & { readonly perEpoch: number } {
  const count = countOf(data);
  const perEpoch = Math.floor(count / size);
  if (!(Number.isInteger(size) && size > 0 && perEpoch > 0))
    throw new CajalError("argument", `batches: ${count} examples make no batch of ${size}`);
  let shuffled: { readonly epoch: number; readonly order: Int32Array } | undefined;
  const orderOf = (epoch: number) => {
    if (shuffled?.epoch !== epoch)
      shuffled = {
        epoch,
        order: rng?.split(epoch).permutation(count) ?? Int32Array.from({ length: count }, (_, i) => i),
      };
    return shuffled.order;
  };
  return {
    perEpoch,
    batch(step) {
      const start = (step % perEpoch) * size;
      const rows = orderOf(Math.floor(step / perEpoch)).subarray(start, start + size);
      return mapLeaves(data, (leaf) => takeRows(leaf as Tensor, rows)) as B;
    },
  };
}

/** Pieces of a long sequence, and the same pieces one further: [size, length] each. */
export interface Windows {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

/** Windows at random places of a sequence [steps], for models of what comes next. @throws CajalError `shape` when it is too short */
export function windows(
  sequence: Tensor,
  { length, size, rng }: { length: number; size: number; rng: Rng },
): Batches<Windows> {
  const places = sequence.size - length;
  if (places < 1)
    throw new CajalError(
      "shape",
      `windows: a sequence of ${sequence.size} steps has no window of ${length} and one more`,
    );
  return {
    batch(step) {
      const draw = rng.split(step);
      const starts = Array.from({ length: size }, () => draw.int(0, places));
      const from = (offset: number) => {
        const picks = starts.flatMap((start) => Array.from({ length }, (_, i) => start + offset + i));
        const { dtype, data } = takeRows(sequence, picks);
        return new Tensor(dtype, [size, length], data);
      };
      return { inputs: from(0), targets: from(1) };
    },
  };
}

/** The rows of a tensor (entries of its first axis) at the given places. */
export function takeRows(tensor: Tensor, rows: ArrayLike<number>): Tensor {
  const [count, ...rest] = tensor.shape;
  const width = tensor.size / count;
  const size = rows.length * width;
  // Only the kind of array matters here; BigInt64Array and the others have the same methods.
  const from = tensor.data as Float64Array;
  const into = new (from.constructor as Float64ArrayConstructor)(size);
  for (let i = 0; i < rows.length; i++) into.set(from.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return new Tensor(tensor.dtype, [rows.length, ...rest], into);
}

function countOf(data: unknown): number {
  let first: { readonly path: string; readonly type: ValueType } | undefined;
  forEachLeaf(data, (leaf, path) => {
    first ??= { path, type: leaf };
    if (leaf.shape.length === 0 || leaf.shape[0] !== first.type.shape[0])
      throw new CajalError(
        "shape",
        `batches: "${path}" is ${formatShape(leaf.shape)}, "${first.path}" ${formatShape(first.type.shape)}: their first axes differ`,
      );
  });
  return first?.type.shape[0] ?? 0;
}
