/** @file Descriptions as others want them: text that programs read, words of a report. */

import type { ReportDescription } from "../../../plot/index.ts";
import type { Description } from "./describe.ts";

const columns = ["layer", "unit", "description", "pmi", "logp", "dead"] as const;

/** Comma-separated values with a line of names (RFC 4180). */
export function descriptionsToCsv(descriptions: Iterable<Description>): string {
  const lines = [columns.join(",")];
  for (const { layer, unit, text, pmi, logp, dead } of descriptions)
    lines.push([quoted(layer), unit, quoted(text), pmi.toFixed(4), logp.toFixed(4), dead].join(","));
  return `${lines.join("\r\n")}\r\n`;
}

/** What a report says of a unit: nothing of a dead one, nor of one for which no words were found. */
export function spoken({ dead, text, pmi, runnersUp }: Description): ReportDescription | undefined {
  return dead || text === "" ? undefined : { text, pmi, runnersUp };
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
