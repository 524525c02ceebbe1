/** @file Stages of an optimisation: how far steps go, how strongly images are smoothed, on what canvas. */

import type { Objective } from "./unit-gradient.ts";

/** What a number is at the first and at the last iteration of a stage; in a straight line in between. */
export type Ramp = readonly [from: number, to: number];

export interface Stage {
  readonly iterations: number;
  /** η: the mean change of a pixel in a step, in grey levels of 0…255. */
  readonly step: Ramp;
  /** w of the total-variation denoising after each step: the smaller, the smoother. */
  readonly weight: Ramp;
  /** How much larger the canvas becomes before the stage. Default 1: it stays. */
  readonly scale?: number;
  /** σ of the offset of the crop that an iteration works on, as a share of how much larger the canvas is than the input. Default 0.3. */
  readonly spread?: number;
  /** Pixels along the crop's border that get no gradient. Default 0. */
  readonly margin?: number;
  /** Default "activation", which it always is where the layer's units are maps. */
  readonly objective?: Objective;
}

export const rampAt = ([from, to]: Ramp, i: number, iterations: number): number =>
  iterations > 1 ? from + ((to - from) * i) / (iterations - 1) : from;

/** The input of the network that the published numbers are for; margins of others go with their size. */
const published = 227;

const marginFor = (size: number) => Math.round((50 * size) / published);

/** From a mean image. @param size height of the model's input, pixels */
export function meanImageStages(size: number): readonly Stage[] {
  if (size < smallest) return smallImageStages;
  return [
    { iterations: 190, step: [1, 2], weight: [0.4, 0.4] },
    { iterations: 150, step: [1, 1], weight: [0.01, 2], scale: 1.2, spread: 0.3 },
    { iterations: 20, step: [2, 2], weight: [0.1, 2], spread: 0.2, margin: marginFor(size) },
    { iterations: 10, step: [2, 2], weight: [0.4, 2], spread: 0.3 },
  ];
}

/** Centre-biased regularisation: from grey noise, with large steps and strong smoothing at first, to one object in the middle. */
export function centreBiasedStages(size: number): readonly Stage[] {
  return [
    { iterations: 190, step: [11, 11], weight: [0.001, 0.05], spread: 0.3, objective: "probability" },
    { iterations: 150, step: [6, 6], weight: [0.01, 0.08], scale: 1.2, spread: 0.3, objective: "probability" },
    { iterations: 150, step: [1, 1], weight: [0.01, 2], scale: 1.2, spread: 0.3 },
    { iterations: 30, step: [3, 3], weight: [0.1, 2], spread: 0.1, margin: marginFor(size) },
    { iterations: 10, step: [6, 3], weight: [0.01, 2], spread: 0.3 },
  ];
}

/** Images with fewer pixels a side have no room for crops and margins. */
const smallest = 64;

const smallImageStages: readonly Stage[] = [{ iterations: 120, step: [2.5, 2.5], weight: [0.4, 0.4] }];

/** The same stages in fewer (or more) iterations each. @param share of the iterations */
export function shortened(stages: readonly Stage[], share: number): readonly Stage[] {
  return stages.map((stage) => ({ ...stage, iterations: Math.max(1, Math.round(share * stage.iterations)) }));
}
