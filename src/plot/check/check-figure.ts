/** @file Figures are checked where they come in: a mistake is named by figure and field. */

import { colourNames, colourOf } from "../drawing/colours.ts";
import type { ColourScale, Figure, GraphFigure, HeatMap, ImageGrid, Panels, Raster, TextFigure } from "../figure.ts";
import { checkMarks, checkPlot } from "./check-marks.ts";
import {
  checkCount,
  checkList,
  checkNumber,
  checkNumbers,
  checkRange,
  checkText,
  checkWord,
  complaint,
  type Field,
  within,
} from "./complain.ts";

const MOST_CELLS = 1_000_000;
const MOST_SPIKES = 1_000_000;
const MOST_NODES = 5000;
const MOST_EDGES = 20_000;
const MOST_TOKENS = 5000;

function checkColour(field: Field, color: ColourScale): void {
  if (typeof color !== "object" || color === null) throw complaint(field, "expected what the colours mean: { label }");
  checkText(within(field, "label"), color.label);
  checkWord(within(field, "scheme"), color.scheme, ["sequential", "diverging"]);
  checkRange(within(field, "domain"), color.domain);
}

function checkHeight(field: Field, height: number | undefined): void {
  if (height !== undefined && !(height >= 20 && height <= 4000))
    throw complaint(within(field, "height"), `${height} pixels, expected 20 to 4000`);
}

function checkHeatMap(field: Field, figure: HeatMap): void {
  const { values, rows, columns } = figure;
  checkList(within(field, "values"), values);
  const width = values[0]?.length ?? 0;
  values.forEach((row, i) => {
    const here = within(within(field, "values"), i);
    checkList(here, row);
    if (row.length !== width) throw complaint(here, `${row.length} values, the first row has ${width}`);
    row.forEach((value, j) => {
      if (value !== null && !Number.isFinite(value)) checkNumber(within(here, j), value);
    });
  });
  if (values.length * width > MOST_CELLS)
    throw complaint(
      within(field, "values"),
      `${values.length} × ${width} cells, at most ${MOST_CELLS} are drawn`,
      "Take means over blocks.",
    );
  if (rows && rows.length !== values.length)
    throw complaint(within(field, "rows"), `${rows.length} names for ${values.length} rows`);
  if (columns && columns.length !== width)
    throw complaint(within(field, "columns"), `${columns.length} names for ${width} columns`);
  checkText(within(field, "x"), figure.x);
  checkText(within(field, "y"), figure.y);
  checkColour(within(field, "color"), figure.color);
  checkRange(within(field, "xRange"), figure.xRange);
  checkRange(within(field, "yRange"), figure.yRange);
  checkWord(within(field, "origin"), figure.origin, ["top", "bottom"]);
  checkHeight(field, figure.height);
  if (figure.marks) checkMarks(within(field, "marks"), figure.marks, true);
}

function checkRaster(field: Field, figure: Raster): void {
  const { neurons, times, neuronCount, duration } = figure;
  checkCount(within(field, "neuronCount"), neuronCount);
  checkNumber(within(field, "duration"), duration);
  if (duration <= 0) throw complaint(within(field, "duration"), `${duration}: expected a time above 0`);
  checkText(within(field, "unit"), figure.unit);
  if (!Array.isArray(neurons)) throw complaint(within(field, "neurons"), "expected an array");
  if (!Array.isArray(times)) throw complaint(within(field, "times"), "expected an array");
  if (neurons.length !== times.length)
    throw complaint(
      within(field, "times"),
      `${times.length} times for ${neurons.length} neurons: each spike has one of both`,
    );
  if (times.length > MOST_SPIKES)
    throw complaint(
      within(field, "times"),
      `${times.length} spikes, at most ${MOST_SPIKES} are drawn`,
      "Show fewer neurons or less time.",
    );
  neurons.forEach((neuron, i) => {
    if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < neuronCount))
      throw complaint(within(within(field, "neurons"), i), `${neuron} is none of the ${neuronCount} neurons`);
  });
  times.forEach((time, i) => {
    if (!(time >= 0 && time <= duration))
      throw complaint(within(within(field, "times"), i), `${time} is outside 0 to ${duration}`);
  });
  figure.groups?.forEach(({ from, to }, i) => {
    if (!(from >= 0 && from < to && to <= neuronCount))
      throw complaint(
        within(within(field, "groups"), i),
        `from ${from} to ${to} is no range of ${neuronCount} neurons`,
      );
  });
  checkHeight(field, figure.height);
  if (figure.marks) checkMarks(within(field, "marks"), figure.marks, true);
}

function checkImages(field: Field, figure: ImageGrid): void {
  checkCount(within(field, "columns"), figure.columns);
  checkList(within(field, "images"), figure.images);
  let cells = 0;
  figure.images.forEach(({ width, height, values, channels = 1, heat, frame }, i) => {
    const here = within(within(field, "images"), i);
    checkCount(within(here, "width"), width);
    checkCount(within(here, "height"), height);
    if (channels !== 1 && channels !== 3) throw complaint(within(here, "channels"), `${channels}: expected 1 or 3`);
    checkNumbers(within(here, "values"), values, width * height * channels);
    if (heat) checkNumbers(within(within(here, "heat"), "values"), heat.values, heat.width * heat.height);
    if (frame !== undefined && colourOf(frame) === undefined)
      throw complaint(
        within(here, "frame"),
        `${JSON.stringify(frame)} is no colour`,
        `Colours: ${colourNames}, or "#rrggbb".`,
      );
    cells += width * height * channels;
  });
  if (cells > MOST_CELLS) throw complaint(within(field, "images"), `${cells} pixels, at most ${MOST_CELLS} are drawn`);
  checkRange(within(field, "domain"), figure.domain);
  checkWord(within(field, "scheme"), figure.scheme, ["grey", "sequential", "diverging"]);
  checkWord(within(field, "scaled"), figure.scaled, ["together", "each"]);
}

function checkGraph(field: Field, figure: GraphFigure): void {
  const { nodes, edges } = figure;
  checkList(within(field, "nodes"), nodes);
  if (!Array.isArray(edges)) throw complaint(within(field, "edges"), "expected an array");
  if (nodes.length > MOST_NODES || edges.length > MOST_EDGES)
    throw complaint(
      field,
      `${nodes.length} nodes and ${edges.length} edges, at most ${MOST_NODES} and ${MOST_EDGES} are drawn`,
      "Leave out the weakest.",
    );
  const ids = new Set<string>();
  nodes.forEach(({ id, x, y, size = 0, value = 0 }, i) => {
    const here = within(within(field, "nodes"), i);
    checkText(within(here, "id"), id);
    if (ids.has(id)) throw complaint(within(here, "id"), `"${id}" is there twice`);
    ids.add(id);
    for (const [key, number] of Object.entries({ x, y, size, value })) checkNumber(within(here, key), number);
  });
  edges.forEach(({ from, to, weight = 1 }, i) => {
    const here = within(within(field, "edges"), i);
    for (const [key, id] of Object.entries({ from, to }))
      if (!ids.has(id)) throw complaint(within(here, key), `no node is called "${id}"`);
    checkNumber(within(here, "weight"), weight);
  });
  if (figure.color) checkColour(within(field, "color"), figure.color);
  else if (nodes.some(({ value }) => value !== undefined))
    throw complaint(within(field, "color"), "nodes have values, and nothing says what they mean", "Give { label }.");
  checkHeight(field, figure.height);
}

function checkTokens(field: Field, figure: TextFigure): void {
  checkList(within(field, "tokens"), figure.tokens);
  if (figure.tokens.length > MOST_TOKENS)
    throw complaint(within(field, "tokens"), `${figure.tokens.length} tokens, at most ${MOST_TOKENS} are drawn`);
  figure.tokens.forEach(({ text, value }, i) => {
    const here = within(within(field, "tokens"), i);
    if (typeof text !== "string") throw complaint(within(here, "text"), "expected a text");
    if (value !== null) checkNumber(within(here, "value"), value);
  });
  checkColour(within(field, "color"), figure.color);
}

function checkPanels(field: Field, figure: Panels): void {
  checkCount(within(field, "columns"), figure.columns);
  checkList(within(field, "panels"), figure.panels);
  figure.panels.forEach((panel, i) => {
    checkAt(within(within(field, "panels"), i), panel);
  });
}

function checkAt(field: Field, figure: Figure): void {
  if (typeof figure !== "object" || figure === null) throw complaint(field, "expected a figure");
  checkText(within(field, "caption"), figure.caption);
  switch (figure.kind) {
    case "plot":
      checkPlot(field, figure);
      break;
    case "heat-map":
      checkHeatMap(field, figure);
      break;
    case "raster":
      checkRaster(field, figure);
      break;
    case "images":
      checkImages(field, figure);
      break;
    case "graph":
      checkGraph(field, figure);
      break;
    case "text":
      checkTokens(field, figure);
      break;
    case "panels":
      checkPanels(field, figure);
      break;
    default:
      checkWord(within(field, "kind"), (figure as { kind?: unknown }).kind ?? null, KINDS);
  }
}

const KINDS = ["plot", "heat-map", "raster", "images", "graph", "text", "panels"];

/** What a figure is called in messages. */
export function nameOf(figure: Figure): string {
  return figure.title ?? figure.kind;
}

/**
 * Refuses figures that cannot be drawn: unknown marks and options, columns that no row has, NaN and infinities, ragged matrices,
 * nothing to show, more than a page can hold.
 *
 * @param name what messages call it; default its title
 * @throws CajalError `argument`, naming the figure and the field: `figure "loss": marks[1].y: no row has a column "acc"`
 */
export function checkFigure(figure: Figure, name = nameOf(figure)): void {
  checkAt({ figure: name, path: "" }, figure);
}
