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
  readonly symbol?: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
  /** Pixels with axes, or those of the plot area alone. */
  readonly height: number | { readonly plot: number };
}

const TICK_ROOM = 26;
const LABEL_ROOM = 18;
const PASSES = 5;
const LEAST_PLOT = 60;

/** What is found out by drawing: margins, and how the ticks of x are written. */
interface Layout {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
  readonly rotated: boolean;
  /** Ticks on x, when the axis' own are too many. */
  readonly ticks?: number | readonly unknown[];
}

const isAxisLabel = ({ group }: TextBox) => group.endsWith("axis label");
const onXAxis = ({ group, text }: TextBox) => group === "x-axis tick label" && text.trim() !== "";

/** Tick labels of the x-axis that touch their neighbours. */
function crowded(boxes: readonly TextBox[]): boolean {
  const row = boxes.filter(onXAxis).toSorted((a, b) => a.left - b.left);
  return row.some((box, i) => i > 0 && box.left < row[i - 1].right + 4 && box.left > row[i - 1].left);
}

function isOrdinal({ type, domain }: Plot.ScaleOptions): boolean {
  return type === "band" || type === "point" || [...(domain ?? [])].some((value) => typeof value === "string");
}

/** Every k-th of the values. */
export function thinned<T>(values: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(values.length / Math.max(1, most)));
  return values.filter((_, i) => i % step === 0);
}

/** Fewer ticks, or turned ones. */
function uncrowded(layout: Layout, labels: readonly TextBox[], space: Space, options: ChartOptions): Layout {
  const facets = Math.max(1, [...(options.fx?.domain ?? [])].length);
  const room = (space.width - layout.left - layout.right) / facets;
  const widest = Math.max(...labels.map(({ text }) => textWidth(text, FONT_SIZE)));
  const { ticks } = options.x;
  if (Array.isArray(ticks)) return { ...layout, rotated: true };
  if (!isOrdinal(options.x)) {
    const fewer = Math.max(2, Math.floor(room / (widest + 16)));
    return { ...layout, ticks: typeof layout.ticks === "number" ? Math.min(layout.ticks - 1, fewer) : fewer };
  }
  const most = room / (FONT_SIZE + 3);
  const domain = [...(options.x.domain ?? [])];
  return { ...layout, rotated: true, ...(domain.length > most ? { ticks: thinned(domain, most) } : {}) };
}

/** The layout that what was drawn asks for; the same one when all fits. */
function fitted(layout: Layout, node: Element, space: Space, options: ChartOptions, height: number): Layout {
  const boxes = textBoxes(node).filter((box) => !isAxisLabel(box));
  const labels = boxes.filter(onXAxis);
  if (!layout.rotated && crowded(boxes)) return uncrowded(layout, labels, space, options);
  const over = {
    left: Math.ceil(Math.max(0, ...boxes.map(({ left }) => 2 - left))),
    right: Math.ceil(Math.max(0, ...boxes.map(({ right }) => right + 2 - space.width))),
  };
  const most = Math.max(space.width - layout.left - layout.right - LEAST_PLOT, 0);
  const lowest = Math.max(0, ...labels.map(({ bottom }) => bottom)) - (height - layout.bottom);
  const bottom = Math.max(layout.bottom, Math.ceil(lowest + 4 + (options.x.label ? LABEL_ROOM : 0)));
  const left = Math.min(over.left, most);
  const right = Math.min(over.right, most - left);
  if (left === 0 && right === 0 && bottom === layout.bottom) return layout;
  return { ...layout, left: layout.left + left, right: layout.right + right, bottom };
}

function plot(space: Space, options: ChartOptions, layout: Layout, height: number): Element {
  const { x, y, fx, fy, color, symbol, marks } = options;
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
        ...labelled(x, space.width - layout.left),
        ...(layout.rotated ? { tickRotate: -40 } : {}),
        ...(layout.ticks === undefined ? {} : { ticks: layout.ticks as number }),
      },
      y: { tickSpacing: 44, labelAnchor: "top", labelOffset: layout.left, ...labelled(y, space.width - 8) },
      ...(fx ? { fx: { ...labelled(fx, space.width), ...(x.axis === null ? {} : { labelOffset: 38 }) } } : {}),
      ...(fy ? { fy: labelled(fy, 200) } : {}),
      ...(color ? { color } : {}),
      ...(symbol ? { symbol } : {}),
      marks: [...marks],
    });
    drawn.setAttribute("font-size", String(FONT_SIZE));
    drawn.setAttribute("text-anchor", "middle");
    return drawn;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CajalError("argument", `figure "${space.name}": ${reason}`, { cause });
  }
}

/** The chart as a body, without legends. */
export function chart(space: Space, options: ChartOptions): Omit<Body, "legends"> {
  const { x, y, fx, fy } = options;
  const heightOf = ({ top, bottom }: Layout) =>
    typeof options.height === "number" ? options.height : options.height.plot + top + bottom;
  // Where x has no axis, that of the small plots takes its place.
  const below = x.axis === null ? fx : x;
  const above = x.axis === null ? undefined : fx;
  let layout: Layout = {
    top: 10 + (y.label ? LABEL_ROOM : 0) + (above ? 14 + (above.label ? LABEL_ROOM : 0) : 0),
    right: Math.max(space.right ?? 0, fy ? 24 : 14),
    bottom: (below ? TICK_ROOM : 8) + (below?.label ? LABEL_ROOM : 0),
    left: Math.max(space.left ?? 0, 24),
    rotated: false,
  };
  // What functions draw has no axes and may take long: it waits until the margins are known.
  const waiting = options.marks.some((mark) => typeof mark === "function");
  const measured = { ...options, marks: options.marks.filter((mark) => typeof mark !== "function") };
  let drawn = plot(space, measured, layout, heightOf(layout));
  for (let pass = 1; pass < PASSES; pass++) {
    const better = fitted(layout, drawn, space, options, heightOf(layout));
    if (better === layout) break;
    layout = better;
    drawn = plot(space, measured, layout, heightOf(layout));
  }
  if (waiting) drawn = plot(space, options, layout, heightOf(layout));
  const node = space.svg("g", {
    "font-family": SANS,
    "font-size": FONT_SIZE,
    "text-anchor": "middle",
    fill: "currentColor",
  });
  for (const child of [...drawn.children]) if (child.localName !== "style") node.appendChild(child);
  return { node, width: space.width, height: heightOf(layout), left: layout.left, right: layout.right };
}
