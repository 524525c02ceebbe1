/**
 * @file The diagonal state-space layer S4D (Gu et al. 2022, arXiv:2206.11893): each channel drives a few damped oscillators and reads them.
 *
 *     h′ = A·h + u,  y = 2·Re(C·h) + D·u,  A = −a + iω diagonal
 *
 * With inputs held constant for Δ, a step is h ← Ā·h + B̄·u, Ā = exp(ΔA), B̄ = (Ā − 1)/A. Over a whole sequence that is a convolution with the
 * kernel K[l] = 2·Re(Σₙ Cₙ·B̄ₙ·Āₙˡ).
 */

import { type Rng, Tensor, type Value } from "../../graph/index.ts";

export interface S4d<T> {
  /** log a: [width, states] */
  readonly logDecay: T;
  /** ω, radians per unit of time: [width, states] */
  readonly frequency: T;
  /** log Δ: [width, 1] */
  readonly logStep: T;
  /** C: [width, states] each. */
  readonly readReal: T;
  readonly readImaginary: T;
  /** D: [width] */
  readonly skip: T;
}

/** The oscillators, [batch, width, states] each. */
export interface S4dState<T> {
  readonly real: T;
  readonly imaginary: T;
}

/** a = ½, ω = πn (S4D-Lin); Δ log-uniform from 0.001 to 0.1. @param states oscillators of each channel, default 32 */
export function initS4d(rng: Rng, width: number, { states = 32 }: { states?: number } = {}): S4d<Tensor> {
  const shape = [width, states];
  return {
    logDecay: Tensor.full(shape, Math.log(0.5)),
    frequency: Tensor.of(
      Float64Array.from({ length: width * states }, (_, i) => Math.PI * (i % states)),
      shape,
    ),
    logStep: rng.split("step").uniform([width, 1], Math.log(0.001), Math.log(0.1)),
    readReal: rng.split("real").normal(shape, 0, Math.SQRT1_2),
    readImaginary: rng.split("imaginary").normal(shape, 0, Math.SQRT1_2),
    skip: rng.split("skip").normal([width]),
  };
}

export function initS4dState(p: S4d<Tensor>, batch: number): S4dState<Tensor> {
  const zeros = () => Tensor.zeros([batch, ...p.frequency.shape]);
  return { real: zeros(), imaginary: zeros() };
}

interface Discrete {
  /** Real and imaginary part of ΔA: the logarithm of Ā. */
  readonly damping: Value;
  readonly turn: Value;
  /** Of C·B̄. */
  readonly real: Value;
  readonly imaginary: Value;
}

/** All [width, states]. */
function discretise(p: S4d<Value | Tensor>, like: Value): Discrete {
  const lift = (value: Value | Tensor) => like.tracer.lift(value, like.dtype);
  const [a, omega, step] = [lift(p.logDecay).exp(), lift(p.frequency), lift(p.logStep).exp()];
  const [damping, turn] = [a.mul(step).neg(), omega.mul(step)];
  // B̄ = (Ā − 1)/A = (Ā − 1)·conj(A)/|A|²
  const length = damping.exp();
  const [re, im] = [length.mul(turn.cos()).sub(1), length.mul(turn.sin())];
  const norm = a.square().add(omega.square());
  const writeReal = im.mul(omega).sub(re.mul(a)).div(norm);
  const writeImaginary = im.mul(a).add(re.mul(omega)).neg().div(norm);
  const [c, d] = [lift(p.readReal), lift(p.readImaginary)];
  return {
    damping,
    turn,
    real: c.mul(writeReal).sub(d.mul(writeImaginary)),
    imaginary: c.mul(writeImaginary).add(d.mul(writeReal)),
  };
}

/** x [batch, steps, width] → [batch, steps, width], all steps at once. */
export function s4d(p: S4d<Value | Tensor>, x: Value): Value {
  const [, steps, width] = x.shape;
  const { damping, turn, real, imaginary } = discretise(p, x);
  // The kernel backwards, as a sliding product wants it: the last tap meets the present.
  const times = x.tracer.constant(
    Array.from({ length: steps }, (_, i) => steps - 1 - i),
    x.dtype,
  );
  const at = (value: Value) => value.unsqueeze(-1).mul(times);
  const wave = real
    .unsqueeze(-1)
    .mul(at(turn).cos())
    .sub(imaginary.unsqueeze(-1).mul(at(turn).sin()));
  const kernel = at(damping).exp().mul(wave).sum(1).mul(2);
  const channels = x.transpose([0, 2, 1]);
  const past = channels.op("Conv", [kernel.unsqueeze(1)], { group: width, pads: [steps - 1, 0] });
  return past.transpose([0, 2, 1]).add(x.mul(p.skip));
}

/** One step: x [batch, width]. The oscillators hold B̄·C·u, so that a step needs C no more. */
export function s4dStep(
  p: S4d<Value | Tensor>,
  state: S4dState<Value>,
  x: Value,
): { y: Value; state: S4dState<Value> } {
  const { damping, turn, real, imaginary } = discretise(p, x);
  const [re, im] = [damping.exp().mul(turn.cos()), damping.exp().mul(turn.sin())];
  const input = x.unsqueeze(-1);
  const next = {
    real: state.real.mul(re).sub(state.imaginary.mul(im)).add(input.mul(real)),
    imaginary: state.real.mul(im).add(state.imaginary.mul(re)).add(input.mul(imaginary)),
  };
  return { y: next.real.sum(-1).mul(2).add(x.mul(p.skip)), state: next };
}
