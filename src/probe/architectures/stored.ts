/** @file Where a parameter stands in a file, and what is to be done to it. */

import {
  CajalError,
  formatShape,
  type SafetensorsFile,
  type Shape,
  type StoredTensor,
  Tensor,
} from "../../graph/index.ts";
import type { Embedding, Gpt, Linear } from "../../nn/index.ts";

/** A parameter of a model that has not been read yet. */
export class Stored {
  readonly name: string;
  /** In the file. */
  readonly shape: Shape;
  /** What becomes of the file's numbers. */
  readonly convert: (tensor: Tensor) => Tensor;

  constructor(name: string, shape: Shape, convert: (tensor: Tensor) => Tensor = (tensor) => tensor) {
    this.name = name;
    this.shape = shape;
    this.convert = convert;
  }
}

/** The file keeps a matrix as PyTorch's Linear does: [outputs, inputs], under `name`.weight, and maybe `name`.bias. */
export function linearAt(name: string, inputs: number, outputs: number, bias: boolean): Linear<Stored> {
  return {
    weight: new Stored(`${name}.weight`, [outputs, inputs], transposed),
    ...(bias && { bias: new Stored(`${name}.bias`, [outputs]) }),
  };
}

/** Several matrices without biases that stand in one, their outputs one behind the other: [Σ outputs, inputs], under `name`.weight. */
export function stackedAt(name: string, inputs: number, outputs: readonly number[]): Linear<Stored>[] {
  const whole = outputs.reduce((a, b) => a + b);
  let end = 0;
  return outputs.map((count) => {
    const first = end;
    end += count;
    const part = ({ data }: Tensor) =>
      transposed(new Tensor("float32", [count, inputs], data.subarray(first * inputs, (first + count) * inputs)));
    return { weight: new Stored(`${name}.weight`, [whole, inputs], part) };
  });
}

/** The file keeps it as it is used: [count, width]. */
export function embeddingAt(name: string, count: number, width: number): Embedding<Stored> {
  return { weight: new Stored(`${name}.weight`, [count, width]) };
}

export function layerNormAt(name: string, width: number): { scale: Stored; shift: Stored } {
  return { scale: new Stored(`${name}.weight`, [width]), shift: new Stored(`${name}.bias`, [width]) };
}

/** @param offset what is added to the file's numbers: 1 in Gemma, whose norms scale by 1 + w */
export function rmsNormAt(name: string, width: number, offset: number): { scale: Stored } {
  const shifted = ({ data, shape }: Tensor) =>
    new Tensor(
      "float32",
      shape,
      Float32Array.from(data as Float32Array, (v) => v + offset),
    );
  return { scale: new Stored(`${name}.weight`, [width], offset === 0 ? undefined : shifted) };
}

/** [rows, columns] → [columns, rows]. */
export function transposed({ shape: [rows, columns], data }: Tensor): Tensor {
  const result = new Float32Array(data.length);
  const from = data as Float32Array;
  // Squares that fit into the cache, so that neither reading nor writing jumps far.
  const side = 32;
  for (let top = 0; top < rows; top += side)
    for (let left = 0; left < columns; left += side)
      for (let row = top; row < Math.min(rows, top + side); row++)
        for (let column = left; column < Math.min(columns, left + side); column++)
          result[column * rows + row] = from[row * columns + column];
  return new Tensor("float32", [columns, rows], result);
}

/** Tensors that stand in files and are computed here: masks and the speeds of rotary positions. */
const computed = /\.(?:attn|attention)\.(?:bias|masked_bias)$|\brotary_emb\.inv_freq$/;

const numbersAtOnce = 1 << 20;

/** So many names are shown. */
const shownNames = 6;

/**
 * Reads all parameters, as float32. What is missing, left over or of another shape is found before anything is read.
 * @param source what messages call the file
 * @param spare tensors that may be there and are not needed, besides those that are computed here
 * @throws CajalError `bad-file`
 */
export async function readStored(
  stored: Gpt<Stored>,
  file: SafetensorsFile,
  source: string,
  spare?: RegExp,
): Promise<Gpt<Tensor>> {
  const wanted: Stored[] = [];
  mapStored(stored, (parameter) => wanted.push(parameter));
  checkNames(wanted, file.tensors, source, spare);
  const read = new Map<Stored, Tensor>();
  let last: { readonly name: string; readonly tensor: Tensor } | undefined;
  for (const parameter of wanted) {
    const { name } = parameter;
    // Parts of one tensor follow each other: it is read once.
    const tensor = last?.name === name ? last.tensor : toFloat32(await file.read(name));
    last = { name, tensor };
    read.set(parameter, parameter.convert(tensor));
  }
  return mapStored(stored, (parameter) => read.get(parameter)) as Gpt<Tensor>;
}

function checkNames(
  wanted: readonly Stored[],
  found: ReadonlyMap<string, StoredTensor>,
  source: string,
  spare: RegExp | undefined,
): void {
  const missing = wanted.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  const needed = new Set(wanted.map(({ name }) => name));
  const extra = [...found.keys()].filter((name) => !needed.has(name) && !computed.test(name) && !spare?.test(name));
  if (missing.length > 0)
    throw new CajalError("bad-file", `${source} lacks ${listed(missing)}`, {
      advice:
        extra.length > 0
          ? `It has ${listed(extra)}, which the config has no place for: do config.json and weights belong together?`
          : "The download is incomplete, or config.json belongs to another model.",
    });
  if (extra.length > 0)
    throw new CajalError("bad-file", `${source} holds ${listed(extra)}, which config.json has no place for`, {
      advice: "Leaving them out would give another model. Check that config.json belongs to these weights.",
    });
  for (const { name, shape } of wanted) {
    const { shape: actual, dtype } = found.get(name) as StoredTensor;
    if (formatShape(shape) !== formatShape(actual))
      throw new CajalError(
        "bad-file",
        `${source}: "${name}" is ${formatShape(actual)}; by config.json it should be ${formatShape(shape)}`,
        { advice: "config.json belongs to another model, or to another size of this one." },
      );
    if (!["float32", "float16", "float64"].includes(dtype))
      throw new CajalError("dtype", `${source}: "${name}" is ${dtype}, not floats`, {
        advice: "Quantised models are not read. Take the model in float32, float16 or bfloat16.",
      });
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => `"${name}"`);
  return `${shown.join(", ")}${names.length > shownNames ? ` and ${names.length - shownNames} more` : ""}`;
}

function toFloat32({ dtype, shape, data }: Tensor): Tensor {
  if (dtype === "float32") return new Tensor(dtype, shape, data);
  const result = new Float32Array(data.length);
  // Piece by piece: the numbers on the way take eight bytes each.
  for (let at = 0; at < data.length; at += numbersAtOnce) {
    const part = data.subarray(at, at + numbersAtOnce);
    result.set(new Tensor(dtype, [part.length], part).numbers(), at);
  }
  return new Tensor("float32", shape, result);
}

/** The tree with each parameter replaced. */
function mapStored(tree: unknown, replace: (parameter: Stored) => unknown): unknown {
  if (tree instanceof Stored) return replace(tree);
  if (Array.isArray(tree)) return tree.map((child) => mapStored(child, replace));
  return Object.fromEntries(Object.entries(tree as object).map(([key, child]) => [key, mapStored(child, replace)]));
}
