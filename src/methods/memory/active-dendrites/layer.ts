/** @file The dendritic neuron as a graph: exact, for exporting and running; and smooth, for learning what comes before it. */

import { CajalError, concat, formatShape, Tensor, tap, type Value } from "../../../graph/index.ts";

/**
 * The synapses of segments as a table [M, longest], int64. Shorter segments are filled up with n, the number of a cell that is not there and never active.
 * @param n cells of the population
 * @throws CajalError `argument` for no segments
 */
export function segmentTable(segments: readonly ArrayLike<number>[], n: number): Tensor {
  const longest = Math.max(0, ...segments.map((segment) => segment.length));
  if (longest === 0) throw new CajalError("argument", "segmentTable: there are no synapses");
  const table = new BigInt64Array(segments.length * longest).fill(BigInt(n));
  for (const [m, segment] of segments.entries())
    for (let i = 0; i < segment.length; i++) table[m * longest + i] = BigInt(segment[i]);
  return new Tensor("int64", [segments.length, longest], table);
}

export interface DendriteValues {
  /** Active synapses [T, …, M]. */
  readonly overlap: Value;
  /** Which segments fire, 0 … 1 [T, …, M]. */
  readonly spikes: Value;
  /** Whether any segment of a neuron does, 0 … 1 [T, …]. */
  readonly fires: Value;
}

/**
 * Segments on codes x [T, n]: y = [overlap ≥ θ], z = max y. Without derivative.
 * @param segments cells by synapse [M, s], int64; or [neurons, M, s] for a layer of neurons
 * @throws CajalError `shape`
 */
export function dendrites(x: Value, segments: Tensor, { theta }: { readonly theta: number }): DendriteValues {
  const overlap = overlaps(x, segments);
  const spikes = tap("spikes", overlap.op("GreaterOrEqual", [theta]).cast(x.dtype));
  return { overlap, spikes, fires: spikes.max(-1) };
}

/**
 * The same with y = σ((overlap − θ + ½)/T), which is above ½ just where the segment fires, and comes to it as T goes to 0. x may be anything between 0 and 1; the
 * derivative goes to it.
 * @param options temperature: T, in synapses
 * @throws CajalError `shape`; `argument` for a temperature of 0 or less
 */
export function softDendrites(
  x: Value,
  segments: Tensor,
  { theta, temperature }: { readonly theta: number; readonly temperature: number },
): DendriteValues {
  if (!(temperature > 0)) throw new CajalError("argument", `softDendrites: a temperature of ${temperature}`);
  const overlap = overlaps(x, segments);
  const spikes = tap(
    "spikes",
    overlap
      .sub(theta - 0.5)
      .div(temperature)
      .sigmoid(),
  );
  return { overlap, spikes, fires: spikes.max(-1) };
}

function overlaps(x: Value, segments: Tensor): Value {
  const n = x.shape[x.rank - 1];
  if (x.rank !== 2 || segments.shape.length < 2)
    throw new CajalError(
      "shape",
      `dendrites: codes ${formatShape(x.shape)} and segments ${formatShape(segments.shape)}, where [codes, cells] and [segments, synapses] are expected`,
    );
  const cells = segments.numbers();
  const outside = cells.find((cell) => !(cell >= 0 && cell <= n));
  if (outside !== undefined)
    throw new CajalError("shape", `dendrites: a synapse on cell ${outside}, where the codes have ${n} cells`);
  const silent = cells.includes(n) ? [x.tracer.constant([0], x.dtype).reshape([1, 1]).expand([x.shape[0], 1])] : [];
  const synapses = (silent.length > 0 ? concat([x, ...silent], 1) : x).gather(segments, 1);
  return tap("overlap", synapses.sum(-1));
}
