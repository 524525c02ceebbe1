/**
 * @file cajal/methods/interpret/milan: what neurons look for, in words (MILAN; E. Hernandez et al., ICLR 2022): exemplars, captioners, descriptions
 * by weighted mutual information; and what can be done with descriptions.
 */

export {
  AblatableModel,
  type AblatableOptions,
  accuracyWithout,
  type LabelledInputs,
  labelledInputs,
  type UnitAddress,
} from "./ablation.ts";
export {
  type AblationCurve,
  type AblationCurves,
  type AnalyzeOptions,
  analyze,
  type Criterion,
  criteria,
} from "./analyze.ts";
export { type KnownEmoji, knownEmoji } from "./annotated/emoji-kinds.ts";
export { type AuditedModel, type AuditReport, audit, mentions, type NamedDescriptions } from "./audit.ts";
export { type BeamOptions, type Beams, beamSearch } from "./beam-search.ts";
export { bleu } from "./bleu.ts";
export {
  builtinName,
  encoderDepths,
  makeEncoder,
  openCaptioner,
  openEncoder,
  openPhotoCaptioner,
  openSceneCaptioner,
  shippedCaptioner,
  shippedFiles,
  trainBuiltin,
} from "./builtin.ts";
export { BuiltinCaptioner } from "./builtin-captioner.ts";
export {
  type Candidate,
  type CandidateOptions,
  type Captioner,
  type ExemplarBatch,
  type ExemplarSet,
  type Ranked,
  rankByInformation,
} from "./captioner.ts";
export { decodeCaptioner, encodeCaptioner } from "./captioner-file.ts";
export { type Decoder, type DecoderSizes, initDecoder } from "./decoder.ts";
export { type DescribeOptions, type Description, type DescriptionStorage, describe } from "./describe.ts";
export {
  type EditCurve,
  type EditOptions,
  type EditPoint,
  type EditResult,
  editByDescription,
} from "./edit-by-description.ts";
export { exportEncoder } from "./encoder-file.ts";
export {
  type EndpointCaptionerOptions,
  type EndpointEstimate,
  endpointCaptioner,
  estimateEndpoint,
} from "./endpoint-captioner.ts";
export { ExemplarStore, type Exemplars } from "./exemplar-store.ts";
export { computeExemplars, type ExemplarOptions, exemplarsRanked } from "./exemplars.ts";
export { descriptionsToCsv, spoken } from "./export-descriptions.ts";
export { type RankedUnit, type Ranking, type RankingOptions, rankSamples } from "./find-exemplars.ts";
export { computeGeneratorExemplars, type GeneratorExemplarOptions } from "./generator-exemplars.ts";
export { type CaptionModel, initCaptionModel } from "./language-model.ts";
export { NeuralCaptioner, type NeuralCaptionerOptions } from "./neural-captioner.ts";
export { PhotoCaptioner, type PhotoCaptionerOptions, photoWords } from "./photographs/photo-captioner.ts";
export { type PictureRegions, RegionEncoder, type RegionEncoderOptions } from "./region-encoder.ts";
export { litTile, type SheetOptions, sheetOf } from "./sheet.ts";
export {
  type AnnotatedFeatures,
  type CaptionerWeights,
  type TrainCaptionerOptions,
  type TrainedCaptioner,
  trainOnFeatures,
} from "./train-captioner.ts";
export { type AnnotatedExemplars, type TrainOnExemplarsOptions, trainCaptioner } from "./train-on-exemplars.ts";
export { checkSameWords, Vocabulary, wordsOf } from "./vocabulary.ts";
export { countKinds, kindOf, type WordKind } from "./word-kinds.ts";
export { similarityTo, vectorsOf, type WordVectors, widestDistance } from "./word-vectors.ts";
