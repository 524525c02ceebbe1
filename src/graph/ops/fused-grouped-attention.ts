/**
 * @file GroupQueryAttention of ONNX Runtime (com.microsoft): causal attention with fewer heads of keys than of queries, rotary
 * positions and a cache, one kernel. What optimised Llama exports hold.
 */

import { type Call, int, known, type OpDefinition, required, table } from "../op.ts";
import type { ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";
import { attend, causal, inHeads, needed, outOfHeads, spread, unexpanded } from "./fused-attention.ts";
import { rotate } from "./rotary.ts";

type Inputs = readonly (Value | undefined)[];

/** Heads, and features of each. */
function geometry(inputs: Inputs, attributes: Call["attributes"]) {
  const [query, key] = [required(inputs, 0), inputs[1]];
  const [heads, kept] = [needed(attributes, "num_heads"), needed(attributes, "kv_num_heads")];
  if (query.rank !== 3) throw new Error(`the query has rank ${query.rank}, not 3`);
  const size = query.shape[2] / (key ? heads : heads + 2 * kept);
  if (!Number.isInteger(size) || heads % kept !== 0) throw new Error("heads and width do not fit");
  return { heads, kept, size };
}

const groupQuery: OpDefinition = {
  name: "GroupQueryAttention",
  domain: "com.microsoft",
  attributes: {
    num_heads: { kind: "int" },
    kv_num_heads: { kind: "int" },
    scale: { kind: "float" },
    softcap: { kind: "float" },
    do_rotary: { kind: "int", default: 0 },
    rotary_interleaved: { kind: "int", default: 0 },
    local_window_size: { kind: "int", default: -1 },
    smooth_softmax: { kind: "int" },
  },
  staticInputs: [6],
  infer: (inputs, attributes) => {
    const query = required(inputs, 0);
    const { heads, kept, size } = geometry(inputs, attributes);
    const [total] = known(inputs, 6) ?? [];
    if (total === undefined) throw new Error("total_sequence_length (input 6) is missing");
    const [batch, steps] = query.shape;
    const cache = [batch, kept, Math.max(inputs[3]?.shape[2] ?? 0, total), size];
    const { dtype } = query;
    const types: ValueType[] = [{ dtype, shape: [batch, steps, heads * size] }];
    return [...types, { dtype, shape: cache }, { dtype, shape: cache }];
  },
  derivative: { expand: (call) => expand(call) },
};

function expand(call: Call): Value[] {
  const [query, key, value, pastK, pastV, , , cosines, sines, ...rest] = call.inputs as readonly [Value, ...Inputs];
  const { heads, kept, size } = geometry(call.inputs, call.attributes);
  const { softcap = 0, smooth_softmax = 0, scale } = call.attributes;
  const [batch, steps] = query.shape;
  const past = pastK?.shape[2] ?? 0;
  const [total] = known(call.inputs, 6) as number[];
  const refuse = (what: string) => unexpanded("GroupQueryAttention", what);
  if (rest.some((input) => input !== undefined)) throw refuse("a bias, sinks or given positions");
  if (softcap || smooth_softmax || int(call.attributes, "local_window_size") >= 0) throw refuse("a window or soft cap");
  // Sequences of different lengths stand at different places of the cache, which the data decide.
  if (total !== past + steps || (past > 0 && batch > 1))
    throw refuse("a cache that is not full, or of several sequences,");

  const packed = key === undefined || value === undefined;
  const widths = [heads * size, kept * size, kept * size];
  const parts = packed
    ? call.emitAll("Split", [query, call.constant(widths, "int64")], { axis: 2 }, 3)
    : [query, key, value];
  const [q, k, v] = parts.map((part, i) => inHeads(part, i === 0 ? heads : kept));
  const turn = (x: Value): Value => {
    if (int(call.attributes, "do_rotary") === 0) return x;
    if (!cosines || !sines) throw new Error("the rotary caches are missing");
    const of = (cache: Value) => cache.slice([past], [past + steps], [0]);
    const interleaved = int(call.attributes, "rotary_interleaved") !== 0;
    return rotate(x, of(cosines), of(sines), 2 * cosines.shape[1], interleaved);
  };
  const join = (before: Value | undefined, x: Value) =>
    before && past > 0 ? call.emit("Concat", [before, x], { axis: 2 }) : x;
  const [keys, values] = [join(pastK, turn(k)), join(pastV, v)];
  const factor = Number(scale ?? 0) || 1 / Math.sqrt(size);
  const y = attend(turn(q), spread(keys, heads), spread(values, heads), factor, [causal(q, steps, total, past)]);
  return [outOfHeads(y), keys, values].slice(0, call.outputs.length);
}

export const fusedGroupedAttentionOps = table(groupQuery);
