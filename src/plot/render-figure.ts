/** @file Figures drawn as SVG. */

import { CajalError } from "../graph/error.ts";
import { checkFigure, nameOf } from "./check/check-figure.ts";
import { drawBody } from "./drawing/body.ts";
import { svgMaker } from "./drawing/canvas.ts";
import type { Space } from "./drawing/drawing.ts";
import { drawHeading, framed } from "./drawing/frame.ts";
import { serialize } from "./drawing/serialize.ts";
import { colour, FIGURE_STYLE } from "./drawing/theme.ts";
import type { Figure } from "./figure.ts";
import { sha256Base64 } from "./report/sha256.ts";

export interface RenderOptions {
  /** Makes the elements. A page's own by default; in Node.js `figureDocument()` of cajal/node. */
  readonly document?: Document;
  /** Draw the title above the figure. Default true. */
  readonly title?: boolean;
  /** Draw the caption under the figure. Default false: it goes into the description, for screen readers. */
  readonly caption?: boolean;
}

const MARGIN = 12;
const TITLE = 17;

function widthOf(figure: Figure): number {
  if (figure.kind === "panels") return figure.columns === 1 ? 640 : figure.columns === 2 ? 880 : 1040;
  return (figure.kind === "plot" && figure.width) || 640;
}

/**
 * A figure as the text of an SVG, with title, axes and legends. It is light or dark as the page that it stands in, or alone as the
 * system is. The same figure gives the same text, in Node.js and in pages (but that on screens with one pixel per pixel of CSS,
 * Observable Plot moves lines by half a pixel, to make them sharp).
 *
 * @throws CajalError `argument` when the data contradict themselves, naming the figure and the field
 *
 * @example
 * const svg = renderFigure({ kind: "plot", caption: "…", marks: [{ mark: "line", data, x: "step", y: "loss" }] }, { document });
 */
export function renderFigure(figure: Figure, options: RenderOptions = {}): string {
  checkFigure(figure);
  const document = options.document ?? globalThis.document;
  if (!document)
    throw new CajalError("argument", "renderFigure: there is no document outside a page", {
      advice: "Pass { document: figureDocument() }, from cajal/node.",
    });
  const svg = svgMaker(document);
  let ids = 0;
  const space: Space = { document, svg, width: widthOf(figure), name: nameOf(figure), newId: () => `id-${++ids}` };
  const { title, caption } = figure;
  const body = drawBody(figure, space);
  const heading = drawHeading(space, body, options.title === false ? undefined : title, TITLE);
  const whole = framed(space, heading, body, options.caption ? caption : undefined);
  whole.node.setAttribute("transform", `translate(${MARGIN},${MARGIN})`);
  // Only what has a role may have a name.
  for (const named of whole.node.querySelectorAll("[aria-label]:not([role])")) named.setAttribute("role", "group");
  const [width, height] = [whole.width + 2 * MARGIN, whole.height + 2 * MARGIN];
  const root = svg(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "cajal-figure",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-labelledby": "title",
      "aria-describedby": "description",
      color: colour.ink,
    },
    svg("title", { id: "title" }, title ?? caption),
    svg("desc", { id: "description" }, caption),
    svg("style", {}, FIGURE_STYLE),
    svg("rect", { class: "cajal-paper", width, height, fill: colour.paper }),
    whole.node,
  );
  // Ids that differ from figure to figure, and are the same when it is drawn again.
  const digest = sha256Base64(serialize(root, "id")).replaceAll(/[^A-Za-z0-9]/g, "");
  return serialize(root, `f${digest.slice(0, 8)}`);
}
