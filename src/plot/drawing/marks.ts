/** @file The marks of figures are those of Observable Plot, with our own defaults. */

import * as Plot from "@observablehq/plot";
import type { Mark, MarkName } from "../figure.ts";
import { colourChannels, columnChannels, numberChannels } from "../mark-options.ts";
import { colourOf } from "./colours.ts";
import { columnOf } from "./columns.ts";
import { colour } from "./theme.ts";

type MakeMark = (data: readonly unknown[], options: Record<string, unknown>) => Plot.Markish;

const { ink, quiet, blue } = { ink: "currentColor", quiet: colour.quiet, blue: colour.blue };

interface MarkKind {
  readonly make: MakeMark;
  /** What is not said is drawn so. `fill` and `stroke` are left out where the other one is given. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly fill?: string;
  readonly stroke?: string;
}

export const markKinds: Readonly<Record<MarkName, MarkKind>> = {
  areaX: { make: Plot.areaX, fill: blue, defaults: {} },
  areaY: { make: Plot.areaY, fill: blue, defaults: {} },
  arrow: { make: Plot.arrow, stroke: quiet, defaults: { strokeWidth: 1.25, headLength: 7 } },
  barX: { make: Plot.barX, fill: blue, defaults: {} },
  barY: { make: Plot.barY, fill: blue, defaults: {} },
  boxX: { make: Plot.boxX, fill: colour.line, stroke: ink, defaults: {} },
  boxY: { make: Plot.boxY, fill: colour.line, stroke: ink, defaults: {} },
  cell: { make: Plot.cell, fill: blue, defaults: {} },
  dot: { make: Plot.dot, stroke: blue, defaults: { r: 3, strokeWidth: 1.5 } },
  line: {
    make: Plot.line,
    stroke: blue,
    defaults: { strokeWidth: 1.75, strokeLinejoin: "round", strokeLinecap: "round" },
  },
  linearRegressionY: { make: Plot.linearRegressionY, stroke: quiet, defaults: {} },
  link: { make: Plot.link, stroke: quiet, defaults: {} },
  rect: { make: Plot.rect, fill: blue, defaults: {} },
  rectX: { make: Plot.rectX, fill: blue, defaults: {} },
  rectY: { make: Plot.rectY, fill: blue, defaults: {} },
  ruleX: { make: Plot.ruleX, stroke: quiet, defaults: {} },
  ruleY: { make: Plot.ruleY, stroke: quiet, defaults: {} },
  text: { make: Plot.text, fill: ink, defaults: { stroke: colour.paper, strokeWidth: 3 } },
  tickX: { make: Plot.tickX, stroke: blue, defaults: {} },
  tickY: { make: Plot.tickY, stroke: blue, defaults: {} },
  vector: { make: Plot.vector, stroke: quiet, defaults: {} },
};

const channels = new Set<string>([...numberChannels, ...columnChannels, ...colourChannels]);

/** What a kind of mark says where the data say nothing. */
function defaultsOf(mark: Mark): Record<string, unknown> {
  const { defaults, fill, stroke } = markKinds[mark.mark];
  const options: Record<string, unknown> = { ...defaults };
  const painted = mark.fill !== undefined || mark.stroke !== undefined;
  if (fill !== undefined && (!painted || mark.mark === "text")) options.fill = fill;
  if (stroke !== undefined && !painted) options.stroke = stroke;
  if (mark.mark.startsWith("area")) options.fillOpacity = mark.y1 !== undefined || mark.x1 !== undefined ? 0.2 : 0.75;
  // A rim of paper keeps text clear of what is under it; text that is itself the colour of paper stands on something.
  if (mark.mark === "text" && typeof mark.fill === "string" && colourOf(mark.fill) === colour.paper) {
    delete options.stroke;
    delete options.strokeWidth;
  }
  if (mark.mark === "dot" && mark.fill !== undefined && mark.stroke === undefined) options.strokeWidth = 0;
  return options;
}

/** A mark of Plot, with its columns as arrays. */
export function plotMark(mark: Mark): Plot.Markish {
  const options = defaultsOf(mark);
  for (const [key, value] of Object.entries(mark)) {
    if (key === "mark" || key === "data" || key === "tip") continue;
    const column = channels.has(key)
      ? columnOf(mark, value)?.map((cell) => (typeof cell === "boolean" ? String(cell) : cell))
      : undefined;
    const isColour = key === "fill" || key === "stroke";
    if (column) options[key] = isColour ? { value: column, scale: "color" } : column;
    else options[key] = isColour && typeof value === "string" ? colourOf(value) : value;
  }
  return markKinds[mark.mark].make(mark.data, options);
}
