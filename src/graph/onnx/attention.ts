/** @file Attention and RotaryEmbedding of operator set 23 in ops of the set that Cajal writes. */

import { attend, causal, inHeads, outOfHeads, spread } from "../ops/fused-attention.ts";
import { turnHeads } from "../ops/rotary.ts";
import type { Value } from "../value.ts";
import type { Part } from "./fused.ts";

type Inputs = readonly (Value | undefined)[];

const rotary: Part = (node) => {
  const [x, cosines, sines, positions] = node.inputs as readonly [Value, Value, Value, Value | undefined];
  const { interleaved = 0, num_heads = 0, rotary_embedding_dim = 0 } = node.attributes;
  const of = (cache: Value) => (positions ? cache.gather(positions) : cache);
  const turned = Number(rotary_embedding_dim) || 2 * cosines.shape[cosines.rank - 1];
  const turn = { heads: Number(num_heads), turned, interleaved: Number(interleaved) !== 0 };
  return [turnHeads(x, of(cosines), of(sines), turn)];
};

/** Outputs: result, present keys, present values. */
const attention: Part = (node, tracer) => {
  const [query, key, value, mask, pastK, pastV, lengths] = node.inputs as readonly [Value, Value, Value, ...Inputs];
  const { is_causal = 0, q_num_heads = 0, kv_num_heads = 0, scale, softcap = 0 } = node.attributes;
  if (lengths) throw new Error("nonpad_kv_seqlen (input 6) is not supported");
  if (Number(softcap) !== 0) throw new Error("softcap is not supported");
  if (node.outputs > 3) throw new Error("the output qk_matmul_output is not supported");
  const flat = query.rank === 3;
  const heads = flat ? Number(q_num_heads) : query.shape[1];
  const apart = (x: Value, count: number) => (flat ? inHeads(x, count) : x);
  const q = apart(query, heads);
  const join = (past: Value | undefined, x: Value) => {
    const own = apart(x, Number(kv_num_heads));
    return past ? tracer.emit("Concat", [past, own], { axis: 2 }) : own;
  };
  const [keys, values] = [join(pastK, key), join(pastV, value)];
  const added: Value[] = [];
  if (mask) added.push(mask.dtype === "bool" ? mask.where(tracer.constant(0, q.dtype), -1e30) : mask);
  if (Number(is_causal) !== 0) added.push(causal(q, q.shape[2], keys.shape[2], pastK?.shape[2] ?? 0));
  const factor = scale === undefined ? 1 / Math.sqrt(q.shape[3]) : Number(scale);
  const y = attend(q, spread(keys, heads), spread(values, heads), factor, added);
  return [flat ? outOfHeads(y) : y, keys, values];
};

export const standardAttention: Readonly<Record<string, Part>> = { Attention: attention, RotaryEmbedding: rotary };
