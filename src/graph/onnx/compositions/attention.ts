/** @file Attention of operator sets 23 and 24: scaled dot products, with masks, caches and heads that share keys. */

import { dtypeOf } from "../../dtype.ts";
import { CajalError } from "../../error.ts";
import { padded } from "../../ops/pad.ts";
import { range } from "../../ops/reindex.ts";
import type { Value } from "../../value.ts";
import type { Invocation } from "../upgrade.ts";
import { type Composition, input, integer } from "./composition.ts";

/** In place of −∞, so that a row without any key stays finite until it is set to zero. */
const never = -1e30;

/** Y, and the keys, values and scores that the op may also return. */
export const attention: Composition = (node) => {
  const [query, newKeys, newValues] = [input(node, 0), input(node, 1), input(node, 2)];
  const [mask, pastKeys, pastValues, lengths] = node.inputs.slice(3);
  const q = heads(node, query, "q_num_heads");
  const keys = appended(pastKeys, heads(node, newKeys, "kv_num_heads"));
  const values = appended(pastValues, heads(node, newValues, "kv_num_heads"));
  const group = q.shape[1] / keys.shape[1];
  if (!Number.isInteger(group)) throw new Error(`${q.shape[1]} query heads do not share ${keys.shape[1]} key heads`);

  const scale = Number(node.attributes.scale ?? 1 / Math.sqrt(q.shape[3]));
  const root = Math.sqrt(scale);
  const raw = q.mul(root).matmul(repeated(keys, group).transpose([0, 1, 3, 2]).mul(root));
  const cap = Number(node.attributes.softcap ?? 0);
  const capped = cap === 0 ? raw : raw.div(cap).tanh().mul(cap);

  const { bias, allowed } = masks(node, mask, lengths, [q.shape[2], keys.shape[2]], pastKeys?.shape[2]);
  const biased = bias ? capped.add(bias) : capped;
  const scores = allowed ? allowed.where(biased, never) : biased;
  const probabilities = softmax(node, scores);
  // Without a mask every query may look at the first key at least.
  const weights =
    allowed && (mask ?? lengths) ? probabilities.mul(anyKey(allowed).cast(probabilities.dtype)) : probabilities;
  const y = weights.matmul(repeated(values, group));

  const seen = [raw, capped, scores, weights][integer(node, "qk_matmul_output_mode", 0)];
  const flat =
    query.rank === 4 ? y : y.transpose([0, 2, 1, 3]).reshape([...query.shape.slice(0, 2), y.shape[1] * y.shape[3]]);
  return [flat, keys, values, seen];
};

/** [batch, length, heads·size] or [batch, heads, length, size] as the latter. */
function heads(node: Invocation, x: Value, name: string): Value {
  if (x.rank === 4) return x;
  const count = node.attributes[name];
  if (x.rank !== 3 || count === undefined) throw new Error(`inputs of rank ${x.rank} need 3 axes and ${name}`);
  const [batch, length, hidden] = x.shape;
  return x.reshape([batch, length, Number(count), hidden / Number(count)]).transpose([0, 2, 1, 3]);
}

const appended = (past: Value | undefined, now: Value): Value => (past ? past.op("Concat", [now], { axis: 2 }) : now);

/** Each head `times` times in a row. */
function repeated(x: Value, times: number): Value {
  if (times === 1) return x;
  const [batch, count, length, size] = x.shape;
  return x
    .unsqueeze(2)
    .expand([batch, count, times, length, size])
    .reshape([batch, count * times, length, size]);
}

interface Masks {
  /** Added to the scores. */
  readonly bias?: Value;
  /** Where a query may look at a key. */
  readonly allowed?: Value;
}

function masks(
  node: Invocation,
  mask: Value | undefined,
  lengths: Value | undefined,
  [queries, keys]: readonly [number, number],
  past = 0,
): Masks {
  const { tracer } = input(node, 0);
  const conditions: Value[] = [];
  if (mask?.dtype === "bool") conditions.push(widened(mask, keys, 0));
  const bias = mask && mask.dtype !== "bool" ? widened(mask, keys, Number.NEGATIVE_INFINITY) : undefined;
  if (bias) conditions.push(bias.equal(Number.NEGATIVE_INFINITY).not());
  const key = tracer.constant(range(keys), "int64", [1, 1, 1, keys]);
  const valid = lengths?.reshape([lengths.shape[0], 1, 1, 1]);
  if (integer(node, "is_causal", 0) === 1) {
    // The queries are the last of what is valid: query i may look at keys up to i + offset.
    const query = tracer.constant(range(queries), "int64", [1, 1, queries, 1]);
    conditions.push(key.less(query.add(valid ? valid.sub(queries) : past).add(1)));
  }
  if (valid) conditions.push(key.less(valid));
  const finite = bias?.equal(Number.NEGATIVE_INFINITY).where(tracer.lift(0, bias.dtype), bias);
  const allowed = conditions.reduce<Value | undefined>((all, more) => (all ? all.op("And", [more]) : more), undefined);
  return { ...(finite && { bias: finite }), ...(allowed && { allowed }) };
}

/** A mask that ends before the last key allows none of the rest. */
function widened(mask: Value, keys: number, filling: number): Value {
  const missing = keys - mask.shape[mask.rank - 1];
  const after = mask.shape.map((_, axis) => (axis === mask.rank - 1 ? missing : 0));
  return padded(
    mask,
    mask.shape.map(() => 0),
    after,
    mask.tracer.lift(filling, mask.dtype),
  );
}

function softmax(node: Invocation, scores: Value): Value {
  const precision = node.attributes.softmax_precision;
  if (precision === undefined) return scores.softmax();
  return scores
    .cast(dtypeOf(Number(precision), "Attention: softmax_precision"))
    .softmax()
    .cast(scores.dtype);
}

/** Whether a query may look at any key. */
function anyKey(allowed: Value): Value {
  if (allowed.shape[allowed.rank - 1] === 0) throw new CajalError("shape", "Attention: there are no keys");
  return allowed.cast("int32").max(-1, true).greater(0);
}
