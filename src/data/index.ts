/** @file cajal/data: pictures with what is known of them, data sets by name, generators with known truth, NumPy's files. */

export { type BrownText, type BrownWord, loadBrown } from "./brown-corpus.ts";
export { type CaptionOptions, loadCaptions, loadCaptionWords } from "./captions.ts";
export { type Characters, charactersOf } from "./characters.ts";
export { cifar10Classes, cifar10Images, cifar10Pictures } from "./cifar10.ts";
export { type CodeTask, loadCodeTasks, loadWordProblems, type WordProblem } from "./code-tasks.ts";
export { type Command, loadCommands } from "./commands.ts";
export type { DataEntry, Official, Split } from "./data-entry.ts";
export { type Emoji, loadEmoji } from "./emoji.ts";
export { type EmptyNode, parseConllu, type TreeSentence, type TreeWord, type WrittenWord } from "./formats/conllu.ts";
export {
  type Hdf5Data,
  type Hdf5File,
  type Hdf5Tree,
  type ReadHdf5Options,
  readHdf5,
  writeHdf5,
} from "./formats/hdf5.ts";
export { decodeNpy, encodeNpy } from "./formats/npy.ts";
export { decodeNpz, encodeNpz, type ReadNpzOptions, type WriteNpzOptions } from "./formats/npz.ts";
export { decodePng, type TransparentPicture } from "./formats/png.ts";
export { readTar } from "./formats/tar.ts";
export { decodeWav, encodeWav, type Sound } from "./formats/wav.ts";
export { decodeIdx } from "./idx.ts";
export { greyPictures, type LabelledImages, labelledImages } from "./labelled-images.ts";
export {
  loadModularAddition,
  loadPublishedAblations,
  type ModularAddition,
  modularSums,
  type PublishedAblations,
  type Sum,
} from "./modular-addition.ts";
export { loadImages, loadText } from "./named-sets.ts";
export type { Picture } from "./picture.ts";
export { folderLabels, type LabelledPicture, labelsAmong, type PictureSet } from "./picture-set.ts";
export { type Preprocess, type PreprocessName, preprocesses, preprocessNamed, toTensor } from "./preprocess.ts";
export { type CsvRecording, type CsvRecordingOptions, recordingFromCsv, samplingRate } from "./recordings/csv.ts";
export { type MatFields, type MatOptions, recordingsFromMat } from "./recordings/mat.ts";
export { type NwbOptions, recordingFromNwb } from "./recordings/nwb.ts";
export { lengthOf, type Recording, type RecordingDetails, recordingOf, selectNeurons } from "./recordings/recording.ts";
export { type ReadRecording, readRecordings } from "./recordings/recording-file.ts";
export { recordingOfSpikes } from "./recordings/spikes.ts";
export { identifiedNeurons, loadWorms, type WormRecording } from "./recordings/worms.ts";
export { findData, knownPreprocess, registry } from "./registry.ts";
export { loadRelations, type Relation } from "./relations.ts";
export { resamplingTaps, resizePicture, stretchPicture } from "./resample.ts";
export { type DescribedRestaurant, loadRestaurants } from "./restaurants.ts";
export { samplesOf } from "./samples.ts";
export type { Rgb } from "./scenes/colours.ts";
export { anyHand, anyWord, type Hand, writeWord } from "./scenes/letters.ts";
export { applySceneNetwork, plantedConcepts, plantedLayer, sceneBatch, sceneNetworkSize } from "./scenes/network.ts";
export { freePlace, paste, resizeSticker } from "./scenes/paste.ts";
export { scenePictures } from "./scenes/pictures.ts";
export {
  generateScene,
  type Scene,
  type SceneObject,
  type SceneOptions,
  sceneConcepts,
  scenes,
} from "./scenes/scenes.ts";
export { exportSceneNetwork, trainSceneNetwork } from "./scenes/training.ts";
export { type DataSource, unpacked } from "./source.ts";
export { type BinOptions, binSpikes, decodeSpikeRecordings, type SpikeRecording } from "./spike-recordings.ts";
export { loadSpokenDigits, type SpokenDigit } from "./spoken-digits.ts";
export { loadStories260K } from "./stories.ts";
export { type FileFolder, openLlama2c, openTextFolder, textBeside } from "./text-models.ts";
export { type HuggingFaceTokenizerOptions, readHuggingFaceTokenizer } from "./tokenizers/hugging-face-tokenizer.ts";
export { readLlama2cTokenizer } from "./tokenizers/llama2c-tokenizer.ts";
export { trainBytePairs } from "./tokenizers/train-bpe.ts";
export { loadTreebank, type Treebank, treebanks } from "./universal-dependencies.ts";
export { mostFrequent, unknownWord, type Vocabulary, vocabularyOf } from "./vocabulary.ts";
