/** @file Axes and marks by Observable Plot, with margins that the labels need. */

import * as Plot from "@observablehq/plot";
import { CajalError } from "../../graph/error.ts";
import type { Body, Space } from "./drawing.ts";
import { textWidth, truncate } from "./text.ts";
import { type TextBox, textBoxes } from "./text-boxes.ts";
import { FONT_SIZE, SANS } from "./theme.ts";

/** Axes of a chart. Marks are Plot's, or functions that draw into its scales. */
export interface ChartOptions {
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly fx?: Plot.ScaleOptions;
  readonly fy?: Plot.ScaleOptions;
  readonly color?: Plot.ScaleOptions;
  readonly r?: Plot.ScaleOptions;
  readonly symbol?: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
  /** Pixels, with axes. */
  readonly height: number;
}

const TICK_ROOM = 26;
const LABEL_ROOM = 18;
const PASSES = 4;

interface Layout {
  top: number;
  right: number;
  bottom: number;
  left: number;
  rotated: boolean;
  /** Ticks on x, when the axis' own are too many. */
  ticks: number | readonly unknown[] | undefined;
}

const isAxisLabel = ({ group }: TextBox) => group.endsWith("axis label");
const onXAxis = ({ group }: TextBox) => group === "x-axis tick label";

/** Tick labels of the x-axis that touch their neighbours. */
function crowded(boxes: readonly TextBox[]): boolean {
  const row = boxes.filter(onXAxis).toSorted((a, b) => a.left - b.left);
  return row.some((box, i) => i > 0 && box.left < row[i - 1].right + 4 && box.left > row[i - 1].left);
}

/** Changes the layout so that labels fit; false when they already do. */
function fit(layout: Layout, node: Element, space: Space, options: ChartOptions): boolean {
  const boxes = textBoxes(node).filter((box) => !isAxisLabel(box));
  const before = JSON.stringify(layout);
  if (!layout.rotated && crowded(boxes)) {
    const labels = boxes.filter(onXAxis);
    const room = space.width - layout.left - layout.right;
    const widest = Math.max(...labels.map(({ text }) => textWidth(text, FONT_SIZE)));
    const ordinal = labels.some(({ text }) => !/\d/.test(text)) || isOrdinal(options.x);
    const several = options.fx ? Math.max(1, new Set(options.fx.domain ?? []).size) : 1;
    if (!ordinal) layout.ticks = Math.max(2, Math.floor(room / several / (widest + 16)));
    else if (labels.every(({ text }) => /^-?\d+$/.test(text)))
      layout.ticks = thinned(options.x.domain, room / (widest + 6));
    else layout.rotated = true;
  } else {
    const ticks = boxes.filter(onXAxis);
    layout.left += Math.max(0, Math.ceil(-Math.min(0, ...boxes.map(({ left }) => left - 2))));
    layout.right += Math.max(0, Math.ceil(Math.max(0, ...boxes.map(({ right }) => right + 2)) - space.width));
    const lowest = Math.max(0, ...ticks.map(({ bottom }) => bottom));
    const reach = lowest - (options.height - layout.bottom);
    const needed = Math.ceil(reach + 4 + (options.x.label ? LABEL_ROOM : 0));
    if (needed > layout.bottom) layout.bottom = needed;
  }
  return JSON.stringify(layout) !== before;
}

function isOrdinal({ type }: Plot.ScaleOptions): boolean {
  return type === "band" || type === "point";
}

/** Every k-th of the values. */
export function thinned(values: Iterable<unknown> | undefined, most: number): readonly unknown[] | undefined {
  if (values === undefined) return undefined;
  const all = [...values];
  const step = Math.max(1, Math.ceil(all.length / Math.max(1, most)));
  return all.filter((_, i) => i % step === 0);
}

function plot(space: Space, options: ChartOptions, layout: Layout): Element {
  const { x, y, fx, fy, color, r, symbol, marks, height } = options;
  const labelled = (scale: Plot.ScaleOptions, room: number): Plot.ScaleOptions => ({
    labelArrow: "none",
    ...scale,
    label: scale.label ? truncate(scale.label, FONT_SIZE, room) : null,
  });
  try {
    const drawn = Plot.plot({
      document: space.document,
      className: "plot",
      width: space.width,
      height,
      marginTop: layout.top,
      marginRight: layout.right,
      marginBottom: layout.bottom,
      marginLeft: layout.left,
      x: {
        labelAnchor: "center",
        ...labelled(x, space.width),
        ...(layout.rotated ? { tickRotate: -40 } : {}),
        ...(layout.ticks === undefined ? {} : { ticks: layout.ticks as never }),
      },
      y: { labelAnchor: "top", ...labelled(y, space.width - 8) },
      ...(fx ? { fx: { ...labelled(fx, space.width), labelOffset: 38 } } : {}),
      ...(fy ? { fy: labelled(fy, 200) } : {}),
      ...(color ? { color } : {}),
      ...(r ? { r } : {}),
      ...(symbol ? { symbol } : {}),
      marks: [...marks],
    });
    drawn.setAttribute("font-size", String(FONT_SIZE));
    return drawn;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CajalError("argument", `figure "${space.name}": ${reason}`, { cause });
  }
}

/** The chart as a body, without legends. */
export function chart(space: Space, options: ChartOptions): Omit<Body, "legends"> {
  const { x, y, fx, fy, height } = options;
  const layout: Layout = {
    top: 10 + (y.label ? LABEL_ROOM : 0) + (fx ? 14 + (fx.label ? LABEL_ROOM : 0) : 0),
    right: Math.max(space.right ?? 0, fy ? 24 : 14),
    bottom: TICK_ROOM + (x.label ? LABEL_ROOM : 0),
    left: Math.max(space.left ?? 0, 24),
    rotated: false,
    ticks: undefined,
  };
  let drawn = plot(space, options, layout);
  for (let pass = 1; pass < PASSES && fit(layout, drawn, space, options); pass++) drawn = plot(space, options, layout);
  const node = space.svg("g", {
    "font-family": SANS,
    "font-size": FONT_SIZE,
    "text-anchor": "middle",
    fill: "currentColor",
  });
  for (const child of [...drawn.children]) if (child.localName !== "style") node.appendChild(child);
  return { node, width: space.width, height, left: layout.left, right: layout.right };
}
