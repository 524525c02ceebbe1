/** @file Grids of small pictures. */

import type { GridImage, ImageGrid } from "../figure.ts";
import { drawCells, MOST_RECTANGLES } from "./bitmap.ts";
import { round } from "./canvas.ts";
import { colourOf } from "./colours.ts";
import type { Body, Space } from "./drawing.ts";
import type { Legend } from "./legend.ts";
import { colourPng, pngUri } from "./png.ts";
import { diverging, extent, grey, heat, type Ramp, sequential, symmetric } from "./ramp.ts";
import { truncate } from "./text.ts";
import { colour, FONT_SIZE, SANS } from "./theme.ts";

const GAP = 12;
const LABEL = 18;
const MOST = 120;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const rowsOf = (values: readonly number[], width: number) =>
  Array.from({ length: values.length / width }, (_, row) => values.slice(row * width, (row + 1) * width));

function inColour(space: Space, { width, height, values }: GridImage, place: Place): SVGElement {
  const bytes = Uint8Array.from(values, (value) => Math.round(Math.min(Math.max(value, 0), 1) * 255));
  const href = pngUri(colourPng(bytes, width, height));
  return space.svg("image", { ...place, preserveAspectRatio: "none", href });
}

interface Shades {
  readonly ramp: Ramp;
  readonly domain: readonly [number, number];
  readonly asBitmap: boolean;
}

function drawImage(space: Space, image: GridImage, place: Place, { ramp, domain, asBitmap }: Shades): SVGElement {
  const { values, width, channels } = image;
  const layers = [
    channels === 3
      ? inColour(space, image, place)
      : drawCells(space, { values: rowsOf(values, width), ramp, domain }, place, asBitmap),
  ];
  if (image.heat) {
    const most = Math.max(0, ...image.heat.values);
    const cells = { values: rowsOf(image.heat.values, image.heat.width), ramp: heat, domain: [0, most || 1] } as const;
    layers.push(drawCells(space, cells, place, true));
  }
  const frame = image.frame === undefined ? undefined : colourOf(image.frame);
  const edge = space.svg("rect", {
    ...place,
    fill: "none",
    stroke: frame ?? colour.line,
    "stroke-width": frame ? 3 : 1,
  });
  return space.svg("g", {}, ...layers, edge);
}

export function drawImages(figure: ImageGrid, space: Space): Body {
  const { images, scheme } = figure;
  const columns = Math.min(figure.columns, images.length);
  const column = Math.min(MOST, Math.floor((space.width - GAP * (columns - 1)) / columns));
  const ends = (some: readonly GridImage[]) => {
    const found =
      figure.domain ?? extent(some.flatMap(({ values, channels }) => (channels === 3 ? [] : extent(values))));
    return scheme === "diverging" ? symmetric(found) : found;
  };
  const together = ends(images);
  const ramp = scheme === "diverging" ? diverging : scheme === "sequential" ? sequential : grey;
  const asBitmap = images.reduce((sum, { width, height }) => sum + width * height, 0) > MOST_RECTANGLES;
  const pixel = column / Math.max(...images.map(({ width, height }) => Math.max(width, height)));
  const tallest = pixel * Math.max(...images.map(({ height }) => height));
  const rowHeight = tallest + (images.some(({ label }) => label) ? LABEL : 0) + GAP;
  const group = space.svg("g", {
    "font-family": SANS,
    "font-size": FONT_SIZE,
    fill: "currentColor",
    "text-anchor": "middle",
  });
  images.forEach((image, i) => {
    const x = (i % columns) * (column + GAP);
    const y = Math.floor(i / columns) * rowHeight;
    const [width, height] = [round(image.width * pixel), round(image.height * pixel)];
    const place = { x: round(x + (column - width) / 2), y: round(y + 2), width, height };
    const domain = figure.scaled === "each" ? ends([image]) : together;
    group.appendChild(drawImage(space, image, place, { ramp, domain, asBitmap }));
    if (image.label) {
      const at = { x: x + column / 2, y: round(y + tallest + 16) };
      group.appendChild(space.svg("text", at, truncate(image.label, FONT_SIZE, column + GAP - 4)));
    }
  });
  const { label } = figure;
  const told = label !== undefined || (scheme !== undefined && scheme !== "grey");
  const legend: Legend = { kind: "ramp", ...(label ? { label } : {}), ramp, type: "linear", domain: together };
  return {
    node: group,
    width: columns * (column + GAP) - GAP,
    height: Math.ceil(Math.ceil(images.length / columns) * rowHeight),
    left: 0,
    right: 0,
    legends: told && figure.scaled !== "each" ? [legend] : [],
  };
}
