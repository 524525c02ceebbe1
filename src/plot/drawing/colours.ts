/** @file Colours that data ask for. */

import { type ColourName, colour } from "./theme.ts";

/** Names of CSS that mean one of ours: those of CSS are too loud, and the same in the dark. */
const aliases: Readonly<Record<string, ColourName>> = {
  black: "ink",
  white: "paper",
  red: "orange",
  gray: "grey",
  lightgray: "line",
  lightgrey: "line",
  darkgray: "quiet",
  darkgrey: "quiet",
  steelblue: "blue",
  yellow: "amber",
  violet: "purple",
};

/** A colour as it is written in an SVG, or undefined when the text is none: a name of the theme, `#rrggbb`, `currentColor`, `none`. */
export function colourOf(text: string): string | undefined {
  if (text === "none" || text === "transparent") return "none";
  if (text === "currentColor") return text;
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text)) return text.toLowerCase();
  const name = Object.hasOwn(aliases, text) ? aliases[text] : text;
  if (name === "ink") return "currentColor";
  return Object.hasOwn(colour, name) ? colour[name as ColourName] : undefined;
}

/** What may stand where a colour is asked for, for messages. */
export const colourNames = ["blue", "orange", "green", "purple", "amber", "sky", "olive", "grey", "ink", "quiet"].join(
  ", ",
);
