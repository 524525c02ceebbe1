/**
 * @file cajal/methods/interpret/local-interaction-basis: for a chain of a model's tensors, bases in which directions without effect are gone,
 * the others are ordered by it, and few interact. After Bushnaq et al. 2024, arXiv:2405.10928.
 */

export type { Matrix } from "../matrix.ts";
export { ablateEdges } from "./ablate-edges.ts";
export { ablateNodes } from "./ablate-nodes.ts";
export { type BasisOptions, localInteractionBasis } from "./basis.ts";
export type { Batch, Batches, Watched } from "./batches.ts";
export { type CoordinateOptions, coordinatesOf } from "./coordinates.ts";
export { edgeCount, type MaskGroup, maskGroups } from "./edge-mask.ts";
export { type EdgeOptions, type InteractionGraph, interactionEdges } from "./edges.ts";
export type { LibLayer } from "./layer.ts";
export {
  accuracyAt,
  type Minimal,
  type MinimalOptions,
  minimalEdges,
  minimalNodes,
  type Score,
  scoreOf,
} from "./minimal.ts";
export type { Rule } from "./quadrature.ts";
