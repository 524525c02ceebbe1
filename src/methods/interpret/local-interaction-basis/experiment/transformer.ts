/** @file The transformer that adds: one layer without norms, which reads a, b and "=" and answers at the last position. */

import type { Sum } from "../../../../data/index.ts";
import { exportOnnx, type Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import {
  type Embedding,
  embedding,
  type Initialiser,
  init,
  type Linear,
  linear,
  weights,
} from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";
import type { Batch } from "../index.ts";

export interface Transformer<T> {
  readonly tokens: Embedding<T>;
  /** [3, d] */
  readonly positions: T;
  readonly query: Linear<T>;
  readonly key: Linear<T>;
  readonly value: Linear<T>;
  readonly out: Linear<T>;
  readonly up: Linear<T>;
  readonly down: Linear<T>;
  readonly unembed: Linear<T>;
}

export const heads = 4;
const steps = 3;

/** Tensors of its file, the chain of the experiment. */
export const transformerNodes = [
  "before-attention/Add",
  "after-attention/Add",
  "before-unembedding/Add",
  "logits",
] as const;

/** tokens int64 [N, 3] → logits [N, 1, modulus + 1] */
export function transformer(p: Transformer<Value | Tensor>, tokens: Value): Value {
  const embedded = embedding(p.tokens, tokens);
  const residual = scope("before-attention", () => embedded.add(p.positions));
  const last = residual.slice([steps - 1], [steps], [1]);
  const attended = linear(p.out, attention(p, residual, last));
  const after = scope("after-attention", () => last.add(attended));
  const mlp = linear(p.down, linear(p.up, after).relu());
  return linear(
    p.unembed,
    scope("before-unembedding", () => after.add(mlp)),
  );
}

/** Of the last position, which sees all: no mask is needed. */
function attention(p: Transformer<Value | Tensor>, residual: Value, last: Value): Value {
  const width = residual.shape[2];
  const split = (x: Value) => x.reshape([-1, x.shape[1], heads, width / heads]).transpose([0, 2, 1, 3]);
  const [query, key, value] = [linear(p.query, last), linear(p.key, residual), linear(p.value, residual)].map(split);
  const scores = query.matmul(key.transpose([0, 1, 3, 2])).div(Math.sqrt(width / heads));
  return scores.softmax(-1).matmul(value).transpose([0, 2, 1, 3]).reshape([-1, 1, width]);
}

export function initTransformer(rng: Rng, modulus: number, width: number, hidden: number): Transformer<Tensor> {
  const weight: Initialiser = weights.normal(0.8 / Math.sqrt(width));
  const map = (name: string, from: number, to: number) => init.linear(rng.split(name), from, to, { weight });
  return {
    tokens: init.embedding(rng.split("tokens"), modulus + 1, width, { weight }),
    positions: rng.split("positions").normal([steps, width], 0, 0.8 / Math.sqrt(width)),
    query: map("query", width, width),
    key: map("key", width, width),
    value: map("value", width, width),
    out: map("out", width, width),
    up: map("up", width, hidden),
    down: map("down", hidden, width),
    unembed: map("unembed", width, modulus + 1),
  };
}

/** Weights by the names of TransformerLens. */
export function fromTransformerLens(named: Readonly<Record<string, Tensor>>): Transformer<Tensor> {
  const of = (name: string) => named[name];
  const attention = (name: string) => of(`blocks.0.attn.${name}`);
  const flat = (tensor: Tensor) => Tensor.of(tensor.numbers(), [tensor.size]);
  const projection = (letter: string): Linear<Tensor> => ({
    weight: headsBeside(attention(`W_${letter}`)),
    bias: flat(attention(`b_${letter}`)),
  });
  const out = attention("W_O");
  return {
    tokens: { weight: of("embed.W_E") },
    positions: of("pos_embed.W_pos"),
    query: projection("Q"),
    key: projection("K"),
    value: projection("V"),
    out: { weight: Tensor.of(out.numbers(), [out.shape[0] * out.shape[1], out.shape[2]]), bias: attention("b_O") },
    up: { weight: of("blocks.0.mlp.W_in"), bias: of("blocks.0.mlp.b_in") },
    down: { weight: of("blocks.0.mlp.W_out"), bias: of("blocks.0.mlp.b_out") },
    unembed: { weight: of("unembed.W_U"), bias: of("unembed.b_U") },
  };
}

/** [heads, d, d_head] → [d, heads · d_head] */
function headsBeside(tensor: Tensor): Tensor {
  const [count, width, size] = tensor.shape;
  const numbers = tensor.numbers();
  const values = Float64Array.from({ length: tensor.size }, (_, at) => {
    const [row, column] = [Math.floor(at / (count * size)), at % (count * size)];
    return numbers[(Math.floor(column / size) * width + row) * size + (column % size)];
  });
  return Tensor.of(values, [width, count * size]);
}

/** The network as a file, and opened as any other. */
export function openedTransformer(params: Transformer<Tensor>, name: string): Model {
  const bytes = exportOnnx(
    (tokens: Value) => ({ logits: transformer(params, tokens) }),
    [Tensor.zeros([2, steps], "int64")],
    {
      names: ["tokens"],
      batch: { name: "N", arguments: [0] },
    },
  );
  return Model.open(bytes, { name });
}

/** Sums as batches of at most `size`, all of them, in as few sizes as can be. */
export function sumBatches(sums: readonly Sum[], modulus: number, size: number): Batch[] {
  const count = Math.ceil(sums.length / size);
  return Array.from({ length: count }, (_, i) => {
    const part = sums.slice(...[i, i + 1].map((k) => Math.floor((k * sums.length) / count)));
    return {
      inputs: {
        tokens: Tensor.of(
          part.flatMap(({ a, b }) => [a, b, modulus]),
          [part.length, steps],
          "int64",
        ),
      },
      labels: Tensor.of(
        part.map(({ sum }) => sum),
        [part.length],
        "int64",
      ),
    };
  });
}
