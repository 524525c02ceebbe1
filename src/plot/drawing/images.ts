/** @file Grids of small pictures. */

import type { ImageGrid } from "../figure.ts";
import { drawCells, MOST_RECTANGLES } from "./bitmap.ts";
import { round } from "./canvas.ts";
import type { Body, Space } from "./drawing.ts";
import { diverging, extent, grey, symmetric } from "./ramp.ts";
import { truncate } from "./text.ts";
import { colour, FONT_SIZE, SANS } from "./theme.ts";

const GAP = 10;
const LABEL = 18;
const MOST = 120;

export function drawImages(figure: ImageGrid, space: Space): Body {
  const { images } = figure;
  const columns = Math.min(figure.columns, images.length);
  const cell = Math.min(MOST, Math.floor((space.width - GAP * (columns - 1)) / columns));
  const isDiverging = figure.scheme === "diverging";
  const found = figure.domain ?? extent(images.flatMap(({ values }) => [...extent(values)]));
  const domain = isDiverging ? symmetric(found) : found;
  const ramp = isDiverging ? diverging : grey;
  const labelled = images.some(({ label }) => label);
  const asBitmap = images.reduce((sum, { width, height }) => sum + width * height, 0) > MOST_RECTANGLES;
  const largest = Math.max(...images.map(({ width, height }) => Math.max(width, height)));
  const tallest = Math.max(...images.map(({ height }) => height));
  const pixel = cell / largest;
  const rowHeight = tallest * pixel + (labelled ? LABEL : 0) + GAP;
  const group = space.svg("g", {
    "font-family": SANS,
    "font-size": FONT_SIZE,
    fill: "currentColor",
    "text-anchor": "middle",
  });
  images.forEach(({ width, height, values, label }, i) => {
    const x = (i % columns) * (cell + GAP);
    const y = Math.floor(i / columns) * rowHeight;
    const size = { width: round(width * pixel), height: round(height * pixel) };
    const place = { x: round(x + (cell - size.width) / 2), y: round(y), ...size };
    const rows = Array.from({ length: height }, (_, row) => values.slice(row * width, (row + 1) * width));
    group.appendChild(drawCells(space, { values: rows, ramp, domain }, place, asBitmap));
    group.appendChild(space.svg("rect", { ...place, fill: "none", stroke: colour.line }));
    if (label) {
      const at = { x: x + cell / 2, y: round(y + tallest * pixel + 13) };
      group.appendChild(space.svg("text", at, truncate(label, FONT_SIZE, cell + GAP - 4)));
    }
  });
  const height = Math.ceil(Math.ceil(images.length / columns) * rowHeight);
  const legend = figure.scheme === "diverging" ? [{ kind: "ramp", ramp, type: "linear", domain } as const] : [];
  return { node: group, width: space.width, height, left: 0, right: 0, legends: legend };
}
