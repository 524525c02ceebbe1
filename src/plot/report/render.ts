/** @file A report on the neurons of a network as one HTML file that needs nothing but a browser. */

import { CajalError } from "../../graph/error.ts";
import type { NeuronReport, ReportExemplar } from "../neuron-report.ts";
import { catalogueOf } from "./catalogue.ts";
import { dataBlocks } from "./data-blocks.ts";
import { escapeHtml, jsonForHtml } from "./escape.ts";
import { ICON } from "./icon.ts";
import { pageBody } from "./page.ts";
import { pageScript } from "./script.ts";
import { sha256Base64 } from "./sha256.ts";
import { pageStyle } from "./style/page.ts";

function checkExemplar({ picture, map }: ReportExemplar, pictures: number, address: string): void {
  if (!Number.isInteger(picture) || picture < 0 || picture >= pictures) {
    throw new CajalError("argument", `Report: an exemplar of ${address} names picture ${picture} of ${pictures}`);
  }
  if (map && map.values.length !== map.rows * map.columns) {
    const cells = `${map.rows} × ${map.columns}`;
    throw new CajalError("argument", `Report: a map of ${address} has ${map.values.length} values for ${cells} cells`);
  }
}

/** Everything up to the data. Only this page's own script and style may run, and nothing may be fetched. */
function* opening(report: NeuronReport): Iterable<string> {
  const style = pageStyle();
  const script = pageScript();
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256Base64(script)}'`,
    `style-src 'sha256-${sha256Base64(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Cajal ${escapeHtml(report.version)}">
<title>${escapeHtml(report.title)}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>`;
  yield pageBody(report);
  yield `\n<script type="application/json" id="catalogue">${jsonForHtml(catalogueOf(report))}</script>\n`;
  yield `<script>${script}</script>\n`;
}

/**
 * The report as the pieces of one HTML file, in order: to be written one after the other, never held as one string.
 *
 * The page comes first and works while the rest still loads. Pictures and neurons follow as blocks of base64 in script
 * elements that do not run; the page decodes those that come into view.
 *
 * @throws CajalError "argument" where an exemplar names a picture that is not there or a map has the wrong size
 *
 * @example
 * for (const piece of renderNeuronReport(report)) file.write(piece);
 */
export function* renderNeuronReport(report: NeuronReport): Iterable<string> {
  for (const layer of report.layers) {
    for (const { unit, exemplars } of layer.neurons) {
      for (const exemplar of exemplars) checkExemplar(exemplar, report.pictures.length, `${layer.name}:${unit}`);
    }
  }
  yield* opening(report);
  yield* dataBlocks(report);
  yield "</body>\n</html>\n";
}
