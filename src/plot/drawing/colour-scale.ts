/** @file The colours of a plot, and the legend that says what they mean. */

import type * as Plot from "@observablehq/plot";
import type { Mark, PlotFigure } from "../figure.ts";
import { colourChannels, symbolNames } from "../mark-options.ts";
import { colourOf } from "./colours.ts";
import { columnOf, columnsOf, distinct } from "./columns.ts";
import type { Legend, Swatch } from "./legend.ts";
import { css, diverging, extent, type Ramp, rampThrough, sequential, sequentialMarks, symmetric } from "./ramp.ts";
import { categories, colour } from "./theme.ts";

interface ColourScale {
  readonly scale?: Plot.ScaleOptions;
  readonly legends: readonly Legend[];
}

const FILLED = ["cell", "rect", "rectX", "rectY"];

/** Colours of n categories: those of the theme, or for many a sequence. */
export function categoryColours(count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    count <= categories.length ? categories[i] : css(sequentialMarks(i / (count - 1))),
  );
}

/** What the swatches of a legend look like: as the marks that use its colours. */
function swatchOf(marks: readonly Mark[]): Swatch {
  const coloured = marks.filter((mark) => colourChannels.some((channel) => columnOf(mark, mark[channel])));
  if (coloured.some(({ mark }) => mark === "line" || mark === "linearRegressionY")) return "line";
  return coloured.some(({ mark }) => mark === "dot") ? "dot" : "square";
}

/** Whether only the rims of dots are coloured. */
function areHollow(marks: readonly Mark[]): boolean {
  const dots = marks.filter(({ mark }) => mark === "dot");
  return dots.some((dot) => columnOf(dot, dot.stroke)) && !dots.some((dot) => columnOf(dot, dot.fill));
}

/** Symbols of categories, where they stand for the same as the colours. */
function symbolsOf(marks: readonly Mark[], names: readonly unknown[]): (string | undefined)[] {
  const words = distinct(columnsOf(marks, ["symbol"]));
  const same = words.length > 0 && words.every((word) => names.includes(word));
  return names.map((_, i) => (same ? symbolNames[i % symbolNames.length] : undefined));
}

function ofCategories({ marks, color = {} }: PlotFigure, values: readonly unknown[]): ColourScale {
  const domain = (color.domain ?? values).map((value) => (typeof value === "number" ? value : String(value)));
  const range = color.range?.map((name) => colourOf(name) ?? name) ?? categoryColours(domain.length);
  const symbols = symbolsOf(marks, domain);
  const entries = domain.map((name, i) => {
    const symbol = symbols[i];
    return { name: String(name), colour: range[i % range.length], ...(symbol === undefined ? {} : { symbol }) };
  });
  const label = color.label === undefined ? {} : { label: color.label };
  return {
    scale: { type: "ordinal", domain, range },
    legends: [{ kind: "categories", ...label, swatch: swatchOf(marks), hollow: areHollow(marks), entries }],
  };
}

/** Of a name or a number with six digits. */
function rgbOf(name: string): string | undefined {
  const code = name === "ink" ? colour.ink : colourOf(name);
  return code !== undefined && /^#[0-9a-f]{6}$/.test(code) ? code : undefined;
}

function ofNumbers({ marks, color = {} }: PlotFigure, values: readonly number[]): ColourScale {
  const type = color.type === "log" || color.type === "sqrt" || color.type === "symlog" ? color.type : "linear";
  const given = color.domain?.map(Number) ?? extent(values);
  const ends: [number, number] = [given[0], given[given.length - 1]];
  const isDiverging = color.scheme === "diverging";
  const domain = isDiverging ? symmetric(ends) : ends;
  const filled = marks.some((mark) => FILLED.includes(mark.mark) && columnOf(mark, mark.fill));
  const own = color.range?.map(rgbOf).filter((code) => code !== undefined) ?? [];
  const usual: Ramp = isDiverging ? diverging : filled ? sequential : sequentialMarks;
  const ramp = own.length > 1 ? rampThrough(own) : usual;
  const label = color.label === undefined ? {} : { label: color.label };
  const tickFormat = color.tickFormat === undefined ? {} : { tickFormat: color.tickFormat };
  return {
    scale: { type, domain, interpolate: (t: number) => css(ramp(t)), clamp: true },
    legends: [{ kind: "ramp", ...label, ...tickFormat, ramp, type, domain }],
  };
}

export function colourScale(figure: PlotFigure): ColourScale {
  const { color = {} } = figure;
  const values = distinct(columnsOf(figure.marks, colourChannels));
  if (values.length === 0) return { legends: [] };
  const numbers = values.filter((value) => typeof value === "number");
  const asWords = color.type === "categorical" || color.type === "band" || color.type === "point";
  const { scale, legends } =
    numbers.length === values.length && !asWords ? ofNumbers(figure, numbers) : ofCategories(figure, values);
  return { ...(scale ? { scale } : {}), legends: color.legend === false ? [] : legends };
}

/** The symbols of a plot, in the order of its colours where they mean the same. */
export function symbolScale(figure: PlotFigure): Plot.ScaleOptions | undefined {
  const words = distinct(columnsOf(figure.marks, ["symbol"]));
  if (words.length === 0) return undefined;
  const colours = distinct(columnsOf(figure.marks, colourChannels));
  const order = figure.color?.domain ?? colours;
  const domain = words.every((word) => order.some((name) => name === word)) ? [...order] : words;
  return { domain: domain.map(String), range: symbolNames };
}
