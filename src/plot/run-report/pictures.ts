/** @file Curves and figures on the page. */

import { CajalError } from "../../graph/error.ts";
import { FIGURE_STYLE } from "../drawing/theme.ts";
import { renderFigure } from "../render-figure.ts";
import { escapeHtml } from "../report/escape.ts";
import type { ReportFigure, RunReport } from "../run-report.ts";
import { curveFigures } from "./curves.ts";
import { titleOf } from "./words.ts";

/** Figures that are wider are scrolled on small screens, not shrunk until their words cannot be read. */
const WIDE = 480;
const WIDER = 760;

/** The page has the style of figures once. */
function withoutStyle(svg: string): string {
  return svg.replace(`<style>${FIGURE_STYLE}</style>`, "");
}

/** @throws CajalError `argument` when the text is no picture */
function pictureOf({ name, svg }: ReportFigure): string {
  if (!/^<svg[\s>][\s\S]*<\/svg>\s*$/.test(svg) || /<script|<foreignObject/i.test(svg))
    throw new CajalError("argument", `run report: the figure "${name}" is not an SVG by renderFigure`);
  const width = Number(/^<svg[^>]*?\swidth="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const wide = width > WIDE ? ` wide${width > WIDER ? " wider" : ""}" tabindex="0` : "";
  return `<div class="picture${wide}">${withoutStyle(svg)}</div>`;
}

function figureOf(figure: ReportFigure): string {
  const titled = figure.svg.includes(`class="cajal-title"`);
  const title = titled ? "" : `<h3>${escapeHtml(figure.title ?? titleOf(figure.name))}</h3>`;
  return `<figure>${title}${pictureOf(figure)}<figcaption>${escapeHtml(figure.caption)}</figcaption></figure>`;
}

export function figures(report: RunReport): string {
  if (report.figures.length === 0) return "";
  return `<section id="figures"><h2>Figures</h2>${report.figures.map(figureOf).join("\n")}</section>`;
}

export function curves(report: RunReport, document: Document | undefined): string {
  const drawn = curveFigures(report).map(({ name, figure }) => {
    const svg = renderFigure(figure, document ? { document } : {});
    return `<figure><h3>${escapeHtml(name)}</h3>${withoutStyle(svg)}</figure>`;
  });
  return drawn.length > 0
    ? `<section id="curves"><h2>Curves</h2><div class="curves">${drawn.join("\n")}</div></section>`
    : "";
}
