/** @file The top of the page: which method, how it went, in a few figures. */

import { escapeHtml } from "../report/escape.ts";
import type { RunReport } from "../run-report.ts";
import { formatDuration, titleOf } from "./words.ts";

const states: Readonly<Record<RunReport["state"], string>> = {
  finished: "finished",
  failed: "failed",
  interrupted: "was interrupted",
  running: "is not finished yet",
};

/** A link, where the address is one of the web; the plain text otherwise. */
function link(address: string, text: string): string {
  if (!/^https?:\/\/[^\s"'<>]+$/.test(address)) return escapeHtml(text);
  return `<a href="${escapeHtml(address)}" rel="noreferrer">${escapeHtml(text)}</a>`;
}

function citation({ method }: RunReport): string {
  const { title, authors, year, venue, arxiv, doi, code } = method;
  const places = [
    ...(arxiv ? [link(`https://arxiv.org/abs/${arxiv}`, `arXiv:${arxiv}`)] : []),
    ...(doi ? [link(`https://doi.org/${doi}`, `doi:${doi}`)] : []),
    ...(code ? [link(code, "the authors’ code")] : []),
  ];
  return (
    `<p class="citation">${escapeHtml(authors)}: <cite>${escapeHtml(title)}</cite>, ` +
    `${venue ? `${escapeHtml(venue)}, ` : ""}${year}${places.length > 0 ? ` · ${places.join(" · ")}` : ""}</p>`
  );
}

function facts(report: RunReport): string {
  const { bars, seeds, seconds } = report;
  const met = bars.filter((bar) => bar.met).length;
  const numbers: [name: string, value: string, kind?: string][] = [
    ...(bars.length > 0
      ? ([[bars.length === 1 ? "bar met" : "bars met", `${met} of ${bars.length}`, "explained"]] satisfies [
          string,
          string,
          string,
        ][])
      : []),
    [seeds.length === 1 ? "seed" : "seeds", seeds.length <= 3 ? seeds.join(", ") : String(seeds.length)],
    ["time", formatDuration(seconds)],
  ];
  const items = numbers.map(
    ([name, value, kind]) =>
      `<div${kind ? ` class="${kind}"` : ""}><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="figures">${items.join("")}</dl>`;
}

function notes({ state, error, notes = [] }: RunReport): string {
  const stopped =
    state === "finished"
      ? []
      : [
          `<b>The run ${states[state]}.</b> ${error ? `${escapeHtml(error)} ` : ""}What it had found until then is below; bars without a figure are not judged.`,
        ];
  const list = [...stopped, ...notes.map(escapeHtml)].map((note) => `<li>${note}</li>`);
  return list.length > 0 ? `<ul class="notes">${list.join("")}</ul>` : "";
}

export function masthead(report: RunReport): string {
  const { method, command, seeds } = report;
  const kind = seeds.length > 1 ? `${seeds.length} runs` : "run report";
  return `
<header class="masthead">
  <div class="brand"><span>Cajal</span> ${kind} · ${escapeHtml(method.family)}</div>
  <h1>${escapeHtml(titleOf(method.slug))}</h1>
  <p class="lede">${escapeHtml(method.summary)}</p>
  ${citation(report)}
  ${facts(report)}
  ${notes(report)}
  ${command ? `<div class="command"><code>${escapeHtml(command)}</code></div>` : ""}
</header>`;
}
