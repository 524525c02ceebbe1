/** @file The optimiser of dictionaries: Adam without momentum, gradients along the sphere, rows of length one, a rate that begins low. */

import { mapLeaves, type Replace, Tensor, type Value } from "../../../graph/index.ts";
import { alongSphere, chain, keepUnitRows, type Optimiser, type OptimiserState, schedule } from "../../../nn/index.ts";
import type { Learned } from "./loss.ts";
import { forgotten } from "./resample.ts";

const isDecoder = (path: string) => path === "decoder";

/** The learning rate after steps since the (re)start: from a tenth along half a cosine up to the rate, then the rate. */
export function ramp(rate: number, steps: number): ReturnType<typeof schedule.cosine> {
  return schedule.cosine(0.1 * rate, Math.max(1, steps), rate);
}

/** β₁ = 0, β₂ = 0.9999. */
export function saeOptimiser(rate: number, rising: number): Optimiser {
  return chain(alongSphere(isDecoder), adamByFeature(ramp(rate, rising)), keepUnitRows(isDecoder));
}

const beta2 = 0.9999;
const epsilon = 1e-8;

interface AdamState<T> {
  /** Σ β₂ⁱ g² over gradients i steps old. */
  readonly squares: Learned<T>;
  /** Steps since each feature was new: [m]. */
  readonly age: T;
  /** All steps, and those since the rate began low. */
  readonly step: T;
  readonly since: T;
}

/**
 * Adam with β₁ = 0, so that it has no first moment, and with a count of steps for each feature. A feature that begins anew after t steps has no squares yet;
 * freed from their start at zero as if they were t steps old, its first steps would be √(Σ_{i<t} β₂ⁱ) times too long: 30 after a thousand.
 */
function adamByFeature(rate: (step: Value) => Value): Optimiser {
  return {
    init: (params) =>
      stateTree<Tensor>({
        squares: mapLeaves(learned<Tensor>(params), ({ shape, dtype }) => Tensor.zeros(shape, dtype)),
        age: Tensor.zeros(learned<Tensor>(params).encoderBias.shape),
        step: Tensor.scalar(0),
        since: Tensor.scalar(0),
      }),
    update: <P>(gradients: Replace<P, Value>, state: OptimiserState<Value>) => {
      const before = adamState<Value>(state);
      const g = learned<Value>(gradients);
      const [age, step] = [before.age.add(1), before.step.add(1)];
      const factor = rate(before.since).neg();
      // The root of what a sum of β₂⁰ … β₂ⁿ⁻¹ comes to.
      const root = (n: Value) =>
        n
          .mul(Math.log(beta2))
          .exp()
          .sub(1)
          .div(beta2 - 1)
          .sqrt();
      const ofFeatures = root(age);
      const moved = (gradient: Value, squares: Value, own: Value) => {
        const next = squares.mul(beta2).add(gradient.square());
        return { update: gradient.div(next.sqrt().add(own.mul(epsilon))).mul(own.mul(factor)), squares: next };
      };
      const results = {
        encoder: moved(g.encoder, before.squares.encoder, ofFeatures),
        encoderBias: moved(g.encoderBias, before.squares.encoderBias, ofFeatures),
        decoder: moved(g.decoder, before.squares.decoder, ofFeatures.unsqueeze(-1)),
        decoderBias: moved(g.decoderBias, before.squares.decoderBias, root(step)),
        logThreshold: g.logThreshold.map((gradient, i) => moved(gradient, before.squares.logThreshold[i], ofFeatures)),
      };
      const treeOf = (which: "update" | "squares"): Learned<Value> => ({
        encoder: results.encoder[which],
        encoderBias: results.encoderBias[which],
        decoder: results.decoder[which],
        decoderBias: results.decoderBias[which],
        logThreshold: results.logThreshold.map((result) => result[which]),
      });
      return {
        updates: treeOf("update") as unknown as Replace<P, Value>,
        state: stateTree<Value>({ squares: treeOf("squares"), age, step, since: before.since.add(1) }),
      };
    },
  };
}

// Optimisers know parameters as trees of any kind; here they are those of a dictionary.
const learned = <T>(tree: unknown) => tree as Learned<T>;
const adamState = <T>(state: unknown) => state as AdamState<T>;
const stateTree = <T extends Tensor | Value>(state: AdamState<T>) => state as unknown as OptimiserState<T>;

/** The optimiser's state as if some features were new, and its rate at the beginning of the ramp. */
export function restarted(state: OptimiserState<Tensor>, features: readonly number[]): OptimiserState<Tensor> {
  // The second link of the chain is Adam.
  const { squares, age, step } = adamState<Tensor>(state[1]);
  const ages = age.numbers();
  for (const feature of features) ages[feature] = 0;
  return {
    ...state,
    1: stateTree<Tensor>({
      squares: forgotten(squares, features),
      age: Tensor.of(ages, age.shape),
      step,
      since: Tensor.scalar(0),
    }),
  };
}
