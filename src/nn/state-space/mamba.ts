/**
 * @file Mamba (Gu & Dao 2023, arXiv:2312.00752): a state-space layer that chooses by its input what to keep.
 *
 *     hₜ = exp(Δₜ·A)·hₜ₋₁ + Δₜ·Bₜ·uₜ,  yₜ = Cₜ·hₜ + D·uₜ        Δ, B, C depend on u; A is negative
 */

import { concat, type Rng, scan, Tensor, type Value } from "../../graph/index.ts";
import { silu } from "../activations.ts";
import { lecun } from "../initialisers.ts";
import { type Conv, conv, initConv } from "../layers/conv.ts";
import { initLinear, type Linear, linear } from "../layers/linear.ts";

export interface Mamba<T> {
  /** To the signal and to its gate: width → 2·inner. */
  readonly input: Linear<T>;
  /** A short causal convolution of each channel: [inner, 1, taps]. */
  readonly mixer: Conv<T>;
  /** From the signal to (a cause of) Δ, and to B and C: inner → rank + 2·states. */
  readonly select: Linear<T>;
  /** rank → inner */
  readonly step: Linear<T>;
  /** log(−A): [inner, states] */
  readonly logDecay: T;
  /** D: [inner] */
  readonly skip: T;
  /** inner → width */
  readonly output: Linear<T>;
}

export interface MambaState<T> {
  /** What the convolution still reads: [batch, inner, taps − 1]. */
  readonly recent: T;
  /** h: [batch, inner, states] */
  readonly memory: T;
}

export interface InitMambaOptions {
  /** Default: 2 · width. */
  readonly inner?: number;
  /** Default 16. */
  readonly states?: number;
  /** Of the convolution. Default 4. */
  readonly taps?: number;
  /** Default: width / 16, rounded up. */
  readonly rank?: number;
}

/** A = −1, −2, …; Δ log-uniform from 0.001 to 0.1. */
export function initMamba(rng: Rng, width: number, options: InitMambaOptions = {}): Mamba<Tensor> {
  const { inner = 2 * width, states = 16, taps = 4, rank = Math.ceil(width / 16) } = options;
  const layer = (name: string, inputs: number, outputs: number, bias = false) =>
    initLinear(rng.split(name), inputs, outputs, { bias, weight: lecun() });
  // softplus of the bias is Δ where the input says nothing.
  const steps = rng.split("Δ").uniform([inner], Math.log(0.001), Math.log(0.1)).numbers().map(Math.exp);
  return {
    input: layer("input", width, 2 * inner),
    mixer: initConv(rng.split("mixer"), inner, inner, [taps], { groups: inner, weight: lecun() }),
    select: layer("select", inner, rank + 2 * states),
    step: {
      weight: layer("step", rank, inner).weight,
      bias: Tensor.of(
        steps.map((step) => Math.log(Math.expm1(step))),
        [inner],
      ),
    },
    logDecay: Tensor.of(
      Float64Array.from({ length: inner * states }, (_, i) => Math.log(1 + (i % states))),
      [inner, states],
    ),
    skip: Tensor.full([inner], 1),
    output: layer("output", inner, width),
  };
}

export function initMambaState(p: Mamba<Tensor>, batch: number): MambaState<Tensor> {
  const [inner, , taps] = p.mixer.weight.shape;
  return { recent: Tensor.zeros([batch, inner, taps - 1]), memory: Tensor.zeros([batch, ...p.logDecay.shape]) };
}

/** x [batch, steps, width] → [batch, steps, width], and the state after the last step. @param state before the first; default: empty */
export function mamba(
  p: Mamba<Value | Tensor>,
  x: Value,
  state?: MambaState<Value>,
): { y: Value; state: MambaState<Value> } {
  const [batch, steps] = x.shape;
  const [inner, , taps] = p.mixer.weight.shape;
  const states = p.logDecay.shape[1];
  const zeros = (shape: readonly number[]) => x.tracer.lift(Tensor.zeros(shape, x.dtype), x.dtype);
  const before = state ?? { recent: zeros([batch, inner, taps - 1]), memory: zeros([batch, inner, states]) };

  const both = linear(p.input, x);
  const [signal, gate] = [both.slice([0], [inner], [-1]), both.slice([inner], [2 * inner], [-1])];
  const channels = concat([before.recent, signal.transpose([0, 2, 1])], 2);
  const mixed = silu(conv(p.mixer, channels, { groups: inner })).transpose([0, 2, 1]);
  const chosen = linear(p.select, mixed);
  const rank = chosen.shape[2] - 2 * states;
  const part = (from: number, to: number) => chosen.slice([from], [to], [-1]);
  const inTime = (value: Value) => value.transpose([1, 0, 2]);
  const causes = {
    u: inTime(mixed),
    delta: inTime(linear(p.step, part(0, rank)).softplus()),
    write: inTime(part(rank, rank + states)),
    read: inTime(part(rank + states, rank + 2 * states)),
  };
  const decay = x.tracer.lift(p.logDecay, x.dtype).exp().neg();
  const step = (memory: Value, { u, delta, write, read }: typeof causes) => {
    const kept = delta.unsqueeze(-1).mul(decay).exp().mul(memory);
    const next = kept.add(delta.mul(u).unsqueeze(-1).mul(write.unsqueeze(1)));
    return { state: next, y: next.mul(read.unsqueeze(1)).sum(-1) };
  };
  const { state: memory, ys } = scan(step, before.memory, causes);
  const y = inTime(ys).add(mixed.mul(p.skip)).mul(silu(gate));
  const recent = channels.slice([steps], [steps + taps - 1], [2]);
  return { y: linear(p.output, y), state: { recent, memory } };
}
