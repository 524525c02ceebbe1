/** @file The page around the cards: masthead, layer list, toolbar, footer. */

export const LAYOUT = `
.masthead { padding: 1.25rem 0 1.75rem; }
.brand { display: flex; align-items: baseline; gap: 0.4rem; color: var(--quiet); font-size: 0.8125rem; }
.brand > span { color: var(--accent); font: italic 1.125rem/1 var(--serif); }
#theme { margin-left: auto; }
.masthead h1 { margin: 1.25rem 0 0.25rem; font: 400 2.25rem/1.15 var(--serif); letter-spacing: -0.01em; overflow-wrap: anywhere; text-wrap: balance; }
.lede { max-width: 60rem; color: var(--quiet); overflow-wrap: anywhere; }
.lede b { color: var(--ink); font-weight: 500; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.25rem 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--quiet); font-size: 0.8125rem; }
.figures dd { font: 400 1.625rem/1.2 var(--serif); font-variant-numeric: lining-nums tabular-nums; }
.figures .explained dd { color: var(--accent); }
.notes { max-width: 60rem; margin: 0 0 1rem; }
.notes li { padding: 0.15rem 0 0.15rem 0.9rem; border-left: 2px solid var(--accent); overflow-wrap: anywhere; }
.notes li + li { margin-top: 0.5rem; }
.skipped, .reading { max-width: 60rem; margin-bottom: 0.6rem; }
summary { cursor: pointer; width: fit-content; color: var(--quiet); }
summary:hover { color: var(--accent); }
.skipped ul { max-height: 16rem; overflow: auto; padding: 0.5rem 0 0 1.1rem; font-size: 0.875rem; }
.skipped li { overflow-wrap: anywhere; color: var(--quiet); }
.skipped code { color: var(--ink); }
.reading p { margin: 0.6rem 0 0 1.1rem; max-width: 46rem; }
.masthead > .command { margin-top: 1.25rem; }
.noscript { padding: 1rem; background: var(--accent-well); }

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
.without-words .key { display: none; }
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
.foot { padding: 1rem 0 2rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.8125rem; }

@media (max-width: 60rem) {
  body { padding: 0 1rem; }
  .columns { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .layers { display: none; }
  .layer-choice { display: flex; align-items: center; gap: 0.6rem; padding-top: 1rem; color: var(--quiet); }
  .layer-choice select { flex: 1; min-width: 0; font-family: var(--mono); color: var(--ink); }
  main { padding-top: 1rem; }
}
@media (max-width: 36rem) {
  .masthead { padding-bottom: 1.25rem; }
  .masthead h1 { font-size: 1.75rem; margin-top: 1.25rem; }
  .figures { display: grid; grid-template-columns: repeat(3, auto); gap: 0.75rem 1.5rem; justify-content: space-between; }
  .figures dd { font-size: 1.375rem; }
  .toolbar input[type="search"] { flex-basis: 100%; max-width: none; }
  .layer-title { display: none; }
  .toolbar { position: static; }
  .toolbar .segments { flex: 1 1 100%; }
  .toolbar .segments label { flex: 1; text-align: center; }
  .toolbar .segments label > span { padding: 0.3rem 0.2rem; }
}
`;
