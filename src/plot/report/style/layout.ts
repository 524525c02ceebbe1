/** @file The page around the cards: layer list, toolbar. */

export const LAYOUT = `
.columns { display: grid; grid-template-columns: 15.5rem minmax(0, 1fr); gap: 2.5rem; border-top: 1px solid var(--line); }
.layers {
  position: sticky; top: 0; align-self: start; max-height: 100vh; display: flex; flex-direction: column; padding: 1.5rem 0 1rem;
}
.layers ul { overflow-y: auto; margin: 0.5rem 0 0 -0.75rem; padding: 2px 0.5rem 2px 2px; scrollbar-width: thin; }
.layers a { display: block; padding: 0.5rem 0.7rem 0.6rem; border-radius: 6px; color: inherit; text-decoration: none; }
.layers a:hover { background: var(--well); }
.layers a[aria-current] { background: var(--sheet); box-shadow: 0 0 0 1px var(--strong-line); }
.layers a:focus-visible { outline-offset: -2px; }
.layer-link-name { display: block; font: 0.8125rem/1.35 var(--mono); overflow-wrap: anywhere; }
.layer-link-name.all-layers { font: 500 0.875rem/1.35 var(--sans); }
.layers a[aria-current] .layer-link-name { font-weight: 600; color: var(--accent); }
.layer-link-facts { display: block; font-size: 0.75rem; line-height: 1.5; color: var(--quiet); font-variant-numeric: tabular-nums; }
.layer-matches { float: right; margin-left: 0.5rem; color: var(--accent); }
.without-matches:not([aria-current]) { opacity: 0.5; }
.layer-bar { display: block; width: 100%; height: 4px; margin-top: 0.3rem; border-radius: 2px; }
rect.explained, .key .explained { fill: var(--accent); background: var(--accent); }
rect.live, .key .live { fill: var(--alive); background: var(--alive); }
rect.dead, .key .dead { fill: var(--gone); background: var(--gone); }
.key { padding: 0.75rem 0 0; font-size: 0.75rem; color: var(--quiet); }
.key span { display: inline-block; width: 0.6rem; height: 0.6rem; margin: 0 0.3rem 0 0.6rem; border-radius: 2px; }
.key span:first-child { margin-left: 0; }
.without-concepts .key { display: none; }
.layer-choice { display: none; }

main { padding: 1.5rem 0 4rem; min-width: 0; }
.layer-title { font: 600 1.125rem/1.3 var(--mono); overflow-wrap: anywhere; }
.layer-facts { color: var(--quiet); min-height: 1.5em; }
.toolbar {
  position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem 1rem;
  margin: 0.6rem -0.5rem 0; padding: 0.6rem 0.5rem; background: var(--paper);
}
.toolbar input[type="search"] { flex: 1 1 14rem; min-width: 0; max-width: 26rem; }
.sort { color: var(--quiet); white-space: nowrap; }
.sort select { color: var(--ink); margin-left: 0.25rem; }
.status { color: var(--quiet); font-size: 0.8125rem; margin-bottom: 0.75rem; font-variant-numeric: tabular-nums; }
.empty { max-width: 36rem; padding: 1.5rem 0; }
.empty h3 { font: 400 1.5rem/1.3 var(--serif); margin-bottom: 0.4rem; }
.empty p { margin-bottom: 1.25rem; overflow-wrap: anywhere; }
.way { margin: 0 0.6rem 0.6rem 0; }

@media (max-width: 60rem) {
  .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .layers { display: none; }
  .layer-choice { display: flex; align-items: center; gap: 0.6rem; padding-top: 1rem; color: var(--quiet); }
  .layer-choice select { flex: 1; min-width: 0; font-family: var(--mono); color: var(--ink); }
  main { padding-top: 1rem; }
}
@media (max-width: 36rem) {
  .toolbar input[type="search"] { flex-basis: 100%; max-width: none; }
  .layer-title { display: none; }
  .toolbar { position: static; }
  .toolbar .segments { flex: 1 1 100%; }
  .toolbar .segments label { flex: 1; text-align: center; }
  .toolbar .segments label > span { padding: 0.3rem 0.2rem; }
}
`;
