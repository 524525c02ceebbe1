/** @file Words on coloured ground. */

import type { TextFigure } from "../figure.ts";
import { shareOf } from "./bitmap.ts";
import { round } from "./canvas.ts";
import type { Body, Space } from "./drawing.ts";
import { css, diverging, extent, heat, sheer, symmetric } from "./ramp.ts";
import { textWidth } from "./text.ts";

const SIZE = 14;
const LINE = 26;
/** Every letter has its cell: where a letter ends is known without a font. */
const MONO = 'ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace';
const LETTER = 0.605 * SIZE;

/** Pixels of a token: letters of double width are rare and need more. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += Math.max(LETTER, textWidth(letter, SIZE) > SIZE ? 2 * LETTER : LETTER);
  return width;
}

export function drawText(figure: TextFigure, space: Space): Body {
  const { svg } = space;
  const { scheme, domain: given, label } = figure.color;
  const found = given ?? extent(figure.tokens.map(({ value }) => value));
  const domain = scheme === "diverging" ? symmetric(found) : found;
  const ramp = scheme === "diverging" ? sheer(diverging, 0.65) : heat;
  const grounds = svg("g", { "aria-label": "values" });
  const texts = svg("g", { "aria-label": "words", "font-family": MONO, "font-size": SIZE, fill: "currentColor" });
  let [x, y] = [0, 0];
  for (const { text, value } of figure.tokens) {
    const lines = text.split("\n");
    lines.forEach((line, i) => {
      if (i > 0) [x, y] = [0, y + LINE];
      const width = widthOf(line);
      if (x > 0 && x + widthOf(line.trimEnd()) > space.width) [x, y] = [0, y + LINE];
      if (line === "") return;
      if (value !== null && line.trim() !== "") {
        const [red, green, blue, opacity] = ramp(shareOf(value, domain));
        const indent = widthOf(line.slice(0, line.length - line.trimStart().length));
        const ground = { x: round(x + indent), y, width: round(widthOf(line.trim())), height: LINE - 4, rx: 2 };
        grounds.appendChild(svg("rect", { ...ground, fill: css([red, green, blue, 1]), "fill-opacity": opacity }));
      }
      const fits = { textLength: round(width), lengthAdjust: "spacingAndGlyphs" };
      if (line.trim() !== "") texts.appendChild(svg("text", { x: round(x), y: y + 16, ...fits }, line));
      x += width;
    });
  }
  return {
    node: svg("g", {}, grounds, texts),
    width: space.width,
    height: y + LINE,
    left: 0,
    right: 0,
    legends: [{ kind: "ramp", label, ramp, type: "linear", domain }],
  };
}
