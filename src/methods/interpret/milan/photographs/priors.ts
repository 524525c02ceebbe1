/** @file How much each word is said of regions of photographs in general. */

import { type Look, looks } from "./looks.ts";
import { classCount, things } from "./things.ts";

/** Mean shares over discs of all sizes in Caltech-101's and CIFAR-10's photographs. */
const ofLooks: Readonly<Record<Look, number>> = {
  "black areas": 0.16,
  "white areas": 0.14,
  "grey areas": 0.23,
  "brown areas": 0.13,
  "beige areas": 0.07,
  "red areas": 0.04,
  "orange areas": 0.026,
  "yellow areas": 0.006,
  "green areas": 0.08,
  "blue areas": 0.1,
  "purple areas": 0.008,
  "pink areas": 0.011,
  "smooth areas": 0.21,
  "textured areas": 0.45,
  "vertical edges": 0.09,
  "horizontal edges": 0.12,
  "edges rising to the right": 0.065,
  "edges falling to the right": 0.07,
};

/** Things as if all classes were equally frequent. */
export const priors: ReadonlyMap<string, number> = new Map<string, number>([
  ...things.map(({ word, classes }) => [word, classes.length / classCount] as const),
  ...looks.map((look) => [look, ofLooks[look]] as const),
]);
