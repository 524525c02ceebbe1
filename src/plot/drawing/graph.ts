/** @file Networks: nodes and edges at given places. */

import type { GraphFigure } from "../figure.ts";
import { round } from "./canvas.ts";
import type { Body, Space } from "./drawing.ts";
import type { CategoryLegend } from "./legend.ts";
import { categoryColours } from "./plot.ts";
import { extent } from "./ramp.ts";
import { textWidth } from "./text.ts";
import { colour, FONT_SIZE, SANS } from "./theme.ts";

const HEIGHT = { least: 160, most: 480 };
const RADIUS = 6;
const MARGIN = 16;

/** Distinct names of groups, with a colour each. */
function coloursOf(groups: readonly (string | undefined)[]): Map<string, string> {
  const names = [...new Set(groups.filter((group) => group !== undefined))];
  const colours = categoryColours(names.length);
  return new Map(names.map((name, i) => [name, colours[i]]));
}

export function drawGraph(figure: GraphFigure, space: Space): Body {
  const { svg } = space;
  const { nodes, edges } = figure;
  const colours = coloursOf([...nodes, ...edges].map(({ group }) => group));
  const [x0, x1] = extent(nodes.map(({ x }) => x));
  const [y0, y1] = extent(nodes.map(({ y }) => y));
  const labels = nodes.map(({ label }) => (label ? textWidth(label, FONT_SIZE) : 0));
  const side = MARGIN + Math.max(...labels) / 2;
  const [sizeLow, sizeHigh] = extent(nodes.map(({ size }) => size ?? null));
  const radii = nodes.map(({ size }) =>
    size === undefined ? RADIUS : 4 + (10 * (size - sizeLow)) / (sizeHigh - sizeLow),
  );
  const wide = space.width - 2 * side;
  const high = Math.min(Math.max((wide * (y1 - y0)) / (x1 - x0), HEIGHT.least), HEIGHT.most);
  const places = new Map(
    nodes.map(({ id, x, y }) => [
      id,
      [round(side + (wide * (x - x0)) / (x1 - x0)), round(MARGIN + 4 + (high * (y - y0)) / (y1 - y0))] as const,
    ]),
  );
  const largest = Math.max(...edges.map(({ weight = 1 }) => Math.abs(weight)), 1e-12);
  const lines = svg("g", { "aria-label": "edges", fill: "none", "stroke-linecap": "round" });
  for (const { from, to, weight = 1, group } of edges) {
    const [start, end] = [places.get(from), places.get(to)];
    if (!start || !end) continue;
    const share = Math.abs(weight) / largest;
    lines.appendChild(
      svg("path", {
        d: `M${start}L${end}`,
        stroke:
          group === undefined ? (weight < 0 ? colour.orange : colour.quiet) : (colours.get(group) ?? colour.quiet),
        "stroke-width": round(0.5 + 2.5 * share),
        "stroke-opacity": round(0.25 + 0.6 * share),
      }),
    );
  }
  const discs = svg("g", { "aria-label": "nodes", stroke: colour.paper, "stroke-width": 1.5 });
  const texts = svg("g", {
    "aria-label": "node labels",
    stroke: colour.paper,
    "stroke-width": 3,
    "paint-order": "stroke",
    "stroke-linejoin": "round",
  });
  nodes.forEach(({ id, group, label }, i) => {
    const [cx, cy] = places.get(id) ?? [0, 0];
    discs.appendChild(
      svg("circle", { cx, cy, r: round(radii[i]), fill: (group !== undefined && colours.get(group)) || colour.blue }),
    );
    if (label) texts.appendChild(svg("text", { x: cx, y: round(cy + radii[i] + 14) }, label));
  });
  const node = svg(
    "g",
    { "font-family": SANS, "font-size": FONT_SIZE, "text-anchor": "middle", fill: "currentColor" },
    lines,
    discs,
    texts,
  );
  const legend: CategoryLegend = {
    kind: "categories",
    swatch: "dot",
    entries: [...colours].map(([name, fill]) => ({ name, colour: fill })),
  };
  const height = Math.round(high + 2 * MARGIN + 4 + (labels.some((width) => width > 0) ? 16 : 0));
  return { node, width: space.width, height, left: 0, right: 0, legends: colours.size > 0 ? [legend] : [] };
}
