/** @file What the model is shown, in batches, pass after pass. */

import { CajalError, type Tensor } from "../../../graph/index.ts";

export interface Batch {
  /** By the names of the model's inputs; the first axis of each counts examples. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** [examples], integers: what the model should answer. Only scores read it. */
  readonly labels?: Tensor;
}

/** Data that can be gone through several times: a list, or a function that begins anew. All batches of one size run fastest. */
export type Batches = readonly Batch[] | (() => AsyncIterable<Batch> | Iterable<Batch>);

/** Work that can be watched and stopped. */
export interface Watched {
  readonly signal?: AbortSignal;
  onProgress?(stage: string, done: number, total: number): void;
}

/** @throws CajalError `no-data` when there is none; the signal's reason */
export async function* eachOf(data: Batches, signal?: AbortSignal): AsyncGenerator<Batch> {
  let any = false;
  for await (const batch of typeof data === "function" ? data() : data) {
    signal?.throwIfAborted();
    any = true;
    yield batch;
  }
  if (!any) throw new CajalError("no-data", "the data hold no batch");
}

/** How many batches there are, where that is known beforehand. */
export function countOf(data: Batches): number {
  return typeof data === "function" ? 1 : data.length;
}

/** @throws CajalError `shape` when inputs differ in their number of examples */
export function examplesIn({ inputs }: Batch): number {
  const sizes = Object.entries(inputs).map(([name, { shape }]) => [name, shape[0]] as const);
  const [first, ...others] = sizes;
  if (first === undefined) throw new CajalError("no-data", "a batch has no inputs");
  const odd = others.find(([, size]) => size !== first[1]);
  if (odd !== undefined)
    throw new CajalError("shape", `a batch has ${first[1]} examples of "${first[0]}", ${odd[1]} of "${odd[0]}"`);
  return first[1] as number;
}
