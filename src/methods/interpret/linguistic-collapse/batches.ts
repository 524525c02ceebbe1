/** @file What a network is shown: texts or labelled inputs, in batches, pass after pass. */

import { CajalError, Tensor } from "../../../graph/index.ts";
import { takeRows } from "../../../nn/index.ts";
import type { SampleSet } from "../../../probe/index.ts";

/** Texts, for a model of the next token. */
export interface TextBatch {
  /** [texts, steps], integers. */
  readonly tokens: Tensor;
  /** [texts, steps]: 1 where a token belongs to the text, 0 where it only fills the row. Default: all do. */
  readonly mask?: Tensor;
  /** [texts, steps], integers: what follows each token, −1 to leave it out. Default: the next token of the row. */
  readonly labels?: Tensor;
}

/** Inputs of a classifier. */
export interface LabelledBatch {
  /** [examples, …], as the model takes them. */
  readonly inputs: Tensor;
  /** [examples], integers: the class, −1 to leave the example out. */
  readonly labels: Tensor;
}

export type Batch = TextBatch | LabelledBatch;

/** Data that can be gone through several times: a list, or a function that begins anew. All batches of one size run fastest. */
export type Batches = readonly Batch[] | (() => AsyncIterable<Batch> | Iterable<Batch>);

export function eachOf(data: Batches): AsyncIterable<Batch> | Iterable<Batch> {
  return typeof data === "function" ? data() : data;
}

/**
 * One long text, cut into rows of `steps` tokens; each row's last token is labelled with the one after it.
 * @param size rows in a batch; the last batch is filled with rows that do not count. Default 32
 * @throws CajalError `shape` when the text is shorter than a row and one more
 */
export function packedText(
  tokens: ArrayLike<number>,
  { steps, size = 32 }: { steps: number; size?: number },
): TextBatch[] {
  const rows = Math.floor((tokens.length - 1) / steps);
  if (rows < 1)
    throw new CajalError("shape", `a text of ${tokens.length} tokens has no row of ${steps} and one more`, {
      advice: "Give more text, or shorter rows.",
    });
  const cells = size * steps;
  return Array.from({ length: Math.ceil(rows / size) }, (_, b) => {
    const [inputs, labels] = [new Int32Array(cells), new Int32Array(cells).fill(-1)];
    for (let i = 0; i < cells && b * cells + i < rows * steps; i++) {
      inputs[i] = tokens[b * cells + i];
      labels[i] = tokens[b * cells + i + 1];
    }
    return { tokens: new Tensor("int32", [size, steps], inputs), labels: new Tensor("int32", [size, steps], labels) };
  });
}

/** Texts apart, filled up to the longest of their batch. @param size texts in a batch. Default 16 */
export function paddedTexts(texts: readonly (readonly number[])[], size = 16): TextBatch[] {
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, b) => {
    const [tokens, mask] = [new Int32Array(size * longest), new Int32Array(size * longest)];
    for (const [row, text] of texts.slice(b * size, (b + 1) * size).entries()) {
      tokens.set(text, row * longest);
      mask.fill(1, row * longest, row * longest + text.length);
    }
    const tensor = (data: Int32Array<ArrayBuffer>) => new Tensor("int32", [size, longest], data);
    return { tokens: tensor(tokens), mask: tensor(mask) };
  });
}

/** Examples in batches. @param size default 100; a last, smaller batch has what is left */
export function labelledBatches({ inputs, labels }: LabelledBatch, size = 100): LabelledBatch[] {
  return Array.from({ length: Math.ceil(labels.size / size) }, (_, b) => {
    const rows = Array.from({ length: Math.min(size, labels.size - b * size) }, (_, i) => b * size + i);
    return { inputs: takeRows(inputs, rows), labels: takeRows(labels, rows) };
  });
}

/** Pictures with their labels, read as they are needed. @param classes the model's outputs in their order; default: the set's labels */
export function pictureBatches(
  samples: SampleSet,
  { size = 50, classes = samples.labels }: { size?: number; classes?: readonly string[] } = {},
): () => AsyncGenerator<LabelledBatch> {
  const numberOf = new Map(classes.map((name, i) => [name, i]));
  return async function* () {
    for (let from = 0; from < samples.length; from += size) {
      const count = Math.min(size, samples.length - from);
      const read = await Promise.all(Array.from({ length: count }, (_, i) => samples.get(from + i)));
      const [{ input }] = read;
      const data = new Float32Array(count * input.size);
      for (const [i, sample] of read.entries()) data.set(sample.input.data as Float32Array, i * input.size);
      const labels = Int32Array.from(read, ({ label }) => numberOf.get(label ?? "") ?? -1);
      yield {
        inputs: new Tensor("float32", [count, ...input.shape], data),
        labels: new Tensor("int32", [count], labels),
      };
    }
  };
}
