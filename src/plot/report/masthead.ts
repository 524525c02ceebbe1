/** @file The top of the page: what was looked at, with which pictures, and what must be known to trust it. */

import type { NeuronReport } from "../neuron-report.ts";
import { countNeurons } from "./catalogue.ts";
import { formatCount } from "./count.ts";
import { escapeHtml } from "./escape.ts";

function figures(report: NeuronReport): string {
  const counts = report.layers.map((layer) => countNeurons(layer.neurons));
  const sum = (of: (count: (typeof counts)[number]) => number) => counts.reduce((total, count) => total + of(count), 0);
  const numbers: [string, string, string?][] = [
    ["layers", formatCount(report.layers.length)],
    ["neurons", formatCount(sum(({ live, dead }) => live + dead))],
    ...(report.data.concepts > 0
      ? ([["explained", formatCount(sum(({ explained }) => explained)), "explained"]] satisfies [
          string,
          string,
          string,
        ][])
      : []),
    ["dead", formatCount(sum(({ dead }) => dead))],
    ["pictures", formatCount(report.data.pictures)],
    ["concepts", formatCount(report.data.concepts)],
  ];
  const items = numbers.map(
    ([name, value, kind]) => `<div${kind ? ` class="${kind}"` : ""}><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return `<dl class="figures">${items.join("")}</dl>`;
}

function notes(report: NeuronReport): string {
  const { skipped, concepts } = report.data;
  const silent =
    concepts === 0
      ? "<li><b>No words:</b> the pictures came without labels, so every neuron is shown by what excites it and none is named. " +
        "For words, put the pictures in one folder per label (<code>cat/</code>, <code>dog/</code>, …), or add masks under " +
        "<code>concepts/</code>, and make the report again.</li>"
      : "";
  const list = `${silent}${report.notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("")}`;
  const files = skipped.map(({ file, reason }) => `<li><code>${escapeHtml(file)}</code> ${escapeHtml(reason)}</li>`);
  const count = `${formatCount(skipped.length)} ${skipped.length === 1 ? "file was" : "files were"} skipped`;
  return (
    (list ? `<ul class="notes">${list}</ul>` : "") +
    (files.length > 0 ? `<details class="skipped"><summary>${count}</summary><ul>${files.join("")}</ul></details>` : "")
  );
}

const READING = `
<details class="reading"><summary>How to read this page</summary>
<p>Each card is one neuron, a unit of the layer, under its address <code>layer:unit</code>. Its pictures are those of the
data that excite it most, strongest first, cut to the region that the unit sees. Inside the yellow line the unit is above its
<b>level</b>, the activation that it exceeds at 0.5 % of all positions; what is outside is dimmed.</p>
<p>The word is the labelled concept that overlaps best with where the unit is above its level. <b>IoU</b> is the area of
that overlap over the area of both together. A word is only given when shuffled labels would rarely do as well; otherwise
the best candidate is shown in grey. It is a correlation on these pictures: to test it, silence the unit and see what changes.</p>
<p>A <b>dead</b> unit was never above zero on these pictures. The small histogram shows all activations, counts on a
logarithmic scale, with the level marked.</p>
<p>Keys: <kbd>/</kbd> search, arrows move between cards, <kbd>Enter</kbd> opens one, <kbd>←</kbd> <kbd>→</kbd> go on from
there, <kbd>Esc</kbd> closes. The address bar keeps layer, neuron, search, filter and order: copy it to share what you see.</p>
</details>`;

/** The header of the page. */
export function masthead(report: NeuronReport): string {
  const { model, data } = report;
  return `
<header class="masthead">
  <div class="brand"><span>Cajal</span> neuron report <button id="theme" type="button">Dark</button></div>
  <h1>${escapeHtml(report.title)}</h1>
  <p class="lede"><b>${escapeHtml(model.name)}</b>, ${formatCount(model.parameters)} parameters, input
    ${escapeHtml(model.input)}, seen through the ${formatCount(data.pictures)} pictures of <b>${escapeHtml(data.name)}</b></p>
  ${figures(report)}
  ${notes(report)}
  ${READING}
  <div class="command"><code>${escapeHtml(report.command)}</code><button type="button" class="copy">Copy</button></div>
</header>`;
}
