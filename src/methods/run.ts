/** @file What an experiment is given: randomness, data, a device; and where it puts what it finds. */

import type { DataSource } from "../data/index.ts";
import type { CompileOptions, Rng, Tensor } from "../graph/index.ts";
import type { CheckpointStorage } from "../nn/index.ts";
import type { Figure } from "../plot/index.ts";

/**
 * What a part may result in: numbers, text, Tensors, typed arrays, and plain objects, arrays, Maps and Sets of them. It is written down and
 * read back, so functions and class instances are lost.
 */
export type Kept =
  | undefined
  | null
  | boolean
  | number
  | string
  | Tensor
  | ArrayBufferView
  | readonly Kept[]
  | ReadonlyMap<Kept, Kept>
  | ReadonlySet<Kept>
  | { readonly [name: string]: Kept };

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** What to see in it: one sentence. */
  readonly caption?: string;
}

/** Lasting work within a run: it has randomness of its own, and a place for a checkpoint. */
export interface Part {
  /** Depends on the run's seed and the part's name alone. */
  readonly rng: Rng;
  /** For `fit` and the like: gone when the part is done. */
  readonly checkpoint: CheckpointStorage;
}

export interface Run {
  readonly seed: number;
  readonly rng: Rng;
  readonly data: DataSource;
  /** How graphs are compiled, and so where they run: for `compile`, `fit` and whatever takes these options. */
  readonly compile: CompileOptions;
  /** Aborts on Ctrl-C. Parts end with its reason; the run can be resumed. */
  readonly signal: AbortSignal;
  log(message: string): void;
  progress(stage: string, done: number, total: number, unit?: string): void;
  /** Lets everything else have its turn: for loops that compute without waiting for anything. Throws when the run is to stop. */
  breathe(): Promise<void>;
  /**
   * A figure that the experiment found. The last one of a name counts.
   * @param details `step`: a point of a curve instead, at that place
   */
  metric(name: string, value: number, details?: { readonly unit?: string; readonly step?: number }): void;
  table(name: string, table: Table): void;
  figure(name: string, figure: Figure): void;
  /** A file: a trained network, a recording. @param name with its ending: "sparse.onnx" */
  artifact(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * Work that is done once: a resumed run takes its result from the run's folder. Whatever takes longer than seconds belongs in a part.
   * Parts run in the order of the program; their names are unique in a run.
   */
  part<T>(name: string, work: (part: Part) => Promise<T>): Promise<T>;
}
