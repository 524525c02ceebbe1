/** @file Learning rates that change: functions of the number of steps taken, on the host as in a graph. */

import { CajalError, Value } from "../graph/index.ts";

/** The rate after `step` steps: of a number a number, of a scalar Value a Value. */
export interface Schedule {
  (step: number): number;
  (step: Value): Value;
}

/** What a schedule may do with its step, be it a number or a Value. */
export interface Arithmetic<T> {
  number(value: number, like: T): T;
  plus(a: T, b: T | number): T;
  times(a: T, b: T | number): T;
  /** base^exponent */
  power(base: number, exponent: T): T;
  cosine(a: T): T;
  floor(a: T): T;
  /** Between two limits. */
  clamp(a: T, low: number, high: number): T;
  /** `yes` where a < limit, else `no`. */
  below(a: T, limit: number, yes: T, no: T): T;
  /** Another schedule's rate. */
  of(other: Schedule, step: T): T;
}

const onNumbers: Arithmetic<number> = {
  number: (value) => value,
  plus: (a, b) => a + b,
  times: (a, b) => a * b,
  power: (base, exponent) => base ** exponent,
  cosine: Math.cos,
  floor: Math.floor,
  clamp: (a, low, high) => Math.min(high, Math.max(low, a)),
  below: (a, limit, yes, no) => (a < limit ? yes : no),
  of: (other, step) => other(step),
};

const onValues: Arithmetic<Value> = {
  number: (value, like) => like.tracer.lift(value, like.dtype),
  plus: (a, b) => a.add(b),
  times: (a, b) => a.mul(b),
  power: (base, exponent) => exponent.mul(Math.log(base)).exp(),
  cosine: (a) => a.cos(),
  floor: (a) => a.op("Floor"),
  clamp: (a, low, high) => a.op("Clip", [low, high]),
  below: (a, limit, yes, no) => a.less(limit).where(yes, no),
  of: (other, step) => other(step),
};

/** A schedule of your own: `define((step, { plus, power }) => power(0.5, plus(step, 1)))`. */
export function define(rate: <T>(step: T, arithmetic: Arithmetic<T>) => T): Schedule {
  function at(step: number): number;
  function at(step: Value): Value;
  function at(step: number | Value): number | Value {
    return step instanceof Value ? rate(step, onValues) : rate(step, onNumbers);
  }
  return at;
}

/** The same rate at all steps. */
export function constant(rate: number): Schedule {
  return define((step, { number }) => number(rate, step));
}

/** In a straight line from one rate to another. */
export function linear(from: number, to: number, steps: number): Schedule {
  checkSteps("linear", steps);
  return define((step, a) => a.plus(a.times(a.clamp(a.times(step, 1 / steps), 0, 1), to - from), from));
}

/** From `rate` to `final` along half a cosine (Loshchilov & Hutter 2017, without restarts). */
export function cosine(rate: number, steps: number, final = 0): Schedule {
  checkSteps("cosine", steps);
  return define((step, a) => {
    const turn = a.times(a.clamp(a.times(step, 1 / steps), 0, 1), Math.PI);
    return a.plus(a.times(a.plus(a.cosine(turn), 1), (rate - final) / 2), final);
  });
}

/** rate·decayᵏ, k = step / every (whole numbers only, in stairs). */
export function exponential(
  rate: number,
  { decay, every = 1, stairs = false }: { decay: number; every?: number; stairs?: boolean },
): Schedule {
  checkSteps("exponential", every);
  if (!(decay > 0)) throw new CajalError("argument", `exponential: decay is ${decay}, not a positive number`);
  return define((step, a) => {
    const periods = a.times(step, 1 / every);
    return a.times(a.power(decay, stairs ? a.floor(periods) : periods), rate);
  });
}

/** The rate multiplied by `factor` at each step of `at`. */
export function steps(rate: number, { at, factor }: { at: readonly number[]; factor: number }): Schedule {
  return define((step, a) =>
    at.reduce((now, when) => a.below(step, when, now, a.times(now, factor)), a.number(rate, step)),
  );
}

/** Rises in a straight line to the first rate of `then` within the given steps, then follows it (Goyal et al. 2017). */
export function warmup(rising: number, then: Schedule): Schedule {
  checkSteps("warmup", rising);
  const top = then(0);
  return define((step, a) => {
    const rise = a.times(a.plus(step, 1), top / rising);
    return a.below(step, rising, rise, a.of(then, a.plus(step, -rising)));
  });
}

/** The usual one for transformers: up in a straight line, down along a cosine. `total` counts the warm-up. */
export function warmupCosine(rate: number, options: { warmup: number; total: number; final?: number }): Schedule {
  return warmup(options.warmup, cosine(rate, options.total - options.warmup, options.final));
}

/** One cycle (Smith & Topin 2018): up from rate/25 for a share of the steps, then down to rate/250 000, both along cosines. */
export function oneCycle(rate: number, total: number, rising = 0.3): Schedule {
  if (!(rising > 0 && rising < 1))
    throw new CajalError("argument", `oneCycle: the rising share is ${rising}, not within 0 and 1`);
  const [up, down] = [cosine(rate / 25, rising * total, rate), cosine(rate, (1 - rising) * total, rate / 250_000)];
  return define((step, a) => a.below(step, rising * total, a.of(up, step), a.of(down, a.plus(step, -rising * total))));
}

function checkSteps(name: string, count: number): void {
  if (!(count > 0)) throw new CajalError("argument", `${name}: it lasts ${count} steps; more than 0 are needed`);
}
