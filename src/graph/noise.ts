/**
 * @file Noise: randomness inside a traced function. Each draw becomes a hidden input of the graph, filled from the Rng that
 * the compiled function is called with.
 *
 * A draw's stream depends on the Rng, on the names it was split by and on the draw's number there; not on shapes or kinds of other
 * draws. To derivatives a draw is a constant.
 */

import { CajalError } from "./error.ts";
import { insideBody } from "./names.ts";
import type { Rng } from "./rng.ts";
import { type Shape, sizeOf, Tensor } from "./tensor.ts";
import type { Tracer } from "./tracer.ts";
import type { Value } from "./value.ts";

/** A hidden input, and how a call fills it. */
export interface Draw {
  /** Where it was drawn, like "dropout/uniform.0". */
  readonly path: string;
  readonly value: Value;
  /** The elements for one call, from that call's Rng. */
  fill(rng: Rng): Tensor;
}

type Fill = (rng: Rng, out: Float32Array) => void;

/**
 * Randomness as an argument of a function that is compiled: where it has a `Noise`, the compiled one takes an `Rng`.
 * Each call forks the Rng, so calls with the same Rng object see new noise, and calls with a new Rng of the same seed the same.
 *
 * @example
 * const noisy = compile((x: Value, noise: Noise) => x.add(noise.normal(x.shape)));
 * await noisy(Tensor.zeros([2, 3]), new Rng(3));
 */
export class Noise {
  private readonly tracer: Tracer;
  private readonly draws: Draw[];
  private readonly names: readonly string[];
  private readonly children = new Map<string, Noise>();
  private count = 0;

  /** @param draws gathers what is drawn, also by noise that is split off */
  constructor(tracer: Tracer, draws: Draw[], names: readonly string[] = []) {
    this.tracer = tracer;
    this.draws = draws;
    this.names = names;
  }

  /** Normal numbers, float32. @throws CajalError `argument` when the deviation is negative or not finite */
  normal(shape: Shape, mean = 0, deviation = 1): Value {
    check("normal", deviation >= 0 && Number.isFinite(mean + deviation), `mean ${mean}, deviation ${deviation}`);
    return this.draw("normal", shape, (rng, out) => rng.fillNormal(out, mean, deviation));
  }

  /** Numbers in [low, high), float32. @throws CajalError `argument` when `high` is below `low` */
  uniform(shape: Shape, low = 0, high = 1): Value {
    check("uniform", high >= low && Number.isFinite(high - low), `low ${low}, high ${high}`);
    return this.draw("uniform", shape, (rng, out) => rng.fillUniform(out, low, high));
  }

  /**
   * 1 with the given probability, 0 otherwise, float32.
   * @param probability one for all, or a value that broadcasts to the shape
   * @throws CajalError `argument` when it is a number outside 0 … 1
   */
  bernoulli(shape: Shape, probability: number | Value): Value {
    if (typeof probability !== "number") {
      const limit = probability.cast("float32");
      return this.draw("bernoulli", shape, (rng, out) => rng.fillUniform(out))
        .less(limit)
        .cast("float32");
    }
    check("bernoulli", probability >= 0 && probability <= 1, `probability ${probability}`);
    return this.draw("bernoulli", shape, (rng, out) => rng.fillBernoulli(out, probability));
  }

  /** Noise of its own, so that more or fewer draws elsewhere leave it as it is. The same name gives the same object. */
  split(name: string | number): Noise {
    const key = String(name);
    const known = this.children.get(key);
    if (known) return known;
    const child = new Noise(this.tracer, this.draws, [...this.names, key]);
    this.children.set(key, child);
    return child;
  }

  /** All that is drawn comes through here. */
  private draw(kind: string, shape: Shape, fill: Fill): Value {
    if (insideBody()) {
      throw new CajalError("argument", `noise.${kind}: inside a loop's body it would be the same at every step`, {
        advice: "Draw it outside with the steps as first axis, and pass it to scan among xs.",
      });
    }
    const value = this.tracer.input({ dtype: "float32", shape });
    const { names } = this;
    const index = this.count++;
    this.draws.push({
      path: [...names, `${kind}.${index}`].join("/"),
      value,
      fill(rng) {
        const out = new Float32Array(sizeOf(shape));
        const stream = names.reduce((parent, name) => parent.split(name), rng).split(`draw ${index}`);
        fill(stream, out);
        return new Tensor("float32", shape, out);
      },
    });
    return value;
  }
}

function check(kind: string, holds: boolean, given: string): void {
  if (!holds) throw new CajalError("argument", `noise.${kind}: ${given}`);
}
