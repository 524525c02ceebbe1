/** @file Each kind of figure has its own way of drawing. */

import type { Figure } from "../figure.ts";
import type { Body, Space } from "./drawing.ts";
import { drawGraph } from "./graph.ts";
import { drawHeatMap } from "./heat-map.ts";
import { drawImages } from "./images.ts";
import { drawPanels } from "./panels.ts";
import { drawPlot } from "./plot.ts";
import { drawRaster } from "./raster.ts";
import { drawText } from "./words.ts";

export function drawBody(figure: Figure, space: Space): Body {
  switch (figure.kind) {
    case "plot":
      return drawPlot(figure, space);
    case "heat-map":
      return drawHeatMap(figure, space);
    case "raster":
      return drawRaster(figure, space);
    case "images":
      return drawImages(figure, space);
    case "graph":
      return drawGraph(figure, space);
    case "panels":
      return drawPanels(figure, space, drawBody);
    case "text":
      return drawText(figure, space);
  }
}
