/** @file Plots: lines, dots, bars by Observable Plot. */

import type * as Plot from "@observablehq/plot";
import type { Mark, PlotFigure, Row, Scale } from "../figure.ts";
import { type ChartOptions, chart } from "./chart.ts";
import { colourOf } from "./colours.ts";
import type { Body, Space } from "./drawing.ts";
import type { Legend, Swatch } from "./legend.ts";
import { colourChannels, columnChannels, markKinds, numberChannels } from "./marks.ts";
import { css, diverging, extent, type Ramp, sequential, sequentialMarks, symmetric } from "./ramp.ts";
import { categories } from "./theme.ts";

const isRow = (entry: Row | number): entry is Row => typeof entry === "object";

/** The values of a mark's column; undefined where the name is no column of it. */
export function columnOf({ data }: Mark, name: unknown): (string | number | boolean | null)[] | undefined {
  if (typeof name !== "string") return undefined;
  const rows = data.filter(isRow);
  if (!rows.some((row) => Object.hasOwn(row, name))) return undefined;
  return rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null));
}

/** Different values in the order in which they come; null is none. */
function distinct(columns: Iterable<readonly unknown[]>): unknown[] {
  const seen = new Set<unknown>();
  for (const column of columns) for (const value of column) if (value !== null) seen.add(value);
  return [...seen];
}

const columnsOf = (marks: readonly Mark[], channels: readonly string[]) =>
  marks.flatMap((mark) => channels.flatMap((channel) => [columnOf(mark, mark[channel]) ?? []]));

interface Colours {
  readonly scale: Plot.ScaleOptions | undefined;
  readonly legends: readonly Legend[];
}

/** What the swatches of a legend look like: as the marks that use its colours. */
function swatchOf(marks: readonly Mark[]): Swatch {
  const coloured = marks.filter((mark) => colourChannels.some((channel) => columnOf(mark, mark[channel])));
  if (coloured.some(({ mark }) => mark === "line" || mark === "linearRegressionY")) return "line";
  return coloured.some(({ mark }) => mark === "dot") ? "dot" : "square";
}

/** Colours of n categories: those of the theme, or for many a sequence. */
export function categoryColours(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    count <= categories.length ? categories[i] : css(sequentialMarks(i / (count - 1))),
  );
}

function symbolsOf(marks: readonly Mark[], names: readonly unknown[]): (string | undefined)[] {
  const shapes = ["circle", "square", "triangle", "diamond2", "cross", "star", "wye", "times"];
  const symbols = distinct(columnsOf(marks, ["symbol"]));
  const same = symbols.length > 0 && symbols.every((symbol) => names.includes(symbol));
  return names.map((name) => (same ? shapes[symbols.indexOf(name) % shapes.length] : undefined));
}

function coloursOf(figure: PlotFigure): Colours {
  const { marks, color = {} } = figure;
  const values = distinct(columnsOf(marks, colourChannels));
  if (values.length === 0) return { scale: undefined, legends: [] };
  const label = color.label === undefined ? {} : { label: color.label };
  const numeric = values.every((value) => typeof value === "number");
  if (!numeric || color.type === "categorical" || color.type === "band" || color.type === "point") {
    const domain = [...(color.domain ?? values)];
    const names = domain.map(String);
    const own = color.range?.map((name) => colourOf(name) ?? name);
    const range = own ?? categoryColours(domain.length);
    const symbols = symbolsOf(marks, domain);
    const entries = names.map((name, i) => {
      const symbol = symbols[i];
      return { name, colour: range[i % range.length], ...(symbol === undefined ? {} : { symbol }) };
    });
    const legend: Legend = { kind: "categories", ...label, swatch: swatchOf(marks), entries };
    return { scale: { type: "ordinal", domain, range }, legends: color.legend === false ? [] : [legend] };
  }
  const type = color.type === "log" || color.type === "sqrt" || color.type === "symlog" ? color.type : "linear";
  const [low, high] = extent(values as number[]);
  const given = color.domain?.map(Number) ?? [low, high];
  const domain: [number, number] =
    color.scheme === "diverging" ? symmetric([given[0], given[given.length - 1]]) : [given[0], given[given.length - 1]];
  const filled = marks.some(
    (mark) => ["cell", "rect", "rectX", "rectY"].includes(mark.mark) && columnOf(mark, mark.fill),
  );
  const ramp: Ramp = color.scheme === "diverging" ? diverging : filled ? sequential : sequentialMarks;
  const tickFormat = color.tickFormat === undefined ? {} : { tickFormat: color.tickFormat };
  return {
    scale: { type, domain, interpolate: (t: number) => css(ramp(t)), clamp: true },
    legends: color.legend === false ? [] : [{ kind: "ramp", ...label, ...tickFormat, ramp, type, domain }],
  };
}

/** A scale as Plot takes it. Words keep the order in which they come. */
function scaleOf(figure: PlotFigure, name: "x" | "y" | "fx" | "fy", channels: readonly string[]): Plot.ScaleOptions {
  const { label, type, domain, grid, reverse, tickFormat, ticks } = figure[name] ?? ({} satisfies Scale);
  const values = distinct(columnsOf(figure.marks, channels));
  const words = values.some((value) => typeof value !== "number");
  const sorted = figure.marks.some(({ sort }) => typeof sort === "object" && sort !== null && name in sort);
  return {
    ...(type && type !== "categorical" ? { type } : {}),
    ...(domain ? { domain } : words && !sorted ? { domain: values as string[] } : {}),
    ...(reverse === undefined ? {} : { reverse }),
    ...(tickFormat === undefined ? {} : { tickFormat }),
    ...(ticks === undefined ? {} : { ticks }),
    ...(name === "fx" || name === "fy"
      ? {}
      : { grid: grid ?? (name === "y" && !words), nice: type !== "log" && !domain }),
    ...(label ? { label } : {}),
  };
}

/** A mark of Plot, with its columns as arrays. */
function markOf(mark: Mark): Plot.Markish {
  const { make, defaults, fill, stroke } = markKinds[mark.mark];
  const { mark: _name, data, ...given } = mark;
  const options: Record<string, unknown> = { ...defaults };
  const paint = given.fill !== undefined || given.stroke !== undefined;
  if (fill !== undefined && (!paint || mark.mark === "text")) options.fill = fill;
  if (stroke !== undefined && !paint) options.stroke = stroke;
  if (mark.mark.startsWith("area") && given.fillOpacity === undefined) {
    const band = given.y1 !== undefined || given.x1 !== undefined;
    options.fillOpacity = band ? 0.2 : 0.75;
  }
  if (mark.mark === "dot" && given.fill !== undefined) options.strokeWidth = given.stroke === undefined ? 0 : 1.5;
  for (const [key, value] of Object.entries(given)) {
    const column = columnOf(mark, value);
    const isColour = (colourChannels as readonly string[]).includes(key);
    const isChannel = isColour || [...numberChannels, ...columnChannels].some((name) => name === key);
    if (isChannel && column) options[key] = isColour ? { value: column, scale: "color" } : column;
    else options[key] = isColour && typeof value === "string" ? colourOf(value) : value;
  }
  return make(data, options);
}

const rows = (domain: unknown): number => (Array.isArray(domain) ? domain.length : 0);

/** Bars that lie need as much height as there are of them. */
function heightOf(figure: PlotFigure, y: Plot.ScaleOptions, fy: Plot.ScaleOptions | undefined): number {
  if (figure.height !== undefined) return figure.height;
  const facets = Math.max(1, rows(fy?.domain));
  if (rows(y.domain) > 0 && y.type !== "linear") return 60 + facets * Math.max(60, 24 * rows(y.domain));
  return facets > 1 ? 60 + 130 * facets : Math.round(0.36 * (figure.width ?? 640)) + 70;
}

export function drawPlot(figure: PlotFigure, space: Space): Body {
  const { marks } = figure;
  const { scale: color, legends } = coloursOf(figure);
  const facet = (name: "fx" | "fy") =>
    marks.some((mark) => mark[name] !== undefined) ? scaleOf(figure, name, [name]) : undefined;
  const [fx, fy] = [facet("fx"), facet("fy")];
  const y = scaleOf(figure, "y", ["y", "y1", "y2"]);
  const options: ChartOptions = {
    x: scaleOf(figure, "x", ["x", "x1", "x2"]),
    y,
    ...(fx ? { fx } : {}),
    ...(fy ? { fy } : {}),
    ...(color ? { color } : {}),
    marks: marks.map(markOf),
    height: heightOf(figure, y, fy),
  };
  return { ...chart(space, options), legends };
}
