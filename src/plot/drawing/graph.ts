/** @file Networks: nodes and edges at given places. */

import type { GraphFigure } from "../figure.ts";
import { shareOf } from "./bitmap.ts";
import { round } from "./canvas.ts";
import { categoryColours } from "./colour-scale.ts";
import type { Body, Space } from "./drawing.ts";
import type { Legend } from "./legend.ts";
import { css, diverging, extent, sequentialMarks, symmetric } from "./ramp.ts";
import { textWidth } from "./text.ts";
import { colour, FONT_SIZE, SANS } from "./theme.ts";

const HEIGHT = { least: 140, most: 380 };
const RADIUS = { usual: 6, least: 4, most: 14 };
const MARGIN = 16;
const ARROW = 7;

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Nodes in pixels. */
function discsOf({ nodes, height: given }: GraphFigure, width: number): { discs: Map<string, Disc>; height: number } {
  const [x0, x1] = extent(nodes.map(({ x }) => x));
  const [y0, y1] = extent(nodes.map(({ y }) => y));
  const widest = Math.max(...nodes.map(({ label }) => (label ? textWidth(label, FONT_SIZE) : 0)));
  const side = Math.max(MARGIN + 4, widest / 2 + 4);
  const below = MARGIN + (widest > 0 ? 16 : 0);
  const wide = width - 2 * side;
  const flat = nodes.every(({ y }) => y === nodes[0].y);
  const wanted = flat ? 40 : Math.min(Math.max((wide * (y1 - y0)) / (x1 - x0), HEIGHT.least), HEIGHT.most);
  const high = given === undefined ? wanted : given - MARGIN - below;
  const [sizeLow, sizeHigh] = extent(nodes.map(({ size }) => size ?? null));
  const radiusOf = (size: number | undefined) =>
    size === undefined
      ? RADIUS.usual
      : RADIUS.least + (RADIUS.most - RADIUS.least) * shareOf(size, [sizeLow, sizeHigh]);
  const discs = nodes.map(({ id, x, y, size }): [string, Disc] => [
    id,
    {
      x: side + (wide * (x - x0)) / (x1 - x0),
      y: MARGIN + (high * (y - y0)) / (y1 - y0),
      radius: radiusOf(size),
    },
  ]);
  return { discs: new Map(discs), height: Math.round(high + MARGIN + below) };
}

/** A straight edge from rim to rim, with a head where it is directed. */
function edgePath(from: Disc, to: Disc, directed: boolean): { line: string; head?: string } {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < from.radius + to.radius) return { line: "" };
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const at = (x: number, y: number) => `${round(x)},${round(y)}`;
  const rim = to.radius + 1.5;
  const tip = [to.x - ux * rim, to.y - uy * rim] as const;
  if (!directed) return { line: `M${at(from.x, from.y)}L${at(to.x, to.y)}` };
  const base = [tip[0] - ux * ARROW, tip[1] - uy * ARROW] as const;
  const half = ARROW * 0.45;
  return {
    line: `M${at(from.x, from.y)}L${at(...base)}`,
    head: `M${at(...tip)}L${at(base[0] - uy * half, base[1] + ux * half)}L${at(base[0] + uy * half, base[1] - ux * half)}Z`,
  };
}

function drawEdges(
  figure: GraphFigure,
  space: Space,
  discs: ReadonlyMap<string, Disc>,
  colours: ReadonlyMap<string, string>,
) {
  const { svg } = space;
  const largest = Math.max(...figure.edges.map(({ weight = 1 }) => Math.abs(weight)), Number.MIN_VALUE);
  const group = svg("g", { "aria-label": "edges", fill: "none" });
  for (const { from, to, weight = 1, group: name } of figure.edges) {
    const [start, end] = [discs.get(from), discs.get(to)];
    if (!start || !end) continue;
    const share = Math.abs(weight) / largest;
    const stroke = (name !== undefined && colours.get(name)) || (weight < 0 ? colour.orange : colour.quiet);
    const opacity = round(0.25 + 0.65 * share);
    const { line, head } = edgePath(start, end, figure.directed ?? false);
    group.appendChild(
      svg("path", { d: line, stroke, "stroke-width": round(0.5 + 2.5 * share), "stroke-opacity": opacity }),
    );
    if (head) group.appendChild(svg("path", { d: head, fill: stroke, "fill-opacity": opacity }));
  }
  return group;
}

export function drawGraph(figure: GraphFigure, space: Space): Body {
  const { svg } = space;
  const { nodes, edges, color } = figure;
  const { discs, height } = discsOf(figure, space.width);
  const names = [...new Set([...nodes, ...edges].flatMap(({ group }) => (group === undefined ? [] : [group])))];
  const colours = new Map(names.map((name, i) => [name, categoryColours(names.length)[i]]));
  const found = color?.domain ?? extent(nodes.map(({ value }) => value ?? null));
  const domain = color?.scheme === "diverging" ? symmetric(found) : found;
  const ramp = color?.scheme === "diverging" ? diverging : sequentialMarks;
  const dots = svg("g", { "aria-label": "nodes", stroke: colour.paper, "stroke-width": 1.5 });
  const texts = svg("g", {
    "aria-label": "node labels",
    stroke: colour.paper,
    "stroke-width": 3,
    "paint-order": "stroke",
    "stroke-linejoin": "round",
  });
  for (const { id, group, label, value } of nodes) {
    const disc = discs.get(id);
    if (!disc) continue;
    const [cx, cy] = [round(disc.x), round(disc.y)];
    const grouped = (group !== undefined && colours.get(group)) || colour.blue;
    const [red, green, blue, opacity] = ramp(shareOf(value ?? 0, domain));
    const paint =
      value === undefined
        ? { fill: grouped }
        : { fill: css([red, green, blue, 1]), "fill-opacity": opacity, stroke: colour.quiet, "stroke-width": 1 };
    // What is seen through would show the edges: paper lies under it.
    if (value !== undefined) dots.appendChild(svg("circle", { cx, cy, r: round(disc.radius), fill: colour.paper }));
    dots.appendChild(svg("circle", { cx, cy, r: round(disc.radius), ...paint }));
    if (label) texts.appendChild(svg("text", { x: cx, y: round(cy + disc.radius + 14) }, label));
  }
  const node = svg(
    "g",
    { "font-family": SANS, "font-size": FONT_SIZE, "text-anchor": "middle", fill: "currentColor" },
    drawEdges(figure, space, discs, colours),
    dots,
    texts,
  );
  const entries = [...colours].map(([name, fill]) => ({ name, colour: fill }));
  const legends: Legend[] = [
    ...(entries.length > 0 ? [{ kind: "categories", swatch: "dot", entries } as const] : []),
    ...(color ? [{ kind: "ramp", label: color.label, ramp, type: "linear", domain } as const] : []),
  ];
  return { node, width: space.width, height, left: 0, right: 0, legends };
}
