/** @file M′ = 1/(N·T) Σ Jᵀ·J, with J the Jacobian of the next node's coordinates by a node's units, over examples and positions. */

import { type CompileOptions, compile, type Noise, Rng, scan, Tensor, type Value, vjp } from "../../../graph/index.ts";
import type { Matrix } from "../matrix.ts";
import { type Batches, countOf, eachOf, type Watched } from "./batches.ts";
import type { Chain, Inputs } from "./chain.ts";
import { type Gap, gapOf } from "./gap.ts";
import type { LibLayer } from "./layer.ts";
import { accumulate } from "./moments.ts";
import { cotangentOf, type Seeds, seedChunks } from "./seeds.ts";

export interface JacobianOptions extends Watched {
  readonly probes?: number;
  readonly seed?: number;
  readonly lastPosition?: boolean;
  readonly compile?: CompileOptions;
}

/** Reverse passes of one call. */
const passesPerCall = 64;

/**
 * The derivative by the constant is left out: its row and column are masked in M, and the other rows of R⁺ have nothing of it.
 * @param next the basis of the node after `l`
 */
export async function jacobianSquares(
  chain: Chain,
  l: number,
  next: LibLayer,
  data: Batches,
  examples: number,
  options: JacobianOptions,
): Promise<Matrix> {
  const gap = gapOf(chain, l);
  const { units, positions } = gap.from;
  const lastPosition = options.lastPosition === true && l === chain.nodes.length - 2;
  const total = new Float64Array(units * units);
  const pass =
    options.probes === undefined ? exact(gap, next, lastPosition, options) : probed(gap, next, lastPosition, options);
  const stage = `Jacobians of "${gap.from.tensor}"`;
  try {
    let done = 0;
    for await (const { inputs } of eachOf(data, options.signal)) {
      for (let call = 0; call < pass.calls; call++) {
        options.signal?.throwIfAborted();
        accumulate(total, (await pass.run(inputs, call)).data as Float64Array);
        done++;
        options.onProgress?.(stage, done, Math.max(done, countOf(data) * pass.calls));
      }
    }
  } finally {
    await pass.release();
  }
  return { rows: units, columns: units, data: total.map((value) => value / (examples * positions)) };
}

interface Pass {
  /** Calls for each batch. */
  readonly calls: number;
  run(inputs: Readonly<Record<string, Tensor>>, call: number): Promise<Tensor>;
  release(): Promise<void>;
}

/** One reverse pass for each coordinate and position. */
function exact(gap: Gap, next: LibLayer, lastPosition: boolean, options: JacobianOptions): Pass {
  const coordinates = Array.from({ length: next.lambda.length - 1 }, (_, i) => i + 1);
  const passes = coordinates.length * (lastPosition ? 1 : gap.to.positions);
  const chunks = seedChunks(next, coordinates, Math.min(passesPerCall, passes), lastPosition);
  const compiled = compile((inputs: Inputs, seeds: Seeds<Value>) => {
    const rows = gap.rows(inputs);
    const { result, pull } = vjp((x: Value) => gap.map(inputs, x), rows);
    return sumOfSquares(rows, seeds, (seed) => pull(cotangentOf(seed, result))[0]);
  }, options.compile);
  return {
    calls: chunks.length,
    run: (inputs, call) => compiled(inputs, chunks[call].seeds),
    release: () => compiled.release(),
  };
}

/** E[(φᵀJ)ᵀ(φᵀJ)] = JᵀJ for random signs φ. */
function probed(gap: Gap, next: LibLayer, lastPosition: boolean, options: JacobianOptions): Pass {
  const { probes = 1, seed = 0 } = options;
  const perCall = Math.min(8, probes);
  const calls = Math.ceil(probes / perCall);
  const rng = new Rng(seed).split(`probes of ${gap.from.tensor}`);
  const r = next.lambda.length;
  const { positions, units } = gap.to;
  // [r × d′]: random signs of coordinates as directions of units.
  const axes = Tensor.of(
    Float64Array.from({ length: r * units }, (_, at) => next.C.data[(at % units) * r + Math.floor(at / units)]),
    [r, units],
    next.dtype,
  );
  const which = Tensor.of(
    Float64Array.from({ length: positions }, (_, t) => Number(!lastPosition || t === positions - 1)),
    [positions, 1],
    next.dtype,
  );
  const compiled = compile((inputs: Inputs, noise: Noise) => {
    const rows = gap.rows(inputs);
    const { pull } = vjp((x: Value) => gap.map(inputs, x), rows);
    const signs = noise.bernoulli([perCall, rows.shape[0], positions, r], 0.5).mul(2).sub(1).cast(next.dtype);
    const sum = sumOfSquares(rows, signs, (sign) => pull(sign.matmul(axes).mul(which))[0]);
    return sum.div(perCall * calls);
  }, options.compile);
  return { calls, run: (inputs) => compiled(inputs, rng), release: () => compiled.release() };
}

/** Σ gᵀ·g of what each seed gives, rows of all examples and positions together: [d, d] in float64. */
function sumOfSquares<S>(rows: Value, seeds: S, gradient: (seed: S) => Value): Value {
  const units = rows.shape[2];
  const { state } = scan(
    (sum: Value, seed: S) => {
      const g = gradient(seed).cast("float64").reshape([-1, units]);
      return { state: sum.add(g.transpose().matmul(g)), y: undefined };
    },
    rows.tracer.constant(0, "float64", [units, units]),
    seeds,
  );
  return state;
}
