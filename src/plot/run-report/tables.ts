/** @file The tables of the page: bars, metrics, and those of the experiment. */

import { escapeHtml } from "../report/escape.ts";
import type { ReportBar, ReportMetric, ReportTable, RunReport } from "../run-report.ts";
import { formatDemand, formatNumber, formatSpread, spreadOf } from "./words.ts";

/** HTML of a cell. On narrow pages every cell says which column it is of. */
interface CellOf {
  readonly html: string;
  readonly label: string;
  readonly kind?: string;
}

const cell = ({ html, label, kind }: CellOf): string =>
  `<td${kind ? ` class="${kind}"` : ""} data-label="${escapeHtml(label)}">${html}</td>`;

/** A quantity with its unit. */
const withUnit = (text: string, unit: string | undefined): string =>
  escapeHtml(text) + (unit && text !== "–" ? ` <span class="unit">${escapeHtml(unit)}</span>` : "");

function verdict({ met, reached }: ReportBar): string {
  if (reached === undefined) return `<span class="verdict open">not measured</span>`;
  return met ? `<span class="verdict met">met</span>` : `<span class="verdict missed">missed</span>`;
}

function barRow(bar: ReportBar, metric: ReportMetric | undefined, several: boolean): string {
  const { deviation, count } = spreadOf(metric?.values ?? []);
  const overMean = several && bar.over !== "every seed" && count > 1 && typeof bar.reached === "number";
  const reached = overMean ? formatSpread(bar.reached ?? Number.NaN, deviation) : formatNumber(bar.reached);
  const how = several
    ? `<span class="how">${bar.over === "every seed" ? "the worst of all seeds" : "mean over seeds"}</span>`
    : "";
  const paper = typeof bar.paper === "number" ? formatNumber(bar.paper) : (bar.paper ?? "–");
  const cells = [
    cell({ label: "", kind: "state", html: verdict(bar) }),
    `<th scope="row">${escapeHtml(bar.metric)}</th>`,
    cell({ label: "must reach", kind: "number", html: escapeHtml(formatDemand(bar)) }),
    cell({ label: "reached", kind: "number reached", html: withUnit(reached, metric?.unit) + how }),
    cell({ label: "paper", kind: "number paper", html: escapeHtml(paper) }),
  ];
  const note = bar.note ? `<tr class="note"><td></td><td colspan="4">${escapeHtml(bar.note)}</td></tr>` : "";
  return `<tr>${cells.join("")}</tr>${note}`;
}

/** What had to be reached. */
export function barTable({ bars, metrics, seeds }: RunReport): string {
  if (bars.length === 0) return "";
  const rows = bars.map((bar) =>
    barRow(
      bar,
      metrics.find(({ name }) => name === bar.metric),
      seeds.length > 1,
    ),
  );
  return `
<section id="bars"><h2>What it must reach</h2>
<table class="bars stacked">
<thead><tr><th scope="col"><span class="hidden">met or not</span></th><th scope="col">metric</th><th scope="col" class="number">must reach</th><th scope="col" class="number">reached</th><th scope="col" class="number">paper</th></tr></thead>
<tbody>${rows.join("\n")}</tbody>
</table></section>`;
}

function metricRow({ name, unit, values }: ReportMetric, seeds: readonly number[]): string {
  const { mean, deviation, count } = spreadOf(values);
  const summary = count === 0 ? "–" : formatSpread(mean, deviation);
  const each =
    seeds.length > 1
      ? seeds.map((seed, i) =>
          cell({ label: `seed ${seed}`, kind: "number", html: escapeHtml(formatNumber(values[i])) }),
        )
      : [];
  return (
    `<tr><th scope="row">${escapeHtml(name)}</th>` +
    `${cell({ label: seeds.length > 1 ? "mean ± sd" : "value", kind: "number reached", html: withUnit(summary, unit) })}${each.join("")}</tr>`
  );
}

/** Metrics that no bar is about; over several seeds all of them, with every seed. */
export function metricTable({ bars, metrics, seeds }: RunReport): string {
  const several = seeds.length > 1;
  const shown = several ? metrics : metrics.filter(({ name }) => !bars.some(({ metric }) => metric === name));
  if (shown.length === 0) return "";
  const columns = several ? ["mean ± sd", ...seeds.map((seed) => `seed ${seed}`)] : ["value"];
  const heads = columns.map((column) => `<th scope="col" class="number">${escapeHtml(column)}</th>`);
  return `
<section id="metrics"><h2>${several ? "All metrics, seed by seed" : "Other metrics"}</h2>
<div class="scroll"><table class="metrics">
<thead><tr><th scope="col">metric</th>${heads.join("")}</tr></thead>
<tbody>${shown.map((metric) => metricRow(metric, seeds)).join("\n")}</tbody>
</table></div></section>`;
}

const isNumeric = (table: ReportTable, column: number): boolean =>
  table.rows.every((row) => typeof row[column] !== "string") &&
  table.rows.some((row) => typeof row[column] === "number");

function dataTable(table: ReportTable): string {
  const kinds = table.columns.map((_, i) => (isNumeric(table, i) ? ` class="number"` : ""));
  const heads = table.columns.map((column, i) => `<th scope="col"${kinds[i]}>${escapeHtml(column)}</th>`);
  const rows = table.rows.map((row) => {
    const cells = table.columns.map((_, i) => {
      const value = row[i];
      return `<td${kinds[i]}>${escapeHtml(typeof value === "string" ? value : formatNumber(value))}</td>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  const about = table.caption ? `<p class="about">${escapeHtml(table.caption)}</p>` : "";
  return `
<h3>${escapeHtml(table.name)}</h3>${about}
<div class="scroll"><table><thead><tr>${heads.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

export function dataTables({ tables }: RunReport): string {
  return tables.length > 0 ? `<section id="tables"><h2>Tables</h2>${tables.map(dataTable).join("")}</section>` : "";
}
