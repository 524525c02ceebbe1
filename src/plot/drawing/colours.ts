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
  // Okabe and Ito's own numbers: ours are the same hues, with a form for the dark.
  "#0072b2": "blue",
  "#d55e00": "orange",
  "#009e73": "green",
  "#cc79a7": "purple",
  "#e69f00": "amber",
  "#56b4e9": "sky",
  "#f0e442": "olive",
  "#000000": "ink",
};

/** A colour as it is written in an SVG, or undefined when the text is none: a name of the theme, `#rrggbb`, `currentColor`, `none`. */
export function colourOf(text: string): string | undefined {
  if (text === "none" || text === "transparent") return "none";
  if (text === "currentColor") return text;
  const lower = text.toLowerCase();
  const name = Object.hasOwn(aliases, lower) ? aliases[lower] : text;
  if (name === "ink") return "currentColor";
  if (/^#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(name)) return name.toLowerCase();
  return Object.hasOwn(colour, name) ? colour[name as ColourName] : undefined;
}

/** What may stand where a colour is asked for, for messages. */
export const colourNames = ["blue", "orange", "green", "purple", "amber", "sky", "olive", "grey", "ink", "quiet"].join(
  ", ",
);
