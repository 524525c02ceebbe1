/** @file The page's HTML without its data: masthead, layer list, toolbar, empty sheet, dialog. */

import type { NeuronReport, ReportLayer } from "../neuron-report.ts";
import { countNeurons } from "./catalogue.ts";
import { formatCount } from "./count.ts";
import { escapeHtml } from "./escape.ts";
import { masthead } from "./masthead.ts";

/** Where the page says how many neurons of a layer match the search. */
const MATCHES = `<span class="layer-matches"></span>`;

/** A bar of `total` units split into explained, unexplained and dead ones. */
function layerBar({ neurons }: ReportLayer): string {
  const { explained, live, dead } = countNeurons(neurons);
  const total = Math.max(neurons.length, 1);
  const rect = (kind: string, from: number, size: number): string =>
    size > 0
      ? `<rect class="${kind}" x="${((100 * from) / total).toFixed(2)}" width="${((100 * size) / total).toFixed(2)}" height="4"/>`
      : "";
  return (
    `<svg class="layer-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">` +
    `${rect("explained", 0, explained)}${rect("live", explained, live - explained)}${rect("dead", live, dead)}</svg>`
  );
}

/** A path that may break into lines after its slashes and underscores. */
function breakable(name: string): string {
  return escapeHtml(name).replaceAll(/[/_]/g, "$&<wbr>");
}

function layerLink(layer: ReportLayer, index: number): string {
  const { explained, dead } = countNeurons(layer.neurons);
  const units = layer.neurons.length;
  const counts = [
    `${formatCount(units)} ${units === 1 ? "unit" : "units"}`,
    explained > 0 ? `${formatCount(explained)} explained` : "",
    dead > 0 ? `${formatCount(dead)} dead` : "",
  ].filter(Boolean);
  const href = `#${new URLSearchParams({ layer: layer.name })}`;
  return (
    `<li><a href="${escapeHtml(href)}" data-index="${index}" title="${escapeHtml(layer.name)}">` +
    `<span class="layer-link-name">${breakable(layer.name)}</span>` +
    `<span class="layer-link-facts">${escapeHtml(layer.kind)} · ${escapeHtml(layer.shape.join("×"))}${MATCHES}</span>` +
    `<span class="layer-link-facts">${counts.join(" · ")}</span>` +
    `${layerBar(layer)}</a></li>`
  );
}

function layerList(report: NeuronReport): string {
  const units = report.layers.reduce((sum, layer) => sum + layer.neurons.length, 0);
  const all =
    `<li><a href="#layer=" data-index="-1"><span class="layer-link-name all-layers">All layers</span>` +
    `<span class="layer-link-facts">${formatCount(units)} units${MATCHES}</span></a></li>`;
  const options = report.layers.map(
    (layer, i) => `<option value="${i}">${escapeHtml(layer.name)} (${formatCount(layer.neurons.length)})</option>`,
  );
  return `
<nav class="layers" aria-label="Layers">
  <h2 class="label">Layers</h2>
  <ul>${all}${report.layers.map(layerLink).join("")}</ul>
  <p class="key"><span class="explained"></span>explained <span class="live"></span>not <span class="dead"></span>dead</p>
</nav>
<label class="layer-choice">Layer <select id="layer-select"><option value="-1">All layers</option>${options.join("")}</select></label>`;
}

/** @param words whether there are labels or concepts; `described`: whether neurons are put into words */
function toolbar(words: boolean, described: boolean): string {
  const sorts = [
    ["unit", "unit"],
    ["maximum", "maximum"],
    ...(words ? [["selectivity", "selectivity"]] : []),
    ["sparseness", "sparseness"],
    ...(words ? [["iou", "agreement (IoU)"]] : []),
    ["active", "active share"],
  ].map(([value, text]) => `<option value="${value}">${text}</option>`);
  const shows = ["all", ...(words ? ["explained"] : []), "live", "dead"].map(
    (show) =>
      `<label><input type="radio" name="show" value="${show}"${show === "all" ? " checked" : ""}>` +
      `<span>${show} <span class="count"></span></span></label>`,
  );
  const hint = described ? "Words, layer or unit" : words ? "Concept, label, layer or unit" : "Layer or unit";
  return `
<div class="toolbar" role="search">
  <input id="search" type="search" placeholder="${hint}" aria-label="Search neurons" aria-keyshortcuts="/"
    title="Press / to search" autocomplete="off" spellcheck="false">
  <fieldset class="segments"><legend class="hidden">Show</legend>${shows.join("")}</fieldset>
  <label class="sort">Sort by <select id="sort">${sorts.join("")}</select></label>
</div>`;
}

/** The body of the page before its data. */
export function pageBody(report: NeuronReport): string {
  const words = report.data.concepts > 0;
  const described = report.captioner !== undefined;
  return `
<a class="skip" href="#main">Skip to the neurons</a>
${masthead(report)}
<noscript><p class="noscript">The neurons are drawn by a script inside this file. It needs no network; please allow it to run.</p></noscript>
<div class="columns${words ? "" : " without-concepts"}${words || described ? "" : " without-words"}">
${layerList(report)}
<main id="main" tabindex="-1">
  <h2 id="layer-title" class="layer-title"></h2>
  <p id="layer-facts" class="layer-facts"></p>
  ${toolbar(words, described)}
  <p id="status" class="status" role="status"></p>
  <div id="empty"></div>
  <ul id="sheet" class="sheet" role="list" aria-label="Neurons"></ul>
</main>
</div>
<dialog class="detail" tabindex="-1" aria-labelledby="detail-title"></dialog>
<footer class="foot">Made by Cajal ${escapeHtml(report.version)} on ${escapeHtml(report.created.slice(0, 10))}. Works offline: everything is in this file.</footer>`;
}
