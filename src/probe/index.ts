/** @file cajal/probe: open a model; list, record, describe and edit its neurons. */

export type { Decoder, DecoderSizes } from "./architectures/decoder.ts";
export { architectures, readDecoder } from "./architectures/index.ts";
export { readLlama2c } from "./architectures/llama2c.ts";
export { type WrittenDecoder, writeLlama } from "./architectures/write-llama.ts";
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
export { DecoderNetwork } from "./language/decoder-network.ts";
export { neuronWeights } from "./language/find-weights.ts";
export type { Finish, Generated, GenerateOptions } from "./language/generate.ts";
export { ProductGraph } from "./language/graph-products.ts";
export { findHead, type HeadSearch } from "./language/graph-roles.ts";
export type { LanguageModel, Weights } from "./language/language-model.ts";
export { type LastStatesOptions, lastStates } from "./language/last-states.ts";
export type { Reader, TextLayer, TextNetwork } from "./language/network.ts";
export {
  type FeedForwardWeights,
  type HeadWeights,
  type NeuronSide,
  type NeuronWeights,
  type NeuronWeightsOptions,
  type NormWeights,
  neuronTaps,
} from "./language/neuron-weights.ts";
export { readsText } from "./language/onnx-inputs.ts";
export { type OnnxLanguageModelOptions, onnxLanguageModel } from "./language/onnx-language-model.ts";
export { OnnxNetwork, type OnnxNetworkOptions } from "./language/onnx-network.ts";
export type { RecordTextsOptions } from "./language/record-texts.ts";
export type { SamplingOptions } from "./language/sampling.ts";
export {
  ownTokens,
  perToken,
  type TextBatch,
  type TextBatchOptions,
  textBatches,
} from "./language/text-batches.ts";
export type { ComputedEdit, TextEdit, TextEdits } from "./language/text-edit.ts";
export { type TextInput, TextModel, type TextModelOptions } from "./language/text-model.ts";
export { encodeText, type Tokenizer } from "./language/tokenizer.ts";
export type { LayerNode } from "./layer-graph.ts";
export { activations, findLayer, type ImageInput, type Layer, type LayerFilter } from "./layers.ts";
export { Model, type OpenOptions, type WriteFile } from "./model.ts";
export type { AxisField, ReceptiveField } from "./receptive-field.ts";
export { type Activity, type LayerActivity, type LayerBatch, type RecordOptions, record } from "./record.ts";
export { type Region, regionOf } from "./region.ts";
export { LayerRunner } from "./runner.ts";
export { readBatches, type Sample, type SampleBatch, type SampleSet, type Skipped } from "./samples.ts";
export { type Answer, SteeredModel, type Turn, unturned } from "./steer.ts";
export { type CellGrid, tilingGrid, Upsampling } from "./upsample.ts";
export { externalFiles } from "./weights.ts";
