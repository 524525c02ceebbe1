/** @file Rotary position embedding: features turned in pairs by an angle that grows with the position. */

import type { Value } from "../value.ts";

/**
 * Turns the first `turned` features of the last axis: pairs (i, i + turned/2), or (2i, 2i + 1) when interleaved.
 * @param cos of the angles, broadcast to all axes of x but the last, which has turned/2
 */
export function rotate(x: Value, cos: Value, sin: Value, turned: number, interleaved: boolean): Value {
  const last = x.rank - 1;
  const size = x.shape[last];
  const half = turned / 2;
  const part = (from: number, to: number, step = 1) => x.slice([from], [to], [last], [step]);
  const [a, b] = interleaved ? [part(0, turned, 2), part(1, turned, 2)] : [part(0, half), part(half, turned)];
  const [left, right] = [a.mul(cos).sub(b.mul(sin)), a.mul(sin).add(b.mul(cos))];
  const join = (values: readonly Value[]) => x.tracer.emit("Concat", values, { axis: -1 });
  const both = interleaved
    ? join([left.unsqueeze(-1), right.unsqueeze(-1)]).reshape([...x.shape.slice(0, last), turned])
    : join([left, right]);
  return turned === size ? both : join([both, part(turned, size)]);
}

interface Turn {
  /** 0: as many as the angles fill. */
  readonly heads: number;
  readonly turned: number;
  readonly interleaved: boolean;
}

/**
 * Turns heads given apart, [batch, heads, steps, size], or side by side, [batch, steps, heads·size].
 * @param cos and sin [batch or 1, steps, turned/2]
 */
export function turnHeads(x: Value, cos: Value, sin: Value, { heads, turned, interleaved }: Turn): Value {
  if (x.rank === 4) return rotate(x, cos.unsqueeze(1), sin.unsqueeze(1), turned, interleaved);
  const [batch, steps, width] = x.shape;
  const count = heads || width / turned;
  const apart = x.reshape([batch, steps, count, width / count]);
  return rotate(apart, cos.unsqueeze(2), sin.unsqueeze(2), turned, interleaved).reshape(x.shape);
}
