/** @file Heat maps: a matrix as coloured cells. */

import type * as Plot from "@observablehq/plot";
import type { HeatMap } from "../figure.ts";
import { drawCells, MOST_RECTANGLES } from "./bitmap.ts";
import { chart, thinned } from "./chart.ts";
import type { Body, Space } from "./drawing.ts";
import { diverging, extent, sequential, symmetric } from "./ramp.ts";
import { textWidth } from "./text.ts";
import { colour, FONT_SIZE } from "./theme.ts";

/** Cells are square while the map stays within these heights. */
const HEIGHT = { least: 120, most: 520 };
const AXES = 54;

/** Names at the cells, every k-th where they are many, or counts from 0. */
function axisOf(
  names: readonly (string | number)[] | undefined,
  count: number,
  label: string,
  room: number,
  across: boolean,
): Plot.ScaleOptions {
  if (!names)
    return {
      label,
      domain: [-0.5, count - 0.5],
      ticks: Math.max(2, Math.min(count, Math.floor(room / (across ? 60 : 40)))),
      tickFormat: "d",
    };
  const domain = names.map((_, i) => i);
  const need = across ? 16 : FONT_SIZE + 2;
  return {
    type: "band",
    domain,
    padding: 0,
    label,
    ticks: thinned(domain, room / need) as never,
    tickFormat: (i: number) => String(names[i]),
  };
}

export function drawHeatMap(figure: HeatMap, space: Space): Body {
  const { values } = figure;
  const [rowCount, columnCount] = [values.length, values[0].length];
  const isDiverging = figure.color.scheme === "diverging";
  const found = figure.color.domain ?? extent(values.flat());
  const domain = isDiverging ? symmetric(found) : found;
  const ramp = isDiverging ? diverging : sequential;
  const longest = Math.max(24, ...(figure.rows ?? []).map((name) => textWidth(String(name), FONT_SIZE)));
  const plotWidth = space.width - Math.max(longest + 14, space.left ?? 0) - 14;
  const square = (plotWidth * rowCount) / columnCount;
  const height = Math.round(Math.min(Math.max(square, HEIGHT.least), HEIGHT.most));
  const cells: Plot.RenderFunction = (_index, _scales, _values, dimensions) => {
    const { width, height: whole, marginLeft, marginRight, marginTop, marginBottom } = dimensions;
    const place = {
      x: marginLeft,
      y: marginTop,
      width: width - marginLeft - marginRight,
      height: whole - marginTop - marginBottom,
    };
    return space.svg(
      "g",
      { "aria-label": "cells" },
      drawCells(space, { values, ramp, domain }, place, rowCount * columnCount > MOST_RECTANGLES),
      space.svg("rect", { ...place, fill: "none", stroke: colour.line }),
    );
  };
  const drawn = chart(space, {
    x: axisOf(figure.columns, columnCount, figure.x, plotWidth, true),
    y: { ...axisOf(figure.rows, rowCount, figure.y, height, false), ...(figure.rows ? {} : { reverse: true }) },
    height: height + AXES,
    marks: [cells],
  });
  return { ...drawn, legends: [{ kind: "ramp", label: figure.color.label, ramp, type: "linear", domain }] };
}
