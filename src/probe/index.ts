/** @file cajal/probe: open a model; list, record, describe and edit its neurons. */

export { type Edit, type Edits, parseAddress } from "./edit.ts";
export {
  type ExamineOptions,
  type Exemplar,
  type Explanation,
  examine,
  type LayerFindings,
  type UnitFindings,
} from "./examine.ts";
export { type Grid, gridOf, mapOf } from "./grid.ts";
export { type LanguageModel, type OnnxLanguageModelOptions, onnxLanguageModel } from "./language-model.ts";
export { type LastStatesOptions, lastStates } from "./last-states.ts";
export { activations, findLayer, type ImageInput, type Layer, type LayerFilter } from "./layers.ts";
export { type Llama, type Llama2cSizes, type OpenLlama2cOptions, openLlama2c } from "./llama2c.ts";
export { Model, type OpenOptions, type WriteFile } from "./model.ts";
export type { AxisField, ReceptiveField } from "./receptive-field.ts";
export { type Activity, type LayerActivity, type LayerBatch, type RecordOptions, record } from "./record.ts";
export { type Region, regionOf } from "./region.ts";
export { LayerRunner } from "./runner.ts";
export { readBatches, type Sample, type SampleBatch, type SampleSet, type Skipped } from "./samples.ts";
export { type CellGrid, tilingGrid, Upsampling } from "./upsample.ts";
