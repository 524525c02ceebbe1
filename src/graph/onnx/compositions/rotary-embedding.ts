/** @file RotaryEmbedding of operator set 23 (Su et al. 2021): pairs of elements turned by angles that grow with the position. */

import { concat } from "../../functions.ts";
import { range } from "../../ops/reindex.ts";
import { Tensor } from "../../tensor.ts";
import type { Value } from "../../value.ts";
import { type Composition, input, integer } from "./composition.ts";

export const rotaryEmbedding: Composition = (node) => {
  const [x, cosines, sines] = [input(node, 0), input(node, 1), input(node, 2)];
  const positions = node.inputs[3];
  const tokens = x.rank === 4 ? x.transpose([0, 2, 1, 3]) : split(x, integer(node, "num_heads", 0));
  const size = tokens.shape[3];
  const turned = integer(node, "rotary_embedding_dim", 0) || size;
  const interleaved = integer(node, "interleaved", 0) === 1;

  // [batch, length, 1, turned/2], the same for all heads.
  const [cos, sin] = [cosines, sines].map((table) => {
    const angles = positions ? table.gather(positions) : table;
    if (angles.rank !== 3) throw new Error(`the tables give rank ${angles.rank}, not [batch, length, angles]`);
    return angles.unsqueeze(2);
  });
  if (cos.shape[3] !== turned / 2) throw new Error(`the tables have ${cos.shape[3]} angles, not ${turned / 2}`);
  const places = range(turned / 2);
  const part = (which: 0 | 1) =>
    interleaved
      ? tokens.gather(
          Tensor.of(
            places.map((i) => 2 * i + which),
            [places.length],
            "int64",
          ),
          3,
        )
      : tokens.slice([(which * turned) / 2], [((which + 1) * turned) / 2], [3]);
  const [a, b] = [part(0), part(1)];
  const pair = [a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))];
  const rotated = interleaved
    ? concat(
        pair.map((half) => half.unsqueeze(4)),
        4,
      ).reshape([...tokens.shape.slice(0, 3), turned])
    : concat(pair, 3);
  const whole = turned === size ? rotated : concat([rotated, tokens.slice([turned], [size], [3])], 3);
  return [x.rank === 4 ? whole.transpose([0, 2, 1, 3]) : whole.reshape(x.shape)];
};

/** [batch, length, heads·size] to [batch, length, heads, size]. */
function split(x: Value, heads: number): Value {
  if (x.rank !== 3 || heads === 0) throw new Error(`an input of rank ${x.rank} needs 3 axes and num_heads`);
  return x.reshape([x.shape[0], x.shape[1], heads, x.shape[2] / heads]);
}
