/** @file A report on runs of a method as one HTML file that needs nothing but a browser. */

import { escapeHtml } from "../report/escape.ts";
import { ICON } from "../report/icon.ts";
import { sha256Base64 } from "../report/sha256.ts";
import type { RunReport } from "../run-report.ts";
import { details } from "./details.ts";
import { masthead } from "./masthead.ts";
import { curves, figures } from "./pictures.ts";
import { runStyle } from "./style.ts";
import { barTable, dataTables, metricTable } from "./tables.ts";
import { titleOf } from "./words.ts";

/** Only the styles of the page and of its figures count, no script runs, and nothing is fetched. */
function policyOf(styles: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src ${styles.map((style) => `'sha256-${sha256Base64(style)}'`).join(" ")}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/**
 * The report as one HTML page: bars, metrics, curves, figures, tables, options, log. It needs no script and no network; it is light or
 * dark as the system is, and prints.
 *
 * @param options `document` makes the elements of the curves; needed outside a page, as for `renderFigure`
 * @throws CajalError `argument` when a figure is no SVG
 *
 * @example
 * await writeFile("report.html", renderRunReport(report, { document: figureDocument() }));
 */
export function renderRunReport(report: RunReport, options: { readonly document?: Document } = {}): string {
  const { method, version, created } = report;
  const style = runStyle();
  const main = [
    barTable(report),
    figures(report),
    curves(report, options.document),
    metricTable(report),
    dataTables(report),
    details(report),
  ].join("\n");
  // Figures of another version bring a style of their own.
  const foreign = [...main.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, text]) => text);
  const title = `${titleOf(method.slug)}: ${report.seeds.length > 1 ? `${report.seeds.length} seeds` : `seed ${report.seeds.join()}`}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf([style, ...new Set(foreign)])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Cajal ${escapeHtml(version ?? "")}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${ICON}">
<style>${style}</style>
</head>
<body>
${masthead(report)}
<main>
${main}
</main>
<footer class="foot">Made by Cajal${version ? ` ${escapeHtml(version)}` : ""}${created ? ` on ${escapeHtml(created.slice(0, 10))}` : ""}. Works offline: everything is in this file.</footer>
</body>
</html>
`;
}
