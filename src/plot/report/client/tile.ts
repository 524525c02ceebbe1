/** @file Draws one exemplar on a canvas. Runs inside the page: no outside references. */

import type { ReportExemplar } from "../../neuron-report.ts";
import type { PixelWindow } from "../upsample.ts";
import type { Parts } from "./parts.ts";
import type { MaskView } from "./shade.ts";

/** The largest square of the crop, as near as can be around the strongest cell of the map. */
export function squareWindow({ crop, map }: ReportExemplar): PixelWindow {
  const side = Math.min(crop.width, crop.height);
  let centreX = crop.x + crop.width / 2;
  let centreY = crop.y + crop.height / 2;
  if (map && map.values.length > 0) {
    const peak = map.values.indexOf(map.values.reduce((most, value) => Math.max(most, value)));
    centreX = map.x + (peak % map.columns) * map.stepX + 0.5; // cell positions are pixel indices, windows are edges
    centreY = map.y + Math.floor(peak / map.columns) * map.stepY + 0.5;
  }
  const within = (start: number, size: number, centre: number) =>
    Math.min(Math.max(centre - side / 2, start), start + size - side);
  return {
    x: within(crop.x, crop.width, centreX),
    y: within(crop.y, crop.height, centreY),
    width: side,
    height: side,
  };
}

/** Draws the window of the picture, with the exemplar's mask, over the whole canvas. */
export function drawTile(
  parts: Parts,
  canvas: HTMLCanvasElement,
  picture: CanvasImageSource,
  { map }: ReportExemplar,
  window: PixelWindow,
  view: MaskView,
): void {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  const { width, height } = canvas;
  // A patch of a few pixels is shown as the pixels that it is: blurring them would invent detail.
  context.imageSmoothingEnabled = Math.min(window.width, window.height) >= 24;
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, window.x, window.y, window.width, window.height, 0, 0, width, height);
  if (!map || view === "plain") return;
  const image = context.getImageData(0, 0, width, height);
  const line = Math.max(width / Math.max(canvas.clientWidth, 1), 1);
  const field = parts.upsampleMap(map, window, width, height);
  parts.shadeMask(image.data, field, width, height, map.level, view, line);
  context.putImageData(image, 0, 0);
}
