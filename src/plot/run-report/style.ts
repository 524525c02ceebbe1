/** @file The style of the page of a run. */

import { FIGURE_STYLE } from "../drawing/theme.ts";
import { MASTHEAD } from "../report/style/masthead.ts";
import { THEME } from "../report/style/theme.ts";

const RUN = `
:root { --good: light-dark(#00734f, #2cc295); --bad: light-dark(#b8470a, #f0803c); }
body { max-width: 74rem; }
.masthead h1 { margin-top: 1.5rem; }
.lede { font-size: 1.0625rem; color: var(--ink); max-width: 44rem; }
.citation { margin-top: 0.5rem; color: var(--quiet); max-width: 60rem; overflow-wrap: anywhere; }
cite { font-style: italic; }
a { color: var(--accent); text-underline-offset: 2px; text-decoration-thickness: 1px; }
section { padding: 1.75rem 0; border-top: 1px solid var(--line); }
h2 { font: 400 1.5rem/1.2 var(--serif); margin-bottom: 1rem; }
h3 { font: 600 0.9375rem/1.4 var(--sans); margin-bottom: 0.35rem; overflow-wrap: anywhere; }
.about, figcaption { color: var(--quiet); max-width: 44rem; overflow-wrap: anywhere; }
.about { margin-bottom: 0.5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: lining-nums tabular-nums; }
th, td { padding: 0.45rem 1.5rem 0.45rem 0; text-align: left; vertical-align: baseline; overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font: 400 0.8125rem/1.4 var(--sans); color: var(--quiet); border-bottom: 1px solid var(--strong-line); white-space: nowrap; }
tbody th { font-weight: 500; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.number { text-align: right; white-space: nowrap; }
.unit { color: var(--quiet); font-size: 0.875em; }
.bars { width: 100%; max-width: 64rem; }
.bars .reached { font-weight: 600; }
.bars .state { width: 7.5rem; }
.bars tbody th { width: 36%; }
.bars .paper { width: 20%; white-space: normal; }
.bars tr.note > td { border-top: 0; padding-top: 0; color: var(--quiet); }
.how { display: block; font-weight: 400; font-size: 0.8125rem; color: var(--quiet); }
.verdict { display: inline-flex; align-items: center; gap: 0.4rem; font-size: 0.8125rem; white-space: nowrap; color: var(--quiet); }
.verdict::before { content: ""; width: 0.6rem; height: 0.6rem; border-radius: 50%; border: 2px solid currentColor; }
.verdict.met { color: var(--good); }
.verdict.met::before { background: currentColor; }
.verdict.missed { color: var(--bad); }
.verdict.missed::before { content: "×"; border: 0; height: auto; font: 700 1rem/0.6 var(--sans); text-align: center; }
figure { margin: 0; }
#figures figure { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 1.25rem; margin-bottom: 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--sheet); }
#figures h3 { flex: 1 0 100%; }
#figures h3, .curves h3 { font: 400 1.0625rem/1.3 var(--serif); }
.picture { flex: 0 1 auto; min-width: 0; max-width: calc(100% + 1.5rem); margin: -0.75rem -0.75rem 0; overflow-x: auto; }
h3 + .picture { margin-top: 0; }
.picture:focus-visible { outline-offset: -2px; }
figcaption { flex: 1 1 14rem; padding-top: 0.75rem; }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); gap: 1rem; padding-bottom: 1rem; }
.curves figure { padding: 0.9rem 0.9rem 0.25rem; border: 1px solid var(--line); border-radius: 8px; background: var(--sheet); }
.curves h3 { margin: 0; }
.curves .cajal-figure { margin: 0 -0.75rem; max-width: calc(100% + 1.5rem); }
.cajal-figure { display: block; }
#tables h3 { margin-top: 1.5rem; }
#tables h2 + h3 { margin-top: 0; }
#tables .scroll { padding-bottom: 0.75rem; }
.made { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem 3rem; max-width: 64rem; }
.facts div { display: flex; gap: 1rem; justify-content: space-between; padding: 0.35rem 0; border-top: 1px solid var(--line); }
.facts dt { flex: none; max-width: 55%; color: var(--quiet); overflow-wrap: anywhere; }
.facts dd { text-align: right; overflow-wrap: anywhere; font-variant-numeric: lining-nums tabular-nums; }
.log { margin: 1.5rem 0; }
.log pre {
  margin: 0.75rem 0 0; padding: 0.9rem 1rem; max-height: 32rem; overflow: auto; border-radius: 8px; background: var(--well);
  font: 0.8125rem/1.55 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere;
}
.foot { margin-top: 1.5rem; }
@media (max-width: 60rem) {
  .picture.wide .cajal-figure { max-width: none; min-width: 100%; width: 36rem; }
  .picture.wider .cajal-figure { width: 50rem; }
}
@media (max-width: 44rem) {
  .stacked, .stacked tbody, .stacked tr, .stacked th[scope="row"], .stacked td { display: block; }
  .stacked thead { display: none; }
  .stacked tr { display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 1rem; padding: 0.75rem 0; border-top: 1px solid var(--line); }
  .stacked tr > *, .stacked tr + tr > * { border: 0; padding: 0; text-align: left; white-space: normal; }
  .stacked th { order: -2; }
  .stacked .state { order: -1; width: auto; text-align: right; }
  .stacked .number { grid-column: 1 / -1; display: flex; gap: 0.5rem; align-items: baseline; flex-wrap: wrap; }
  .stacked .number::before { content: attr(data-label); min-width: 6rem; color: var(--quiet); font-weight: 400; }
  .stacked tr.note { display: block; border-top: 0; padding-top: 0; margin-top: -0.5rem; }
  .stacked tr.note td:first-child { display: none; }
  #figures figure { padding: 1rem; }
}
@media print {
  :root { color-scheme: light; }
  body { padding: 0; font-size: 10pt; }
  section { break-inside: auto; }
  figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .log { display: none; }
  .picture, .scroll { overflow: visible; }
}
`;

export function runStyle(): string {
  return THEME + MASTHEAD + RUN + FIGURE_STYLE;
}
