/**
 * @file Attention and MultiHeadAttention of ONNX Runtime (com.microsoft): softmax(QKᵀ·scale + masks)·V, one kernel. They run as that
 * kernel; derivatives, and meaning in float64, come from the primitive nodes that they stand for.
 */

import { CajalError } from "../error.ts";
import { type AttributeSpec, type Attributes, type Call, int, type OpDefinition, required, table } from "../op.ts";
import { formatShape, type Shape, sameShape, type ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";

type Inputs = readonly (Value | undefined)[];

export const needed = (attributes: Attributes, name: string): number => {
  if (attributes[name] === undefined) throw new Error(`attribute "${name}" is missing`);
  return int(attributes, name);
};

/** The expansion of this op has no way for a form that the kernel takes. */
export function unexpanded(op: string, what: string): CajalError {
  return new CajalError("no-derivative", `${op}: ${what} has no derivative here`, {
    advice: "Export the model without fused attention.",
  });
}

/** [batch, steps, heads·size] to [batch, heads, steps, size]. */
export function inHeads(x: Value, heads: number): Value {
  const [batch, steps, width] = x.shape;
  return x.reshape([batch, steps, heads, width / heads]).transpose([0, 2, 1, 3]);
}

/** [batch, heads, steps, size] to [batch, steps, heads·size]. */
export function outOfHeads(x: Value): Value {
  const [batch, heads, steps, size] = x.shape;
  return x.transpose([0, 2, 1, 3]).reshape([batch, steps, heads * size]);
}

/** Each head of keys or values serves a run of heads of queries: [batch, kept, keys, size] to [batch, heads, keys, size]. */
export function spread(x: Value, heads: number): Value {
  const [batch, kept, keys, size] = x.shape;
  if (kept === heads) return x;
  return x
    .unsqueeze(2)
    .expand([batch, kept, heads / kept, keys, size])
    .reshape([batch, heads, keys, size]);
}

/** Attention over heads: q, k, v [batch, heads, steps, size]; what is added to the scores broadcasts to [batch, heads, steps, keys]. */
export function attend(q: Value, k: Value, v: Value, scale: number, added: readonly Value[]): Value {
  const scores = added.reduce((sum, value) => sum.add(value), q.matmul(k.transpose([0, 1, 3, 2])).mul(scale));
  return scores.softmax(-1).matmul(v);
}

/** −∞ in effect, where a query looks ahead: [queries, keys], the first query at the key `start`. */
export function causal(like: Value, queries: number, keys: number, start: number): Value {
  const low = like.tracer.constant(-1e30, like.dtype, [queries, keys]);
  return low.op("Trilu", [like.tracer.constant(start + 1, "int64")], { upper: 1 });
}

/** A mask of integers (1: seen) as what is added to the scores. */
function maskScores(
  op: string,
  mask: Value,
  shape: { batch: number; queries: number; keys: number },
  like: Value,
  filter: number,
): Value {
  const { batch, queries, keys } = shape;
  const hidden = (seen: Value, to: Shape) => seen.cast(like.dtype).neg().add(1).mul(filter).reshape(to);
  if (sameShape(mask.shape, [batch, keys])) return hidden(mask, [batch, 1, 1, keys]);
  if (sameShape(mask.shape, [batch, queries, keys])) return hidden(mask, [batch, 1, queries, keys]);
  if (!sameShape(mask.shape, [batch])) throw unexpanded(op, `a mask of shape ${formatShape(mask.shape)}`);
  // Lengths of the sequences.
  const places = mask.tracer.constant(
    Array.from({ length: keys }, (_, k) => k),
    mask.dtype,
  );
  return hidden(places.less(mask.reshape([batch, 1])), [batch, 1, 1, keys]);
}

const shared: Readonly<Record<string, AttributeSpec>> = {
  num_heads: { kind: "int" },
  mask_filter_value: { kind: "float" },
  scale: { kind: "float" },
  unidirectional: { kind: "int", default: 0 },
};

const filterOf = (attributes: Attributes) => (attributes.mask_filter_value as number | undefined) ?? -10000;
const scaleOf = (attributes: Attributes, size: number) =>
  (attributes.scale as number | undefined) || 1 / Math.sqrt(size);

/** Masks and causality of a call, as addends of its scores. */
function addends(call: Call, q: Value, keys: number, mask: Value | undefined, bias: Value | undefined): Value[] {
  const [batch, , queries] = q.shape;
  const op = call.outputs[0].node?.definition.name ?? "";
  const added: Value[] = bias ? [bias] : [];
  if (mask) added.push(maskScores(op, mask, { batch, queries, keys }, q, filterOf(call.attributes)));
  if (int(call.attributes, "unidirectional") !== 0) added.push(causal(q, queries, keys, keys - queries));
  return added;
}

function sizes(x: Value, weights: Value, attributes: Attributes): readonly [q: number, k: number, v: number] {
  const given = attributes.qkv_hidden_sizes as readonly number[] | undefined;
  const third = weights.shape[1] / 3;
  const [q, k, v] = given ?? [third, third, third];
  if (
    !Number.isInteger(q) ||
    x.rank !== 3 ||
    weights.rank !== 2 ||
    weights.shape[0] !== x.shape[2] ||
    weights.shape[1] !== q + k + v
  )
    throw new Error("takes an input [batch, steps, width] and weights [width, q + k + v]");
  return [q, k, v];
}

const attention: OpDefinition = {
  name: "Attention",
  domain: "com.microsoft",
  attributes: { ...shared, qkv_hidden_sizes: { kind: "ints" }, past_present_share_buffer: { kind: "int" } },
  infer: (inputs, attributes) => {
    const [x, weights, past] = [required(inputs, 0), required(inputs, 1), inputs[4]];
    const heads = needed(attributes, "num_heads");
    const [q, , v] = sizes(x, weights, attributes);
    const [batch, steps] = x.shape;
    const keys = steps + (past?.shape[3] ?? 0);
    const { dtype } = x;
    return [
      { dtype, shape: [batch, steps, v] },
      { dtype, shape: [2, batch, heads, keys, q / heads] },
    ];
  },
  derivative: {
    expand: (call) => {
      const [x, weights, bias, mask, past, added] = call.inputs as readonly [Value, Value, ...Inputs];
      const heads = needed(call.attributes, "num_heads");
      const widths = sizes(x, weights, call.attributes);
      const product = x.matmul(weights);
      const qkv = call.emitAll(
        "Split",
        [bias ? product.add(bias) : product, call.constant(widths, "int64")],
        { axis: 2 },
        3,
      );
      const [q, newK, newV] = qkv.map((value) => inHeads(value, heads));
      const join = (which: number, value: Value) =>
        past ? call.emit("Concat", [past.slice([which], [which + 1], [0]).squeeze(0), value], { axis: 2 }) : value;
      const [k, v] = [join(0, newK), join(1, newV)];
      const y = attend(q, k, v, scaleOf(call.attributes, q.shape[3]), addends(call, q, k.shape[2], mask, added));
      const present = () => call.emit("Concat", [k.unsqueeze(0), v.unsqueeze(0)], { axis: 0 });
      return call.outputs.length > 1 ? [outOfHeads(y), present()] : [outOfHeads(y)];
    },
  },
};

interface Projected {
  readonly q: Value;
  /** [batch, heads, keys, size] */
  readonly k: Value;
  readonly v: Value;
}

/** Queries, keys and values, whichever way they are packed. */
function projected(call: Call, heads: number): Projected {
  const [query, key, value, bias] = call.inputs as readonly [Value, ...Inputs];
  const unpacked = (packed: Value, parts: number) =>
    call
      .emitAll("Split", [packed, call.constant(new Array(parts).fill(1), "int64")], { axis: 3 }, parts)
      .map((part) => part.squeeze(3).transpose([0, 2, 1, 3]));
  const width = query.shape[2];
  const biased = (x: Value, from: number) => (bias ? x.add(bias.slice([from], [from + x.shape[2]], [0])) : x);
  if (query.rank === 5) {
    const [q, k, v] = unpacked(query, 3);
    return { q, k, v };
  }
  const q = inHeads(biased(query, 0), heads);
  if (key?.rank === 5) {
    const [k, v] = unpacked(key, 2);
    return { q, k, v };
  }
  if (!key || !value) throw unexpanded("MultiHeadAttention", "this way of packing");
  if (key.rank === 4) return { q, k: key, v: value };
  return { q, k: inHeads(biased(key, width), heads), v: inHeads(biased(value, 2 * width), heads) };
}

const multiHead: OpDefinition = {
  name: "MultiHeadAttention",
  domain: "com.microsoft",
  attributes: shared,
  infer: (inputs, attributes) => {
    const [query, key, value, past] = [required(inputs, 0), inputs[1], inputs[2], inputs[6]];
    const heads = needed(attributes, "num_heads");
    if (query.rank !== 3 && query.rank !== 5) throw new Error(`the query has rank ${query.rank}, not 3 or 5`);
    const [batch, steps] = query.shape;
    const size = query.rank === 5 ? query.shape[4] : query.shape[2] / heads;
    const length = query.rank === 5 ? steps : (key?.shape[key.rank === 4 ? 2 : 1] ?? steps);
    const sizeV = value === undefined ? size : value.rank === 4 ? value.shape[3] : value.shape[2] / heads;
    const keys = length + (past?.shape[2] ?? 0);
    const of = (shape: Shape): ValueType => ({ dtype: query.dtype, shape });
    return [of([batch, steps, heads * sizeV]), of([batch, heads, keys, size]), of([batch, heads, keys, sizeV])];
  },
  derivative: {
    expand: (call) => {
      const [, , , , mask, added, pastK, pastV] = call.inputs;
      const { q, ...given } = projected(call, needed(call.attributes, "num_heads"));
      const join = (past: Value | undefined, value: Value) =>
        past ? call.emit("Concat", [past, value], { axis: 2 }) : value;
      const [k, v] = [join(pastK, given.k), join(pastV, given.v)];
      const y = attend(q, k, v, scaleOf(call.attributes, q.shape[3]), addends(call, q, k.shape[2], mask, added));
      return [outOfHeads(y), k, v].slice(0, call.outputs.length);
    },
  },
};

export const fusedAttentionOps = table(attention, multiHead);
