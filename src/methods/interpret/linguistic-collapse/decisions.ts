/** @file The third pass: whether the head decides as the nearest class mean does. */

import { CajalError, type Compiled, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import type { ClassMeans } from "./class-means.ts";

/** The head's rows of the kept classes. */
export interface HeadRows {
  /** w_c: [ids.length × width]. */
  readonly weight: Float64Array;
  /** [ids.length] */
  readonly bias?: Float64Array;
}

/** What a vector is taken for, among the kept classes (by their places). */
export interface Decisions {
  /** argmax_c w_cᵀh + b_c */
  readonly byHead: Int32Array;
  /** argmin_c ‖h − μ_c‖ */
  readonly byMean: Int32Array;
}

/** Decides in float64; of equal classes, the first. */
export class Decider {
  private readonly run: Compiled<[Value], { byHead: Value; byMean: Value }>;
  private readonly width: number;

  constructor({ width, ids, means, centre }: ClassMeans, head: HeadRows, options?: CompileOptions) {
    const classes = ids.length;
    this.width = width;
    // Seen from the centre, where the vectors are short: ‖h − μ‖² = ‖h‖² − 2 hᵀμ + ‖μ‖², without what all classes share.
    const centred = means.map((value, i) => value - centre[i % width]);
    const halves = Float64Array.from(
      { length: classes },
      (_, c) => centred.subarray(c * width, (c + 1) * width).reduce((sum, value) => sum + value * value, 0) / 2,
    );
    const columns = (rows: Float64Array) => transposed(rows, classes, width);
    const toMeans = columns(centred);
    const toHead = columns(head.weight);
    const vector = (data: Float64Array) => new Tensor("float64", [data.length], data);
    this.run = compile((h: Value) => {
      const rows = h.cast("float64");
      const logits = rows.matmul(toHead);
      const nearness = rows.sub(vector(centre)).matmul(toMeans).sub(vector(halves));
      const best = (scores: Value) => scores.op("ArgMax", [], { axis: -1, keepdims: 0 }).cast("int32");
      return { byHead: best(head.bias ? logits.add(vector(head.bias)) : logits), byMean: best(nearness) };
    }, options);
  }

  /** @param rows [n × width] */
  async decide(rows: Float32Array | Float64Array): Promise<Decisions> {
    const dtype = rows instanceof Float32Array ? "float32" : "float64";
    const { byHead, byMean } = await this.run(new Tensor(dtype, [rows.length / this.width, this.width], rows));
    return { byHead: Int32Array.from(byHead.numbers()), byMean: Int32Array.from(byMean.numbers()) };
  }

  release(): Promise<void> {
    return this.run.release();
  }
}

export interface DecisionState {
  readonly hash: string;
  readonly positions: number;
  readonly agreed: number;
}

/** Counts agreements. Resumable and mergeable, with the same means only. */
export class DecisionAccumulator {
  private readonly hash: string;
  private positions = 0;
  private agreed = 0;

  constructor({ hash }: Pick<ClassMeans, "hash">) {
    this.hash = hash;
  }

  /** @throws CajalError `argument` when the state belongs to other means */
  static from(means: Pick<ClassMeans, "hash">, state: DecisionState): DecisionAccumulator {
    const accumulator = new DecisionAccumulator(means);
    accumulator.gather(state);
    return accumulator;
  }

  /** @param labels of each row; −1: the row does not count. Which other class it is does not matter */
  add({ byHead, byMean }: Decisions, labels: ArrayLike<number>): void {
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] < 0) continue;
      this.positions++;
      if (byHead[i] === byMean[i]) this.agreed++;
    }
  }

  merge(other: DecisionAccumulator): void {
    this.gather(other.state());
  }

  state(): DecisionState {
    return { hash: this.hash, positions: this.positions, agreed: this.agreed };
  }

  /** The share of positions at which both agree. @throws CajalError `no-data` when there was none */
  agreement(): number {
    if (this.positions === 0)
      throw new CajalError("no-data", "there is no position to decide at", {
        advice: "Give validation data with labels.",
      });
    return this.agreed / this.positions;
  }

  private gather({ hash, positions, agreed }: DecisionState): void {
    if (hash !== this.hash)
      throw new CajalError("argument", `decisions by the means ${hash} do not belong to the means ${this.hash}`, {
        advice: "Means and decisions must come from the same model: begin again with the means.",
      });
    this.positions += positions;
    this.agreed += agreed;
  }
}

/** [rows × columns] → a tensor [columns, rows]. */
function transposed(data: Float64Array, rows: number, columns: number): Tensor {
  const result = new Float64Array(data.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = data[r * columns + c];
  return new Tensor("float64", [columns, rows], result);
}
