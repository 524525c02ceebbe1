/** @file The output directions of a map along which its Jacobian is taken: one for each coordinate and position, in chunks of one size. */

import { Tensor, type Value } from "../../../graph/index.ts";
import type { LibLayer } from "./layer.ts";
import { nodeShape } from "./rows.ts";

/** A chunk of directions: a tree of Tensors, or of Values in a graph. The last chunk is filled with directions of length 0. */
export interface Seeds<T> {
  /** [K, T′]: 1 at the position. */
  readonly position: T;
  /** [K, d′]: the coordinate's column of C. */
  readonly direction: T;
  /** [K]: what the coordinate has of the constant itself. */
  readonly constant: T;
}

export interface SeedChunk {
  readonly seeds: Seeds<Tensor>;
  /** The coordinate of each direction that counts. */
  readonly coordinates: Int32Array;
}

/**
 * @param size directions in a chunk
 * @param coordinates of the layer that are wanted
 */
export function seedChunks(
  { tensor, shape, dtype, C }: LibLayer,
  coordinates: readonly number[],
  size: number,
  lastPosition: boolean,
): SeedChunk[] {
  const { positions, units } = nodeShape(tensor, shape);
  const places = lastPosition ? [positions - 1] : Array.from({ length: positions }, (_, t) => t);
  const pairs = places.flatMap((t) => coordinates.map((i) => [t, i] as const));
  return Array.from({ length: Math.ceil(pairs.length / size) }, (_, chunk) => {
    const part = pairs.slice(chunk * size, (chunk + 1) * size);
    const position = new Float64Array(size * positions);
    const direction = new Float64Array(size * units);
    const constant = new Float64Array(size);
    for (const [k, [t, i]] of part.entries()) {
      position[k * positions + t] = 1;
      for (let u = 0; u < units; u++) direction[k * units + u] = C.data[u * C.columns + i];
      constant[k] = C.data[units * C.columns + i];
    }
    const tensorOf = (values: Float64Array, dims: readonly number[]) => Tensor.of(values, dims, dtype);
    return {
      seeds: {
        position: tensorOf(position, [size, positions]),
        direction: tensorOf(direction, [size, units]),
        constant: tensorOf(constant, [size]),
      },
      coordinates: Int32Array.from(part, ([, i]) => i),
    };
  });
}

/** One direction as a cotangent of the rows [examples, T′, d′]: the same for all examples. */
export function cotangentOf({ position, direction }: Seeds<Value>, rows: Value): Value {
  return position
    .unsqueeze([0, 2])
    .mul(direction.unsqueeze([0, 1]))
    .expand(rows.shape);
}
