/**
 * @file cajal/methods/units/selectable-kan: Kolmogorov-Arnold networks in which every node chooses its own kinds of learned functions (Yang, Zhang,
 * Luo, Lu, Shen 2024, arXiv:2408.08338).
 */

export { type Contribution, contributions, type MeasureOptions } from "./contribution.ts";
export { operations, parameterCount } from "./cost.ts";
export type { Examples } from "./data-checks.ts";
export { type CurveOptions, type Edge, type EdgeCurve, edgeCurve, edgeCurves } from "./edge-curves.ts";
export type { SpaceParams } from "./edge-functions.ts";
export { pruneEdges } from "./edge-pruning.ts";
export type { GateRecord } from "./gate-history.ts";
export type { LayerParams, SelectableLayer, SpaceNodes, Window } from "./layer.ts";
export {
  applyModel,
  type Forward,
  type InitialLayer,
  type LayerOptions,
  layerInputs,
  type ModelParams,
  type SelectableConvOptions,
  type SelectableModel,
  selectableConv,
  selectableKan,
  selectableLayer,
  selectableModel,
} from "./model.ts";
export { prune } from "./pruning.ts";
export type { Scaling } from "./scaling.ts";
export { type Choice, type Criterion, select } from "./selection.ts";
export * as spaces from "./spaces/index.ts";
export type { BasisSpace, ShapedSpace, Space } from "./spaces/space.ts";
export { matchSymbol, type SymbolicForm } from "./symbols.ts";
export { examplesFromCsv, type TableExamples, type TableOptions } from "./table.ts";
export {
  fineTune,
  type SelectableTrained,
  type SpacesTrained,
  type StageOptions,
  type TrainOptions,
  trainSelectable,
  trainSpaces,
} from "./train.ts";
