/**
 * @file cajal/methods/interpret/lm-head-decoding: for every neuron of a language model the words that its weights stand for, read by the model's own
 * head, without any data; clamps that show what comes of it; models compared neuron by neuron. After Davies 2025, arXiv:2501.02688.
 */

export { type NeuronSide, type NeuronWeights, neuronWeights } from "../../../probe/index.ts";
export type { DecodeNorm } from "../readable.ts";
export { type ClampOptions, type ClampPlace, clampNeuron } from "./clamp.ts";
export {
  type ClampEffect,
  type ClampEffectOptions,
  calibrate,
  clampEffect,
  type NeuronRange,
  type Prompts,
} from "./clamp-effect.ts";
export { type Comparison, compareDecodings } from "./compare.ts";
export {
  type DecodeNeuronsOptions,
  decodeDirections,
  decodeNeurons,
  decodeTable,
  type NeuronAddress,
  type NeuronTable,
  type NeuronWords,
} from "./decode.ts";
export type { DecodeOptions, DirectionWords } from "./directions.ts";
export { comparisonFigure, neuronFigure, validityFigure } from "./figures.ts";
export { findNeurons, type NeuronHit, type SearchOptions, searchNeurons } from "./find.ts";
export { decodeUnit, type UnitWords, verbOf } from "./unit-words.ts";
export {
  type ClampReading,
  clampValidity,
  type MeasuredClamp,
  type MeasureOptions,
  measureClamps,
  readClamps,
  type Validity,
  validityOf,
} from "./validity.ts";
export { tokensOfWord, wordOf } from "./words.ts";
