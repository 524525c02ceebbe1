/** @file Made vectors with classes, measured as a model's are. */

import type { Rng } from "../../../../graph/index.ts";
import {
  Decider,
  DecisionAccumulator,
  geometry,
  MeanAccumulator,
  type Measure,
  measures,
  VarianceAccumulator,
} from "../index.ts";

/** Rows one after the other, in float64. */
export interface Labelled {
  readonly width: number;
  readonly classes: number;
  readonly rows: Float64Array;
  readonly labels: Int32Array;
  /** A row for each class. */
  readonly head: Float64Array;
  readonly bias?: Float64Array;
}

/** Vertices of a simplex in a random orientation, moved off the origin; the head is along them, and its bias makes up for the move. */
export function simplex(rng: Rng, { classes = 11, width = 16, perClass = 5, noise = 0 } = {}): Labelled {
  const axes = orthonormal(rng, classes, width);
  const shift = Float64Array.from({ length: width }, () => rng.gaussian());
  const vertex = (c: number, k: number) => {
    let value = 0;
    for (let i = 0; i < classes; i++) value += (Number(i === c) - 1 / classes) * axes[i * width + k];
    return value * Math.sqrt(classes / (classes - 1));
  };
  const vertices = Float64Array.from({ length: classes * width }, (_, at) =>
    vertex(Math.floor(at / width), at % width),
  );
  const labels = Int32Array.from({ length: classes * perClass }, (_, i) => i % classes);
  const rows = Float64Array.from(
    { length: labels.length * width },
    (_, at) =>
      vertices[labels[Math.floor(at / width)] * width + (at % width)] +
      shift[at % width] +
      (noise === 0 ? 0 : noise * rng.gaussian()),
  );
  const head = vertices.map((value) => 3 * value);
  const bias = Float64Array.from({ length: classes }, (_, c) =>
    shift.reduce((sum, value, k) => sum - value * head[c * width + k], 0),
  );
  return { width, classes, rows, labels, head, bias };
}

/** Classes of unequal sizes and spreads at random places, and a head of its own. */
export function clouds(rng: Rng, { classes = 40, width = 12, rows: count = 900 } = {}): Labelled {
  const places = Float64Array.from({ length: classes * width }, () => rng.gaussian());
  const labels = Int32Array.from({ length: count }, (_, i) =>
    i < 6 * classes ? i % classes : Math.floor(classes * rng.random() ** 2),
  );
  const rows = Float64Array.from({ length: count * width }, (_, at) => {
    const label = labels[Math.floor(at / width)];
    return 1 + places[label * width + (at % width)] + 0.1 * (1 + (label % 5)) * rng.gaussian();
  });
  return { width, classes, rows, labels, head: places.map((value) => value + rng.gaussian()) };
}

/** @param shards the data are seen in so many pieces, each by accumulators of its own, that are merged */
export async function measured(
  { width, classes, rows, labels, head, bias }: Labelled,
  { shards = 1, tile }: { shards?: number; tile?: number } = {},
): Promise<Record<Measure, number>> {
  const pieces = Array.from({ length: shards }, (_, s) => {
    const [from, to] = [s, s + 1].map((i) => Math.floor((i * labels.length) / shards));
    return { rows: rows.subarray(from * width, to * width), labels: labels.subarray(from, to) };
  });
  const sums = pieces.map((piece) => {
    const accumulator = new MeanAccumulator(classes, width);
    accumulator.add(piece.rows, piece.labels);
    return MeanAccumulator.from(accumulator.state());
  });
  for (const other of sums.slice(1)) sums[0].merge(other);
  const means = sums[0].means(1);
  const squares = pieces.map((piece) => {
    const accumulator = new VarianceAccumulator(means);
    accumulator.add(piece.rows, piece.labels);
    return VarianceAccumulator.from(means, accumulator.state());
  });
  for (const other of squares.slice(1)) squares[0].merge(other);
  const decider = new Decider(means, { weight: head, ...(bias && { bias }) });
  const decisions = new DecisionAccumulator(means);
  try {
    for (const piece of pieces) {
      const shard = new DecisionAccumulator(means);
      shard.add(await decider.decide(piece.rows), piece.labels);
      decisions.merge(shard);
    }
  } finally {
    await decider.release();
  }
  const found = {
    ...(await geometry(means, squares[0].variances(), { weight: head }, { ...(tile !== undefined && { tile }) })),
    agreement: decisions.agreement(),
  };
  return Object.fromEntries(measures.map((measure) => [measure, found[measure]])) as Record<Measure, number>;
}

/** Which class mean each vector is nearest to. */
export async function nearestMeans({ width, classes, rows, labels, head }: Labelled): Promise<Int32Array> {
  const sums = new MeanAccumulator(classes, width);
  sums.add(rows, labels);
  const decider = new Decider(sums.means(1), { weight: head });
  try {
    return (await decider.decide(rows)).byMean;
  } finally {
    await decider.release();
  }
}

/** Vectors and head turned by one random rotation. */
export function rotated(data: Labelled, rng: Rng): Labelled {
  const axes = orthonormal(rng, data.width, data.width);
  const turned = (rows: Float64Array) =>
    Float64Array.from(rows, (_, at) => {
      const [r, k] = [Math.floor(at / data.width), at % data.width];
      let value = 0;
      for (let i = 0; i < data.width; i++) value += rows[r * data.width + i] * axes[i * data.width + k];
      return value;
    });
  return { ...data, rows: turned(data.rows), head: turned(data.head) };
}

/** Vectors moved by one vector; the head stays. */
export function shifted(data: Labelled, rng: Rng): Labelled {
  const shift = Float64Array.from({ length: data.width }, () => 5 * rng.gaussian());
  return { ...data, rows: data.rows.map((value, at) => value + shift[at % data.width]) };
}

/** As lists: the vectors of each class, the head's rows, all vectors. */
export function listed({ width, classes, rows, labels, head }: Labelled) {
  const list = (from: Float64Array, r: number) => Array.from(from.subarray(r * width, (r + 1) * width));
  const all = Array.from(labels, (_, r) => list(rows, r));
  return {
    all,
    byClass: Array.from({ length: classes }, (_, c) => all.filter((_, r) => labels[r] === c)),
    head: Array.from({ length: classes }, (_, c) => list(head, c)),
  };
}

/** Random orthonormal rows [count × width], by Gram and Schmidt, twice for the last digits. */
function orthonormal(rng: Rng, count: number, width: number): Float64Array {
  const rows = Float64Array.from({ length: count * width }, () => rng.gaussian());
  for (let r = 0; r < count; r++) {
    const row = rows.subarray(r * width, (r + 1) * width);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < r; other++) {
        const axis = rows.subarray(other * width, (other + 1) * width);
        const along = row.reduce((sum, value, k) => sum + value * axis[k], 0);
        for (let k = 0; k < width; k++) row[k] -= along * axis[k];
      }
      const norm = Math.hypot(...row);
      for (let k = 0; k < width; k++) row[k] /= norm;
    }
  }
  return rows;
}
