/** @file Metrics over steps, as small figures. */

import type { PlotFigure, Row } from "../figure.ts";
import type { ReportCurve, RunReport } from "../run-report.ts";

const MOST_POINTS = 300;

type Point = ReportCurve["points"][number];

/** At most so many points that look the same: of every stretch the lowest and the highest. Gaps, where a value is no number, stay. */
export function thin(points: readonly Point[], most: number): Point[] {
  if (points.length <= most) return [...points];
  const stretches = Math.floor(most / 2);
  const kept: Point[] = [];
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * points.length) / stretches);
    const stretch = points.slice(from, Math.floor(((i + 1) * points.length) / stretches));
    const low = stretch.reduce((best, point) => (point[1] < best[1] ? point : best), stretch[0]);
    const high = stretch.reduce((best, point) => (point[1] > best[1] ? point : best), stretch[0]);
    kept.push(...(low === high ? [low] : [low, high].sort((a, b) => a[0] - b[0])));
  }
  return kept;
}

function rowsOf(curve: ReportCurve, index: number): Row[] {
  const seed = `seed ${curve.seed ?? index + 1}`;
  return thin(curve.points, MOST_POINTS).map(([step, value]) => ({
    seed,
    step,
    value: Number.isFinite(value) ? value : null,
  }));
}

/** One figure per name, in the order in which they come. */
export function curveFigures({ curves }: RunReport): { name: string; figure: PlotFigure }[] {
  const names = [...new Set(curves.map(({ name }) => name))];
  return names.flatMap((name) => {
    const same = curves.filter((curve) => curve.name === name);
    const data = same.flatMap(rowsOf);
    if (!data.some(({ value }) => value !== null)) return [];
    const { unit } = same[0];
    const figure: PlotFigure = {
      kind: "plot",
      caption: `${name} by step`,
      width: 320,
      height: 200,
      marks: [{ mark: "line", data, x: "step", y: "value", ...(same.length > 1 ? { stroke: "seed" } : {}) }],
      x: { label: "step", ticks: 4 },
      y: { ...(unit ? { label: unit } : {}), ticks: 4 },
      color: { legend: same.length > 1 },
    };
    return [{ name, figure }];
  });
}
