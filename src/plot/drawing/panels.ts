/** @file Several figures as one: side by side, with their plot areas in line. */

import type { Figure, Panels } from "../figure.ts";
import type { Body, Space } from "./drawing.ts";
import { drawHeading, framed } from "./frame.ts";

const GAP = { across: 32, down: 24 };
const TITLE = 14;

/** @param drawBody draws a panel; it is passed in, for panels may hold panels */
export function drawPanels(figure: Panels, space: Space, drawBody: (figure: Figure, space: Space) => Body): Body {
  const columns = Math.min(figure.columns, figure.panels.length);
  const width = Math.floor((space.width - GAP.across * (columns - 1)) / columns);
  const own = { ...space, width };
  const first = figure.panels.map((panel) => drawBody(panel, own));
  const inColumn = (i: number) => first.filter((_, j) => j % columns === i % columns);
  const common = JSON.stringify(first[0].legends);
  const shared =
    first.length > 1 && first[0].legends.length > 0 && first.every(({ legends }) => JSON.stringify(legends) === common);
  const bodies = figure.panels.map((panel, i) => {
    const left = Math.max(...inColumn(i).map((body) => body.left));
    const right = Math.max(...inColumn(i).map((body) => body.right));
    const { left: l, right: r } = first[i];
    const same = (left === l && right === r) || l + r === 0;
    const body = same ? first[i] : drawBody(panel, { ...own, left, right });
    return shared ? { ...body, legends: [] } : body;
  });
  const headings = bodies.map((body, i) => drawHeading(own, body, figure.panels[i].title, TITLE));
  const node = space.svg("g", {});
  let y = 0;
  for (let from = 0; from < bodies.length; from += columns) {
    const row = bodies.slice(from, from + columns).map((_, i) => from + i);
    const header = Math.max(...row.map((i) => headings[i].height));
    const panels = row.map((i) => framed(own, headings[i], bodies[i], undefined, header));
    panels.forEach((panel, i) => {
      panel.node.setAttribute("transform", `translate(${i * (width + GAP.across)},${y})`);
      node.appendChild(panel.node);
    });
    y += Math.max(...panels.map(({ height }) => height)) + GAP.down;
  }
  return { node, width: space.width, height: y - GAP.down, left: 0, right: 0, legends: shared ? first[0].legends : [] };
}
