/** @file Descriptions as text that other programs read. */

import type { Description } from "./describe.ts";

const columns = ["layer", "unit", "description", "pmi", "logp", "dead"] as const;

/** Comma-separated values with a line of names (RFC 4180). */
export function descriptionsToCsv(descriptions: Iterable<Description>): string {
  const lines = [columns.join(",")];
  for (const { layer, unit, text, pmi, logp, dead } of descriptions)
    lines.push([quoted(layer), unit, quoted(text), pmi.toFixed(4), logp.toFixed(4), dead].join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
