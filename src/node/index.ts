/** @file cajal/node: everything that needs Node.js: files, data sets on disk, long jobs. */

export { parseAddress } from "../probe/index.ts";
export { builtinCaptioner, trainCaptionerFiles } from "./captioner.ts";
export { checkpointFile } from "./checkpoint-file.ts";
export { locateModel, openImages, openPictures, openText, preprocessOf } from "./data-sets.ts";
export { dataSource } from "./data-source.ts";
export { dataSets, getData, type Verified, verifyData } from "./data-status.ts";
export { type DescribeOptions, describe } from "./describe.ts";
export { figureDocument } from "./figure-document.ts";
export { writeWhole } from "./files.ts";
export { journalFile, type LlmFiles, openLlmClient } from "./language-model-files.ts";
export { layOutMethod } from "./method-template.ts";
export { type MockServer, mockServer } from "./mock-server.ts";
export { open } from "./open.ts";
export { pictureFolder, readPicture } from "./pictures.ts";
export { type Prepared, type PrepareOptions, prepare } from "./prepare.ts";
export { type Progress, silent } from "./progress.ts";
export { recordToFile } from "./record-file.ts";
export { createRun, type Executed, type ExecuteOptions, execute } from "./runs/execute.ts";
export { findRun, type ListedRun, listRuns, type RunFolder, runsFolder, stateOf } from "./runs/folder.ts";
export { type RunRecord, readRecord } from "./runs/record.ts";
export { runReport } from "./runs/report.ts";
export { type Reproduced, type ReproduceOptions, reproduce } from "./runs/reproduce.ts";
export { committedResults, type Result, readResults, writeResult } from "./runs/results.ts";
export { type TrainedLm, type TrainLmOptions, trainLm } from "./train-lm.ts";
export { trainScenes } from "./train-scenes.ts";
export { version } from "./version.ts";
