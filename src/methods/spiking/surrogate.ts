/**
 * @file Surrogate gradients: the forward pass is the exact step H(x), x = v − θ, the backward pass the slope of a smooth function g.
 *
 * | name | g(x) | g′(x) |
 * | --- | --- | --- |
 * | atan | arctan(παx/2)/π + ½ | α/2 / (1 + (παx/2)²) |
 * | fastSigmoid | x/(1 + k|x|) | 1/(1 + k|x|)² |
 * | rectangle | clip(x/a + ½, 0, 1) | 1/a where |x| < a/2 |
 * | gaussian | Φ(x/σ) | e^{−x²/2σ²}/(σ√2π) |
 * | sigmoid | σ(αx) | ασ(αx)(1 − σ(αx)) |
 * | triangle | ∫ of the slope from −w | γ·max(0, 1 − |x|/w) |
 */

import { CajalError, customVjp, type Value } from "../../graph/index.ts";

export interface Surrogate {
  readonly name: string;
  /** g(x): takes the place of H where gradients are compared with finite differences. */
  smooth(x: Value): Value;
  /** g′(x) */
  slope(x: Value): Value;
}

/** @param alpha α: the slope at the threshold is α/2 */
export function atan(alpha = 2): Surrogate {
  check("atan", "α", alpha);
  const steepness = (Math.PI / 2) * alpha;
  return {
    name: "atan",
    smooth: (x) => x.mul(steepness).op("Atan").div(Math.PI).add(0.5),
    slope: (x) =>
      x
        .mul(steepness)
        .square()
        .add(1)
        .reciprocal()
        .mul(alpha / 2),
  };
}

/** @param k how fast the slope falls off; at the threshold it is 1 */
export function fastSigmoid(k = 25): Surrogate {
  check("fastSigmoid", "k", k);
  return {
    name: "fastSigmoid",
    smooth: (x) => x.div(x.abs().mul(k).add(1)),
    slope: (x) => x.abs().mul(k).add(1).square().reciprocal(),
  };
}

/** @param width a: of the window around the threshold that lets gradients through */
export function rectangle(width = 1): Surrogate {
  check("rectangle", "the width", width);
  return {
    name: "rectangle",
    smooth: (x) => x.div(width).add(0.5).op("Clip", [0, 1]),
    slope: (x) =>
      x
        .abs()
        .less(width / 2)
        .cast(x.dtype)
        .mul(1 / width),
  };
}

/** @param deviation σ */
export function gaussian(deviation = 0.5): Surrogate {
  check("gaussian", "the deviation", deviation);
  return {
    name: "gaussian",
    smooth: (x) =>
      x
        .div(deviation * Math.SQRT2)
        .erf()
        .add(1)
        .mul(0.5),
    slope: (x) =>
      x
        .square()
        .mul(-1 / (2 * deviation ** 2))
        .exp()
        .mul(1 / (deviation * Math.sqrt(2 * Math.PI))),
  };
}

/** @param alpha α: the slope at the threshold is α/4 */
export function sigmoid(alpha = 4): Surrogate {
  check("sigmoid", "α", alpha);
  return {
    name: "sigmoid",
    smooth: (x) => x.mul(alpha).sigmoid(),
    slope: (x) => {
      const y = x.mul(alpha).sigmoid();
      return y.mul(y.neg().add(1)).mul(alpha);
    },
  };
}

/** @param height γ: the slope at the threshold @param width w: half the triangle's base */
export function triangle(height = 1, width = 1): Surrogate {
  check("triangle", "the height", height);
  check("triangle", "the width", width);
  return {
    name: "triangle",
    // With q = clip(x, −w, w): γ·(q − q|q|/2w + w/2).
    smooth: (x) => {
      const q = x.op("Clip", [-width, width]);
      return q
        .sub(q.mul(q.abs()).div(2 * width))
        .add(width / 2)
        .mul(height);
    },
    slope: (x) => x.abs().div(-width).add(1).relu().mul(height),
  };
}

export interface SpikeOptions {
  /** Whether a membrane exactly at the threshold fires. Default ">=". */
  readonly fireAt?: ">=" | ">";
  /** Default atan(2). */
  readonly surrogate?: Surrogate;
  /** false: the smooth g in place of the step, so that gradients are those of what is computed. Default true. */
  readonly spiking?: boolean;
}

/** Spikes, 0 or 1, of x = v − θ; gradients are those of the surrogate. */
export function spike(x: Value, { fireAt = ">=", surrogate = atan(), spiking = true }: SpikeOptions = {}): Value {
  if (!spiking) return surrogate.smooth(x);
  const step = customVjp(
    (u: Value) => ({ result: u.op(fireAt === ">" ? "Greater" : "GreaterOrEqual", [0]).cast(u.dtype), saved: u }),
    (u, cotangent: Value) => [cotangent.mul(surrogate.slope(u))],
  );
  return step(x);
}

function check(name: string, what: string, value: number): void {
  if (!(value > 0)) throw new CajalError("argument", `${name}: ${what} is ${value}, not above 0`);
}
