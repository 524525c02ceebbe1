/**
 * @file The parts of the page's script. Each is a function without outside references whose text is put into the page, so
 * that a plain TypeScript build needs no bundler; the parts reach each other through the object `Parts` alone.
 */

import type { upsampleMap } from "../upsample.ts";
import type { createBlocks } from "./blocks.ts";
import type { createCard, fillCard } from "./card.ts";
import type { createDetail } from "./detail.ts";
import type { describeDescription, describeExplanation, describeStatistics } from "./detail-words.ts";
import type { element, svg } from "./dom.ts";
import type { emptyMessage } from "./empty.ts";
import type { createExemplars, paintExemplar } from "./exemplars.ts";
import type { ablationCommand, formatNumber, formatP, formatPercent, formatShare } from "./format.ts";
import type { createGrid } from "./grid.ts";
import type { barsPath, histogramChart, logHeight, sparkline, ticks } from "./histogram.ts";
import type { createLayerList } from "./layer-list.ts";
import type { createCopyButtons, createThemeButton } from "./masthead.ts";
import type { listNeurons, selectNeurons } from "./select.ts";
import type { shadeMask } from "./shade.ts";
import type { createDrawings, createPictures, createQueue } from "./sources.ts";
import type { start } from "./start.ts";
import type { formatHash, parseHash } from "./state.ts";
import type { drawTile, squareWindow } from "./tile.ts";
import type { createToolbar } from "./toolbar.ts";
import type { unpackDrawings } from "./unpack.ts";

export interface Parts {
  readonly ablationCommand: typeof ablationCommand;
  readonly barsPath: typeof barsPath;
  readonly createBlocks: typeof createBlocks;
  readonly createCard: typeof createCard;
  readonly createCopyButtons: typeof createCopyButtons;
  readonly createDetail: typeof createDetail;
  readonly createDrawings: typeof createDrawings;
  readonly createExemplars: typeof createExemplars;
  readonly createGrid: typeof createGrid;
  readonly createLayerList: typeof createLayerList;
  readonly createPictures: typeof createPictures;
  readonly createQueue: typeof createQueue;
  readonly createThemeButton: typeof createThemeButton;
  readonly createToolbar: typeof createToolbar;
  readonly describeDescription: typeof describeDescription;
  readonly describeExplanation: typeof describeExplanation;
  readonly describeStatistics: typeof describeStatistics;
  readonly drawTile: typeof drawTile;
  readonly element: typeof element;
  readonly emptyMessage: typeof emptyMessage;
  readonly fillCard: typeof fillCard;
  readonly formatHash: typeof formatHash;
  readonly formatNumber: typeof formatNumber;
  readonly formatP: typeof formatP;
  readonly formatPercent: typeof formatPercent;
  readonly formatShare: typeof formatShare;
  readonly histogramChart: typeof histogramChart;
  readonly listNeurons: typeof listNeurons;
  readonly logHeight: typeof logHeight;
  readonly paintExemplar: typeof paintExemplar;
  readonly parseHash: typeof parseHash;
  readonly selectNeurons: typeof selectNeurons;
  readonly shadeMask: typeof shadeMask;
  readonly sparkline: typeof sparkline;
  readonly squareWindow: typeof squareWindow;
  readonly start: typeof start;
  readonly svg: typeof svg;
  readonly ticks: typeof ticks;
  readonly unpackDrawings: typeof unpackDrawings;
  readonly upsampleMap: typeof upsampleMap;
}
