/** @file cajal/node: everything that needs Node.js: files, data sets on disk, long jobs. */

export { parseAddress } from "../probe/index.ts";
export { checkpointFile } from "./checkpoint-file.ts";
export { dataSource, locateModel, openImages, openPictures, openText, preprocessOf } from "./data-sets.ts";
export { type DescribeOptions, describe } from "./describe.ts";
export { figureDocument } from "./figure-document.ts";
export { open } from "./open.ts";
export { pictureFolder, readPicture } from "./pictures.ts";
export { type Prepared, type PrepareOptions, prepare, samplesOf } from "./prepare.ts";
export { type Progress, silent } from "./progress.ts";
export { recordToFile } from "./record-file.ts";
export { trainScenes } from "./train-scenes.ts";
export { version } from "./version.ts";
