/** @file The sheet of neuron cards. */

export const CARDS = `
.sheet { position: relative; contain: layout; }
.cell {
  position: absolute; top: 0; left: 0; width: var(--card-width);
  transform: translate(calc(var(--column, 0) * (var(--card-width) + 16px)), var(--top, 0px));
}
.card {
  display: block; width: 100%; padding: 0.8rem 0.9rem 0.7rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--sheet); text-align: left;
}
.card:hover { border-color: var(--accent); }
.card-head { display: flex; gap: 1rem; height: 3rem; }
.card-title { flex: 1; min-width: 0; }
.address { display: flex; font: 0.8125rem/1.5rem var(--mono); white-space: nowrap; }
.layer-name { min-width: 0; overflow: hidden; text-overflow: ellipsis; direction: rtl; color: var(--quiet); }
.unit { flex: none; font-weight: 600; }
.words { display: block; height: 1.5rem; line-height: 1.5rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.words .quiet { font-size: 0.8125rem; }
.concept { font: 400 1.1875rem/1.5rem var(--serif); }
.said { font: 400 1.1875rem/1.5rem var(--serif); }
.said + .iou { margin-left: 0.75rem; }
.iou { margin-left: 0.5rem; color: var(--accent); font-size: 0.8125rem; font-variant-numeric: tabular-nums; }
.spark { flex: none; width: 112px; height: 31px; margin-top: 0.3rem; }
.sparkline { display: block; width: 112px; height: 31px; }
.bars { fill: var(--bars); }
.axis { stroke: var(--strong-line); stroke-width: 1; fill: none; }
.level { stroke: var(--accent); stroke-width: 1.5; fill: none; }
.tiles { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 4px; margin: 0.55rem 0 0.5rem; }
.tile { display: block; aspect-ratio: 1; border-radius: 3px; overflow: hidden; background: var(--well); }
.tile canvas { display: block; width: 100%; height: 100%; }
.unreadable { color: var(--quiet); font-size: 0.6875rem; line-height: 1.3; padding: 0.4rem; }
.facts { display: flex; gap: 1.1rem; height: 1.25rem; font-size: 0.8125rem; line-height: 1.25rem; white-space: nowrap; overflow: hidden; font-variant-numeric: tabular-nums; }
.fact { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.fact + .fact { flex-shrink: 0; }
.fact:last-child { flex-shrink: 1; }
.fact-name { color: var(--quiet); margin-right: 0.35rem; }
.card.dead { background: transparent; }
.card.dead .tile { background: transparent; border: 1px dashed var(--line); }
.without-words .card-head { align-items: center; height: 2rem; }
.without-words .words:empty { display: none; }
.without-words .spark { margin-top: 0; }
`;
