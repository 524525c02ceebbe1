/** @file The dialog on one neuron. */

export const DETAIL = `
.detail {
  width: min(72rem, calc(100vw - 3rem)); max-width: none; height: calc(100dvh - 3rem); max-height: none; padding: 0;
  border: 1px solid var(--line); border-radius: 10px; background: var(--paper); color: var(--ink); overscroll-behavior: contain; scroll-padding-top: 6rem;
}
.detail::backdrop { background: rgb(20 18 14 / 0.5); }
.detail > header {
  position: sticky; top: 0; z-index: 1; display: flex; gap: 1rem; align-items: start; justify-content: space-between;
  padding: 1rem 1.5rem 0.8rem; border-bottom: 1px solid var(--line); background: var(--paper);
}
.detail-name { min-width: 0; }
.detail h2 { font: 400 1.0625rem/1.35 var(--mono); overflow-wrap: anywhere; color: var(--quiet); }
.detail h2 b { color: var(--ink); }
.detail-name p { color: var(--quiet); font-size: 0.8125rem; }
.detail-steps { display: flex; align-items: center; gap: 0.4rem; flex: none; }
.place { color: var(--quiet); font-size: 0.8125rem; margin-right: 0.4rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.icon { width: 2.1rem; height: 2.1rem; padding: 0; line-height: 1; font-size: 1.0625rem; }
.icon:disabled { opacity: 0.4; cursor: default; }
.detail-body { padding: 1.25rem 1.5rem 2rem; }
.detail-body > * + * { margin-top: 1.75rem; }
.detail h3 { font: 600 0.9375rem/1.4 var(--sans); }
.detail-summary { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.15fr); gap: 2.5rem; align-items: start; }
.verdict { font: 400 2rem/1.2 var(--serif); margin-bottom: 0.35rem; overflow-wrap: anywhere; }
.verdict.quiet { font-size: 1.5rem; }
.described { margin-bottom: 1.5rem; }
.described .label { margin-top: 0.75rem; }
.also { color: var(--quiet); font-size: 0.875rem; }
.described + .explanation .verdict { font-size: 1.25rem; }
.explanation .label { margin-top: 1rem; }
.runners-up { margin-top: 0.3rem; max-width: 26rem; }
.runners-up li { display: grid; grid-template-columns: 9rem 1fr 2.5rem; gap: 0.75rem; align-items: center; font-size: 0.875rem; }
.runner-name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.runners-up svg { width: 100%; height: 6px; }
.runners-up rect { fill: var(--bars); }
.significant .runners-up li:first-child rect { fill: var(--accent); }
.runner-iou { text-align: right; font-variant-numeric: tabular-nums; }
.chart.reserved { min-height: 198px; }
.histogram { display: block; font: 11px var(--sans); }
.histogram text { fill: var(--quiet); font-variant-numeric: tabular-nums; }
.histogram .grid { stroke: var(--line); }
.histogram .level-label { fill: var(--accent); font-weight: 600; }
.statistics { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.statistics > div { padding: 0.75rem 1rem 0.75rem 0; }
.statistics dt { color: var(--quiet); font-size: 0.8125rem; }
.statistic { font: 400 1.375rem/1.3 var(--serif); font-variant-numeric: lining-nums tabular-nums; }
.meaning { overflow-wrap: anywhere; color: var(--quiet); font-size: 0.75rem; line-height: 1.4; }
.pictures-head { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; justify-content: space-between; }
.pictures[aria-busy] { min-height: 20rem; }
.exemplars { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: 1.25rem 1rem; margin-top: 0.75rem; }
.frame { display: flex; align-items: center; justify-content: center; aspect-ratio: 1; border-radius: 4px; overflow: hidden; background: var(--well); }
.frame canvas { display: block; max-width: 100%; max-height: 100%; }
.exemplar { min-width: 0; font-size: 0.8125rem; line-height: 1.4; }
.caption { display: flex; justify-content: space-between; margin-top: 0.35rem; }
.value { font: 600 0.875rem/1.4 var(--mono); }
.rank { color: var(--quiet); font-variant-numeric: tabular-nums; }
.picture-name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.picture-label { color: var(--quiet); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.detail .command { margin-top: 0.6rem; }

@media (max-width: 48rem) {
  .detail { width: 100vw; height: 100dvh; border: 0; border-radius: 0; margin: 0; }
  .detail > header { padding: 0.75rem 1rem; flex-direction: column-reverse; gap: 0.4rem; }
  .detail-steps { align-self: stretch; }
  .place { margin-right: auto; }
  .detail-body { padding: 1rem 1rem 2rem; }
  .detail-summary { grid-template-columns: minmax(0, 1fr); gap: 1.25rem; }
  .statistics { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .exemplars { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .runners-up li { grid-template-columns: 7rem 1fr 2.5rem; }
}
`;
