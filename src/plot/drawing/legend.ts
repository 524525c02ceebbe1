/** @file Legends: what colours and symbols mean. */

import * as Plot from "@observablehq/plot";
import { round } from "./canvas.ts";
import { chart } from "./chart.ts";
import type { Block, Space } from "./drawing.ts";
import { css, type Ramp } from "./ramp.ts";
import { textWidth, truncate, wrap } from "./text.ts";
import { colour, FONT_SIZE, SANS } from "./theme.ts";

export type Swatch = "line" | "dot" | "square";

/** Categories with a colour each. */
export interface CategoryLegend {
  readonly kind: "categories";
  readonly label?: string;
  readonly swatch: Swatch;
  /** Dots are drawn as rings. */
  readonly hollow?: boolean;
  readonly entries: readonly { readonly name: string; readonly colour: string; readonly symbol?: string }[];
}

/** Numbers as colours. */
export interface RampLegend {
  readonly kind: "ramp";
  readonly label?: string;
  readonly ramp: Ramp;
  readonly type: "linear" | "log" | "sqrt" | "symlog";
  readonly domain: readonly [number, number];
  readonly tickFormat?: string;
}

export type Legend = CategoryLegend | RampLegend;

const LINE = 18;
const SWATCH = 16;

function swatchOf({ svg, document }: Space, legend: CategoryLegend, index: number): SVGElement {
  const { colour: fill, symbol } = legend.entries[index];
  const paint = legend.hollow ? { fill: "none", stroke: fill, strokeWidth: 1.5 } : { fill };
  if (symbol !== undefined) {
    const plot = Plot.plot({
      document,
      axis: null,
      width: SWATCH,
      height: 12,
      margin: 0,
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      marks: [Plot.dot([0], { x: 0.5, y: 0.5, symbol: symbol as Plot.SymbolType, ...paint, r: 4 })],
    });
    const mark = [...plot.children].filter(({ localName }) => localName !== "style");
    for (const one of mark) one.removeAttribute("aria-label");
    return svg("g", {}, ...mark);
  }
  const ring = legend.hollow ? { fill: "none", stroke: fill, "stroke-width": 1.5 } : { fill };
  if (legend.swatch === "line") return svg("path", { d: `M0,6h${SWATCH}`, stroke: fill, "stroke-width": 2.5 });
  if (legend.swatch === "dot") return svg("circle", { cx: 8, cy: 6, r: 4, ...ring });
  return svg("rect", { x: 2, y: 0, width: 12, height: 12, rx: 2, fill });
}

function drawCategories(space: Space, legend: CategoryLegend): Block {
  const { svg, width } = space;
  const group = svg("g", { "aria-label": "legend", "font-family": SANS, "font-size": FONT_SIZE, fill: "currentColor" });
  let [x, y] = [0, 0];
  if (legend.label) {
    const label = truncate(legend.label, FONT_SIZE, width);
    group.appendChild(svg("text", { y: 10, fill: colour.quiet }, label));
    x = textWidth(label, FONT_SIZE) + 12;
  }
  legend.entries.forEach(({ name }, i) => {
    const text = truncate(name, FONT_SIZE, width - SWATCH - 6);
    const wide = SWATCH + 6 + textWidth(text, FONT_SIZE);
    if (x > 0 && x + wide > width) [x, y] = [0, y + LINE];
    const at = `translate(${round(x)},${y})`;
    group.appendChild(
      svg("g", { transform: at }, swatchOf(space, legend, i), svg("text", { x: SWATCH + 6, y: 10 }, text)),
    );
    x += wide + 16;
  });
  return { node: group, width, height: y + LINE };
}

const BAR = 200;

function drawRamp(space: Space, legend: RampLegend): Block {
  const { svg, width } = space;
  const bar = Math.min(BAR, width);
  const lines = legend.label ? wrap(legend.label, FONT_SIZE, Math.max(width - bar - 12, 120)) : [];
  const labelWidth = Math.max(0, ...lines.map((line) => textWidth(line, FONT_SIZE)));
  const beside = labelWidth + 12 + bar <= width;
  const id = space.newId();
  const steps = 20;
  const stops = Array.from({ length: steps + 1 }, (_, i) => {
    const [red, green, blue, opacity] = legend.ramp(i / steps);
    return svg("stop", {
      offset: round(i / steps),
      "stop-color": css([red, green, blue, 1]),
      ...(opacity < 1 ? { "stop-opacity": opacity } : {}),
    });
  });
  const axis = chart(
    { ...space, width: bar },
    {
      x: {
        type: legend.type,
        domain: legend.domain,
        ticks: 4,
        ...(legend.tickFormat ? { tickFormat: legend.tickFormat } : {}),
      },
      y: { domain: [0, 1], axis: null },
      height: 10 + 10 + 26,
      marks: [
        (_index, _scales, _values, { marginLeft, marginRight, marginTop, width: whole }) =>
          svg("rect", {
            x: marginLeft,
            y: marginTop,
            width: whole - marginLeft - marginRight,
            height: 10,
            fill: `url(#${id})`,
            stroke: colour.line,
          }),
      ],
    },
  );
  axis.node.insertBefore(svg("defs", {}, svg("linearGradient", { id }, ...stops)), axis.node.firstChild);
  axis.node.setAttribute(
    "transform",
    beside
      ? `translate(${round((labelWidth > 0 ? labelWidth + 12 : 0) - axis.left)},-10)`
      : `translate(${-axis.left},${lines.length * 16 - 6})`,
  );
  const text = lines.map((line, i) => svg("text", { y: 9 + 16 * i, fill: colour.quiet }, line));
  const node = svg(
    "g",
    { "aria-label": "legend", "font-family": SANS, "font-size": FONT_SIZE, fill: "currentColor" },
    ...text,
    axis.node,
  );
  return { node, width, height: beside ? Math.max(34, 16 * lines.length) : 34 + 16 * lines.length };
}

/** Legends under each other. */
export function drawLegends(space: Space, legends: readonly Legend[]): Block {
  const node = space.svg("g", {});
  let height = 0;
  for (const legend of legends) {
    const drawn = legend.kind === "categories" ? drawCategories(space, legend) : drawRamp(space, legend);
    drawn.node.setAttribute("transform", `translate(0,${height})`);
    node.appendChild(drawn.node);
    height += drawn.height + 4;
  }
  return { node, width: space.width, height };
}
