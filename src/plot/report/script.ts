/** @file The page's script as text: every part is written out by `Function.prototype.toString`. */

import { createBlocks } from "./client/blocks.ts";
import { createCard, fillCard } from "./client/card.ts";
import { createDetail } from "./client/detail.ts";
import { describeDescription, describeExplanation, describeStatistics } from "./client/detail-words.ts";
import { element, svg } from "./client/dom.ts";
import { emptyMessage } from "./client/empty.ts";
import { createExemplars, paintExemplar } from "./client/exemplars.ts";
import { ablationCommand, formatNumber, formatP, formatPercent, formatShare } from "./client/format.ts";
import { createGrid } from "./client/grid.ts";
import { barsPath, histogramChart, logHeight, sparkline, ticks } from "./client/histogram.ts";
import { createLayerList } from "./client/layer-list.ts";
import { createCopyButtons, createThemeButton } from "./client/masthead.ts";
import type { Parts } from "./client/parts.ts";
import { listNeurons, selectNeurons } from "./client/select.ts";
import { shadeMask } from "./client/shade.ts";
import { createDrawings, createPictures, createQueue } from "./client/sources.ts";
import { start } from "./client/start.ts";
import { formatHash, parseHash } from "./client/state.ts";
import { drawTile, squareWindow } from "./client/tile.ts";
import { createToolbar } from "./client/toolbar.ts";
import { unpackDrawings } from "./client/unpack.ts";
import { upsampleMap } from "./upsample.ts";

export const parts: Parts = {
  ablationCommand,
  barsPath,
  createBlocks,
  createCard,
  createCopyButtons,
  createDetail,
  createDrawings,
  createExemplars,
  createGrid,
  createLayerList,
  createPictures,
  createQueue,
  createThemeButton,
  createToolbar,
  describeDescription,
  describeExplanation,
  describeStatistics,
  drawTile,
  element,
  emptyMessage,
  fillCard,
  formatHash,
  formatNumber,
  formatP,
  formatPercent,
  formatShare,
  histogramChart,
  listNeurons,
  logHeight,
  paintExemplar,
  parseHash,
  selectNeurons,
  shadeMask,
  sparkline,
  squareWindow,
  start,
  svg,
  ticks,
  unpackDrawings,
  upsampleMap,
};

/** The script, ready to stand in a script element. */
export function pageScript(): string {
  const written = Object.entries(parts).map(([name, part]) => `${name}: ${part}`);
  return `"use strict";\n(() => {\nconst parts = {\n${written.join(",\n")}\n};\nparts.start(parts);\n})();\n`;
}
