/** @file How the run was made: options, environment, log. */

import { escapeHtml } from "../report/escape.ts";
import type { RunReport } from "../run-report.ts";
import { formatNumber } from "./words.ts";

function textOf(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
}

function list(title: string, entries: Readonly<Record<string, unknown>>): string {
  const items = Object.entries(entries).map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(textOf(value))}</dd></div>`,
  );
  return items.length > 0 ? `<div><h3>${title}</h3><dl class="facts">${items.join("")}</dl></div>` : "";
}

function logOf({ log }: RunReport): string {
  if (log.length === 0) return "";
  const count = `${log.length.toLocaleString("en")} ${log.length === 1 ? "line" : "lines"}`;
  return `<details class="log"><summary>Log, ${count}</summary><pre tabindex="0">${log.map(escapeHtml).join("\n")}</pre></details>`;
}

export function details(report: RunReport): string {
  return `
<section id="made"><h2>How it was made</h2>
<div class="made">${list("Options", report.options)}${list("Environment", report.environment)}</div>
${logOf(report)}</section>`;
}
