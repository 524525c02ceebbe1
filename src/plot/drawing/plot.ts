/** @file Plots: lines, dots, bars by Observable Plot. */

import type * as Plot from "@observablehq/plot";
import type { PlotFigure } from "../figure.ts";
import { type ChartOptions, chart } from "./chart.ts";
import { colourScale, symbolScale } from "./colour-scale.ts";
import { columnsOf, distinct, sameColumn } from "./columns.ts";
import type { Body, Space } from "./drawing.ts";
import { plotMark } from "./marks.ts";
import { extent } from "./ramp.ts";
import { superscript } from "./text.ts";
import { thumbnailMark } from "./thumbnails.ts";

type Axis = "x" | "y" | "fx" | "fy";
const channels: Readonly<Record<Axis, readonly string[]>> = {
  x: ["x", "x1", "x2"],
  y: ["y", "y1", "y2"],
  fx: ["fx"],
  fy: ["fy"],
};

/** A scale as Plot takes it. Words keep the order in which they come. */
function axisOf(figure: PlotFigure, name: Axis): Plot.ScaleOptions {
  const { label, type, domain, grid, reverse, tickFormat, ticks } = figure[name] ?? {};
  const values = distinct(columnsOf(figure.marks, channels[name]));
  const words = values.some((value) => typeof value !== "number");
  const sorted = figure.marks.some(({ sort }) => typeof sort === "object" && sort !== null && name in sort);
  const position = name === "x" || name === "y";
  return {
    ...(type && type !== "categorical" ? { type } : {}),
    ...(domain ? { domain } : words && !sorted ? { domain: values.map(wordOrNumber) } : {}),
    ...(reverse === undefined ? {} : { reverse }),
    ...(tickFormat === undefined ? (type === "log" ? { tickFormat: powersOf(values) } : {}) : { tickFormat }),
    ...(ticks === undefined ? {} : { ticks }),
    ...(position ? { grid: grid ?? (name === "y" && !words), nice: type !== "log" && !domain } : {}),
    ...(name === "fy" ? { padding: 0.2 } : {}),
    ...(label ? { label } : {}),
  };
}

/** Numbers of a logarithmic axis: plain ones, or powers of ten where they reach far. In between there are only ticks. */
function powersOf(values: readonly unknown[]): (value: number) => string {
  const [low, high] = extent(values.map(Number));
  const decades = Math.log10(high / low);
  return (value) => {
    const power = Math.round(Math.log10(value));
    const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    const isPower = Math.abs(digit - 1) < 1e-6;
    if (!isPower && (decades > 3 || ![2, 5].includes(Math.round(digit * 1e6) / 1e6))) return "";
    if (low >= 0.001 && high < 1e6)
      return Number(value.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 });
    return isPower ? `10${superscript(power)}` : "";
  };
}

const wordOrNumber = (value: unknown): string | number => (typeof value === "number" ? value : String(value));

const countOf = (domain: Iterable<unknown> | undefined): number => (domain === undefined ? 0 : [...domain].length);

/** Bars that lie need as much height as there are of them. */
function heightOf(figure: PlotFigure, width: number, y: Plot.ScaleOptions, fy: Plot.ScaleOptions | undefined): number {
  if (figure.height !== undefined) return figure.height;
  const facets = Math.max(1, countOf(fy?.domain));
  const words = typeof [...(y.domain ?? [])][0] === "string";
  if (words) return 60 + facets * Math.max(60, 24 * countOf(y.domain));
  return facets > 1 ? 60 + 130 * facets : Math.round(Math.max(0.36 * width, 150)) + 70;
}

/** Domains around all points, with room; and the height at which both axes have the same unit. */
function equalUnits(figure: PlotFigure, width: number): { x: number[]; y: number[]; height: number } {
  const domain = (axis: "x" | "y"): [number, number] => {
    const given = figure[axis]?.domain?.map(Number);
    if (given) return [given[0], given[given.length - 1]];
    const [low, high] = extent(columnsOf(figure.marks, channels[axis]).flat().map(Number));
    const room = 0.04 * (high - low);
    return [low - room, high + room];
  };
  const [x, y] = [domain("x"), domain("y")];
  const plotWidth = width - 54;
  return { x, y, height: Math.round((plotWidth * (y[1] - y[0])) / (x[1] - x[0])) + 64 };
}

export function drawPlot(figure: PlotFigure, space: Space): Body {
  const { marks } = figure;
  const facet = (name: "fx" | "fy") =>
    marks.some((mark) => mark[name] !== undefined) ? axisOf(figure, name) : undefined;
  const [fx, fy] = [facet("fx"), facet("fy")];
  const { scale: color, legends } = colourScale(figure);
  // Colours that are told by the small plots' own names need no legend; bars that are told by a legend need no names under them.
  const named = sameColumn(marks, "fx") || sameColumn(marks, "fy");
  const bare = fx !== undefined && legends.length > 0 && sameColumn(marks, "x");
  const equal = figure.equalUnits ? equalUnits(figure, space.width) : undefined;
  const symbol = symbolScale(figure);
  const y = axisOf(figure, "y");
  const x = axisOf(figure, "x");
  const options: ChartOptions = {
    x: { ...x, ...(equal ? { domain: equal.x, nice: false } : {}), ...(bare ? { axis: null } : {}) },
    y: { ...y, ...(equal ? { domain: equal.y, nice: false } : {}) },
    ...(fx ? { fx } : {}),
    ...(fy ? { fy } : {}),
    ...(color ? { color } : {}),
    ...(symbol ? { symbol } : {}),
    marks: [
      ...marks.map(plotMark),
      ...(figure.thumbnails ? [thumbnailMark(figure.thumbnails, figure.thumbnailSize)] : []),
    ],
    height: figure.height ?? equal?.height ?? heightOf(figure, space.width, y, fy),
  };
  return { ...chart(space, options), legends: named ? [] : legends };
}
