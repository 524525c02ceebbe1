/** @file Heat maps: a matrix as coloured cells. */

import type * as Plot from "@observablehq/plot";
import type { HeatMap } from "../figure.ts";
import { drawCells, MOST_RECTANGLES, shareOf } from "./bitmap.ts";
import { round } from "./canvas.ts";
import { chart, thinned } from "./chart.ts";
import type { Body, Space } from "./drawing.ts";
import { plotMark } from "./marks.ts";
import { rampOf } from "./ramp.ts";
import { textWidth } from "./text.ts";
import { colour, FONT_SIZE } from "./theme.ts";

/** Pixels. Cells are square while the map stays within these heights. */
const HEIGHT = { least: 100, most: 480, square: 380, band: 200 };
const LARGEST_CELL = 56;

interface Side {
  readonly names: readonly (string | number)[] | undefined;
  readonly range: readonly [number, number] | undefined;
  readonly count: number;
  readonly label: string;
  /** Pixels of the axis, and of a tick along it. */
  readonly room: number;
  readonly tick: number;
}

/** A line of numbers; or names or numbers at the middles of cells, every k-th where they are many. */
function axisOf({ names, range, count, label, room, tick }: Side): Plot.ScaleOptions {
  if (range) return { label, domain: range, ticks: Math.max(2, Math.floor(room / (4 * tick))) };
  const domain = [-0.5, count - 0.5];
  if (!names) {
    const ticks = Math.max(1, Math.min(count - 1, Math.floor(room / (2.5 * tick))));
    return { label, domain, ticks, tickFormat: (i: number) => (Number.isInteger(i) ? String(i) : "") };
  }
  const ticks = thinned([...names.keys()], room / tick) as number[];
  return { label, domain, ticks: ticks as never, tickFormat: (i: number) => String(names[i]) };
}

/** Values written into their cells, dark on light and light on dark. */
function numbers(
  figure: HeatMap,
  space: Space,
  cell: { width: number; height: number },
  share: (value: number) => number,
) {
  const { values, decimals = 0, color } = figure;
  const texts = values.map((row) => row.map((value) => (value === null ? "" : written(value, decimals))));
  const widest = Math.max(...texts.flat().map((text) => textWidth(text, 1)));
  const size = Math.min(FONT_SIZE, (cell.width - 4) / widest, cell.height - 2);
  const group = space.svg("g", { "font-size": round(size), "text-anchor": "middle", "aria-label": "values" });
  if (size < 6) return group;
  const inkOn = (t: number): string =>
    color.scheme === "diverging"
      ? Math.abs(2 * t - 1) > 0.55
        ? "#fefefe"
        : "currentColor"
      : t > 0.55
        ? "#111111"
        : "#fefefe";
  texts.forEach((row, i) => {
    row.forEach((text, j) => {
      if (text === "") return;
      const at = { x: round((j + 0.5) * cell.width), y: round((i + 0.5) * cell.height + 0.35 * size) };
      group.appendChild(space.svg("text", { ...at, fill: inkOn(share(values[i][j] ?? 0)) }, text));
    });
  });
  return group;
}

/** Square cells; or the same unit on both axes, where they are alike; or a band as wide as there is room. */
function sizeOf(figure: HeatMap, space: Space): { width: number; plotWidth: number; height: number } {
  const { values, rows = [], xRange, yRange } = figure;
  const longest = Math.max(16, ...rows.map((name) => textWidth(String(name), FONT_SIZE)));
  const margins = Math.max(longest + 12, space.left ?? 24) + Math.max(14, space.right ?? 0);
  const most = space.width - margins;
  const within = (height: number) => Math.round(figure.height ?? Math.min(Math.max(height, HEIGHT.least), HEIGHT.most));
  const units = xRange && yRange ? (yRange[1] - yRange[0]) / (xRange[1] - xRange[0]) : 0;
  if (units >= 0.5 && units <= 2) {
    const height = within(Math.min(most * units, HEIGHT.square));
    const plotWidth = Math.min(most, height / units);
    return { width: plotWidth + margins, plotWidth, height };
  }
  if (xRange)
    return { width: space.width, plotWidth: most, height: within(Math.min(HEIGHT.band, LARGEST_CELL * values.length)) };
  const columns = values[0].length;
  const width = Math.min(space.width, Math.max(LARGEST_CELL * columns + margins, 200));
  const plotWidth = width - margins;
  const square = (plotWidth * values.length) / columns;
  return { width, plotWidth, height: Math.min(within(square), figure.height ?? LARGEST_CELL * values.length) };
}

export function drawHeatMap(figure: HeatMap, space: Space): Body {
  const upwards = figure.origin === "bottom";
  const values = upwards ? figure.values.toReversed() : figure.values;
  const [rowCount, columnCount] = [values.length, values[0].length];
  const { ramp, domain } = rampOf(figure.color.scheme, figure.color.domain, values.flat());
  const { width, plotWidth, height } = sizeOf(figure, space);
  const cells: Plot.RenderFunction = (_index, _scales, _values, dimensions) => {
    const { marginLeft: x, marginTop: y } = dimensions;
    const size = {
      width: dimensions.width - x - dimensions.marginRight,
      height: dimensions.height - y - dimensions.marginBottom,
    };
    const asBitmap = rowCount * columnCount > MOST_RECTANGLES;
    const cell = { width: size.width / columnCount, height: size.height / rowCount };
    const share = (value: number) => shareOf(value, domain);
    return space.svg(
      "g",
      { "aria-label": "cells", transform: `translate(${x},${y})` },
      drawCells(space, { values, ramp, domain }, { x: 0, y: 0, ...size }, asBitmap),
      ...(figure.decimals === undefined ? [] : [numbers({ ...figure, values }, space, cell, share)]),
      space.svg("rect", { ...size, fill: "none", stroke: colour.line }),
    );
  };
  const { xRange, yRange } = figure;
  const drawn = chart(
    { ...space, width },
    {
      x: axisOf({
        names: figure.columns,
        range: xRange,
        count: columnCount,
        label: figure.x,
        room: plotWidth,
        tick: 18,
      }),
      y: {
        ...axisOf({
          names: figure.rows,
          range: yRange,
          count: rowCount,
          label: figure.y,
          room: height,
          tick: FONT_SIZE + 2,
        }),
        reverse: !upwards,
      },
      height: { plot: height },
      marks: [cells, ...(figure.marks ?? []).map(plotMark)],
    },
  );
  return { ...drawn, legends: [{ kind: "ramp", label: figure.color.label, ramp, type: "linear", domain }] };
}

/** With a minus sign of its own, but not before a zero. */
function written(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}
