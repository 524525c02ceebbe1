/** @file A figure whole: title, legends, body and caption under each other. */

import type { Block, Body, Space } from "./drawing.ts";
import { drawLegends } from "./legend.ts";
import { wrap } from "./text.ts";
import { textBoxes } from "./text-boxes.ts";
import { colour, FONT_SIZE, SANS, SERIF } from "./theme.ts";

const LINE = 1.3;

function lines(space: Space, text: readonly string[], size: number, fill: string, family: string): SVGElement {
  const { svg } = space;
  return svg(
    "g",
    { "font-family": family, "font-size": size, fill },
    ...text.map((line, i) => svg("text", { y: Math.round(size * (0.85 + LINE * i)) }, line)),
  );
}

/** Puts a block into a group, below what is there. */
function place(into: SVGElement, child: SVGElement, y: number): void {
  if (y !== 0) child.setAttribute("transform", `translate(0,${y})`);
  into.appendChild(child);
}

/** Title and legends. */
export function drawHeading(space: Space, body: Body, title: string | undefined, size: number): Block {
  const node = space.svg("g", {});
  let height = 0;
  if (title) {
    const text = wrap(title, size, space.width);
    const drawn = lines(space, text, size, "currentColor", SERIF);
    drawn.setAttribute("class", "cajal-title");
    node.appendChild(drawn);
    height += Math.round(size * LINE * text.length) + 8;
  }
  if (body.legends.length > 0) {
    const legends = drawLegends(space, body.legends);
    place(node, legends.node, height);
    height += legends.height + 4;
  }
  return { node, width: space.width, height };
}

/** @param header pixels for the heading: panels side by side get the same */
export function framed(space: Space, heading: Block, body: Body, caption?: string, header = heading.height): Block {
  const node = space.svg("g", {});
  place(node, heading.node, 0);
  place(node, space.svg("g", {}, body.node), header);
  let height = header + body.height;
  if (caption) {
    const text = wrap(caption, FONT_SIZE, space.width);
    height += 12;
    place(node, lines(space, text, FONT_SIZE, colour.quiet, SANS), height);
    height += Math.round(FONT_SIZE * LINE * text.length) + 4;
  }
  // What is narrow needs no empty paper beside it.
  const right = Math.max(body.width, ...textBoxes(heading.node).map((box) => box.right + 8));
  return { node, width: Math.ceil(caption ? Math.max(space.width, right) : right), height };
}
