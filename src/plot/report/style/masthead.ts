/** @file The top and the foot of every report. */

export const MASTHEAD = `
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
.foot { padding: 1rem 0 2rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.8125rem; }
@media (max-width: 60rem) {
  body { padding: 0 1rem; }
}
@media (max-width: 36rem) {
  .masthead { padding-bottom: 1.25rem; }
  .masthead h1 { font-size: 1.75rem; margin-top: 1.25rem; }
  .figures { display: grid; grid-template-columns: repeat(3, auto); gap: 0.75rem 1.5rem; justify-content: space-between; }
  .figures dd { font-size: 1.375rem; }
}
`;
