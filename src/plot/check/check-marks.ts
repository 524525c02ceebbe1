/** @file Marks and scales of plots, checked. */

import { colourNames, colourOf } from "../drawing/colours.ts";
import { columnOf, isRow } from "../drawing/columns.ts";
import type { Mark, PlotFigure, Scale, Thumbnail } from "../figure.ts";
import {
  colourChannels,
  columnChannels,
  markNames,
  markOptions,
  numberChannels,
  symbolNames,
} from "../mark-options.ts";
import {
  checkCount,
  checkList,
  checkNumber,
  checkNumbers,
  checkWord,
  complaint,
  type Field,
  within,
} from "./complain.ts";

/** More rows make files that no page opens with pleasure. */
const MOST_ROWS = 100_000;

const isOneOf = (names: readonly string[], name: string): boolean => names.includes(name);

/** Every value of a column must be one that can be drawn. */
function checkColumn(field: Field, mark: Mark, name: string): void {
  const column = columnOf(mark, name);
  if (!column) {
    const names = [...new Set(mark.data.filter(isRow).flatMap((row) => Object.keys(row)))];
    const known = names.length > 0 ? `Columns: ${names.join(", ")}.` : "The data are numbers, not rows with columns.";
    throw complaint(field, `no row has a column "${name}"`, known);
  }
  column.forEach((value, i) => {
    if (typeof value === "number" && !Number.isFinite(value))
      throw complaint(
        field,
        `column "${name}" is ${value} in row ${i}`,
        "null stands for no value: lines break there.",
      );
    if (value !== null && !["number", "string", "boolean"].includes(typeof value))
      throw complaint(field, `column "${name}" of row ${i} is neither a number, a text, true, false nor null`);
  });
}

function checkChannel(field: Field, mark: Mark, key: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value === "string") {
    if (isOneOf(colourChannels, key)) {
      if (columnOf(mark, value) === undefined && colourOf(value) === undefined)
        throw complaint(
          field,
          `"${value}" is neither a column nor a colour`,
          `Colours: ${colourNames}, or "#rrggbb". Columns: ${Object.keys(mark.data.find(isRow) ?? {}).join(", ")}.`,
        );
      if (columnOf(mark, value) === undefined) return;
    }
    if (key === "symbol" && isOneOf(symbolNames, value)) return;
    checkColumn(field, mark, value);
  } else if (isOneOf(numberChannels, key)) checkNumber(field, value);
  else throw complaint(field, `expected the name of a column, got ${JSON.stringify(value)}`);
}

function checkMark(field: Field, mark: Mark): void {
  if (typeof mark !== "object" || mark === null) throw complaint(field, "expected a mark with its data");
  if (!markNames.includes(mark.mark))
    throw complaint(
      within(field, "mark"),
      `there is no mark ${JSON.stringify(mark.mark)}`,
      `Marks: ${markNames.join(", ")}.`,
    );
  if (!Array.isArray(mark.data)) throw complaint(within(field, "data"), "expected an array of rows or of numbers");
  mark.data.forEach((entry: unknown, i) => {
    if (typeof entry === "number") checkNumber(within(within(field, "data"), i), entry);
    else if (typeof entry !== "object" || entry === null || Array.isArray(entry))
      throw complaint(within(within(field, "data"), i), "expected a row, { column: value, … }, or a number");
  });
  for (const [key, value] of Object.entries(mark)) {
    if (key === "mark" || key === "data" || value === undefined) continue;
    const here = within(field, key);
    if (isOneOf([...numberChannels, ...columnChannels, ...colourChannels], key)) {
      if (mark.data.length > 0) checkChannel(here, mark, key, value);
    } else if (!Object.hasOwn(markOptions, key))
      throw complaint(
        here,
        "marks have no such channel or option",
        `Channels: ${[...numberChannels, ...columnChannels, ...colourChannels].join(", ")}. Options: ${Object.keys(markOptions).join(", ")}.`,
      );
    else if (!markOptions[key](value)) throw complaint(here, `it cannot be ${JSON.stringify(value) ?? String(value)}`);
  }
}

/** Marks over something that is drawn already may be empty. */
export function checkMarks(field: Field, marks: unknown, mayBeEmpty = false): asserts marks is readonly Mark[] {
  checkList(field, marks);
  const list = marks as readonly Mark[];
  list.forEach((mark, i) => {
    checkMark(within(field, i), mark);
  });
  const rows = list.reduce((sum, { data }) => sum + data.length, 0);
  if (rows === 0 && !mayBeEmpty) throw complaint(field, "there are no data in any mark");
  if (rows > MOST_ROWS)
    throw complaint(field, `${rows} rows, at most ${MOST_ROWS} are drawn`, "Take every k-th, or means over bins.");
}

const TYPES = ["linear", "log", "sqrt", "symlog", "band", "point", "categorical"];
const KEYS = ["label", "type", "domain", "range", "scheme", "legend", "grid", "reverse", "tickFormat", "ticks"];

function checkScale(field: Field, scale: Scale): void {
  for (const key of Object.keys(scale))
    if (!isOneOf(KEYS, key))
      throw complaint(within(field, key), "scales have no such option", `Options: ${KEYS.join(", ")}.`);
  checkWord(within(field, "type"), scale.type, TYPES);
  checkWord(within(field, "scheme"), scale.scheme, ["sequential", "diverging"]);
  if (scale.domain) {
    checkList(within(field, "domain"), scale.domain);
    scale.domain.forEach((value, i) => {
      if (typeof value !== "string") checkNumber(within(within(field, "domain"), i), value);
    });
  }
  scale.range?.forEach((name, i) => {
    if (colourOf(name) === undefined)
      throw complaint(
        within(within(field, "range"), i),
        `${JSON.stringify(name)} is no colour`,
        `Colours: ${colourNames}, or "#rrggbb".`,
      );
  });
  if (scale.tickFormat !== undefined && !/^[\w.,~+$%()#\- ]{1,12}$/.test(scale.tickFormat))
    throw complaint(within(field, "tickFormat"), `${JSON.stringify(scale.tickFormat)} is no format of d3-format`);
}

/** A logarithm needs numbers above zero. */
function checkLog(field: Field, marks: readonly Mark[], channels: readonly string[], figure: Field): void {
  marks.forEach((mark, i) => {
    for (const channel of channels) {
      const column = columnOf(mark, mark[channel]) ?? [];
      const wrong = column.findIndex((value) => typeof value === "number" && value <= 0);
      if (wrong >= 0)
        throw complaint(
          within(within(within(figure, "marks"), i), channel),
          `${column[wrong]} in row ${wrong} has no place on the logarithmic scale ${field.path}`,
          'Put null for what is not to be drawn, or use the type "symlog".',
        );
    }
  });
}

export function checkPlot(field: Field, figure: PlotFigure): void {
  checkMarks(within(field, "marks"), figure.marks);
  for (const name of ["x", "y", "color", "fx", "fy"] as const) {
    const scale = figure[name];
    if (scale === undefined) continue;
    checkScale(within(field, name), scale);
    const channels =
      name === "color" ? colourChannels : name === "fx" || name === "fy" ? [name] : [name, `${name}1`, `${name}2`];
    if (scale.type === "log") checkLog(within(field, name), figure.marks, channels, field);
  }
  for (const side of ["width", "height"] as const) {
    const pixels = figure[side];
    if (pixels !== undefined && !(pixels >= 80 && pixels <= 4000))
      throw complaint(within(field, side), `${pixels} pixels, expected 80 to 4000`);
  }
  if (figure.thumbnails) checkThumbnails(within(field, "thumbnails"), figure.thumbnails);
  const { thumbnailSize: size } = figure;
  if (size !== undefined && !(size >= 4 && size <= 400))
    throw complaint(within(field, "thumbnailSize"), `${size} pixels, expected 4 to 400`);
}

const MOST_THUMBNAIL_PIXELS = 1_000_000;

function checkThumbnails(field: Field, thumbnails: readonly Thumbnail[]): void {
  checkList(field, thumbnails);
  let pixels = 0;
  thumbnails.forEach(({ x, y, width, height, values, channels = 1 }, i) => {
    const here = within(field, i);
    checkNumber(within(here, "x"), x);
    checkNumber(within(here, "y"), y);
    checkCount(within(here, "width"), width);
    checkCount(within(here, "height"), height);
    if (channels !== 1 && channels !== 3) throw complaint(within(here, "channels"), `${channels}: expected 1 or 3`);
    checkNumbers(within(here, "values"), values, width * height * channels);
    pixels += width * height;
  });
  if (pixels > MOST_THUMBNAIL_PIXELS)
    throw complaint(
      field,
      `${pixels} pixels, at most ${MOST_THUMBNAIL_PIXELS} are drawn`,
      "Show fewer, or smaller ones.",
    );
}
