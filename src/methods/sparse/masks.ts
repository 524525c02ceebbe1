/** @file Masks: which entries of a network's weights are connections. One bool tensor per weight, by the weight's path in the parameters. */

import { CajalError, forEachLeaf, formatShape, mapLeaves, type Shape, sizeOf, Tensor } from "../../graph/index.ts";

/** By path ("0/weight"): bool, of the weight's shape; 1 is a connection, 0 an entry that stays zero. */
export type Masks<L = Tensor> = Readonly<Record<string, L>>;

/** A weight that can have a mask. */
export interface Maskable {
  readonly path: string;
  readonly shape: Shape;
  readonly size: number;
}

/**
 * The weights of a tree of parameters, in its order: floats of two or more axes, as linear layers and convolutions have. Biases, scales and
 * shifts have one.
 * @param keepDense paths of weights that are to have no mask; they count in no density
 * @throws CajalError `argument` when a path is none of the parameters', or nothing is left
 */
export function maskableWeights(params: unknown, keepDense: readonly string[] = []): Maskable[] {
  const paths = new Set<string>();
  const found: Maskable[] = [];
  forEachLeaf(params, ({ dtype, shape }, path) => {
    paths.add(path);
    const float = dtype === "float32" || dtype === "float64";
    if (float && shape.length >= 2 && !keepDense.includes(path)) found.push({ path, shape, size: sizeOf(shape) });
  });
  const unknown = keepDense.find((path) => !paths.has(path));
  if (unknown !== undefined)
    throw new CajalError("argument", `keepDense names "${unknown}", which is no parameter`, {
      advice: `The parameters are: ${[...paths].join(", ")}.`,
    });
  if (found.length === 0)
    throw new CajalError("argument", "no parameter can have a mask: none is a float array of two or more axes");
  return found;
}

/** The tensors of a tree at the given paths, in their order. */
export function tensorsAt(tree: unknown, paths: readonly string[]): Tensor[] {
  const byPath = new Map<string, Tensor>();
  forEachLeaf(tree, (leaf, path) => {
    if (leaf instanceof Tensor) byPath.set(path, leaf);
  });
  return paths.map((path) => {
    const tensor = byPath.get(path);
    if (tensor === undefined) throw new CajalError("argument", `"${path}" is no tensor of the tree`);
    return tensor;
  });
}

/** The elements of a mask. @throws CajalError `dtype` when it is none, `shape` when it is not of the weight's shape */
export function bitsOf(mask: Tensor, weight?: Tensor): Uint8Array {
  if (mask.dtype !== "bool" || !(mask.data instanceof Uint8Array))
    throw new CajalError("dtype", `a mask is ${mask}, not bool${formatShape(mask.shape)}`);
  if (weight !== undefined && String(weight.shape) !== String(mask.shape))
    throw new CajalError(
      "shape",
      `the mask ${formatShape(mask.shape)} is not of the weight ${formatShape(weight.shape)}`,
    );
  return mask.data;
}

export function fullMask(shape: Shape): Tensor {
  return Tensor.full(shape, 1, "bool");
}

/** How many connections there are. */
export function connections(mask: Tensor): number {
  const bits = bitsOf(mask);
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += bits[i];
  return count;
}

/** The share of entries that are connections, over all masks. */
export function densityOf(masks: Masks): number {
  const all = Object.values(masks);
  return all.reduce((sum, mask) => sum + connections(mask), 0) / all.reduce((sum, mask) => sum + mask.size, 0);
}

/** How many of so many entries a density is. */
export function entriesAt(density: number, size: number): number {
  // What is a whole number but for rounding is that number.
  return Math.floor(density * size + 1e-7);
}

/** Entries that either mask has. */
export function union(one: Tensor, other: Tensor): Tensor {
  const [bits, more] = [bitsOf(one).slice(), bitsOf(other, one)];
  for (let i = 0; i < bits.length; i++) bits[i] |= more[i];
  return new Tensor("bool", one.shape, bits);
}

/** The tensor with zeros where the mask has none. */
export function zeroOutside(mask: Tensor, tensor: Tensor): Tensor {
  const bits = bitsOf(mask, tensor);
  // Only the kind of array matters here: zero is zero in all of them.
  const data = (tensor.data as Float64Array).slice();
  for (let i = 0; i < data.length; i++) if (bits[i] === 0) data[i] = 0;
  return new Tensor(tensor.dtype, tensor.shape, data);
}

/** A tree with zeros outside its masks; what has no mask stays. */
export function applyMasks<T>(tree: T, masks: Masks): T {
  return mapLeaves(tree, (leaf, path) =>
    Object.hasOwn(masks, path) ? zeroOutside(masks[path], leaf as Tensor) : leaf,
  ) as T;
}
