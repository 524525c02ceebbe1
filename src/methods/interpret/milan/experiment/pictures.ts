/** @file The figures of the experiment. */

import type { Figure } from "../../../../plot/index.ts";
import type { AblationCurves } from "../analyze.ts";
import type { EditCurve } from "../edit-by-description.ts";

/** Accuracy against the share of units silenced, by criterion; random orders as their mean. */
export function analysisFigure({ curves, random }: AblationCurves): Figure {
  const mean = random[0].points.map(({ share }, i) => ({
    criterion: "random (mean)",
    share,
    accuracy: random.reduce((sum, { points }) => sum + points[i].accuracy, 0) / random.length,
  }));
  const rows = [
    ...curves.flatMap(({ criterion, points }) => points.map(({ share, accuracy }) => ({ criterion, share, accuracy }))),
    ...mean,
  ];
  return {
    kind: "plot",
    title: "Which descriptions belong to units that matter",
    caption:
      "Units are silenced in the order of a property of their descriptions. A line that falls faster than chance belongs to units that matter.",
    marks: [{ mark: "line", data: rows, x: "share", y: "accuracy", stroke: "criterion" }],
    x: { label: "share of all units silenced (%)", tickFormat: ".0%" },
    y: { label: "accuracy (%)", tickFormat: ".0%" },
  };
}

/** Adversarial and validation accuracy against units taken out, for three orders. */
export function editFigure(curves: readonly { readonly name: string; readonly curve: EditCurve }[]): Figure {
  const rows = curves.flatMap(({ name, curve }) =>
    curve.points.flatMap(({ units, validation, test }) => [
      { order: name, units, accuracy: test, data: "misleading words" },
      { order: name, units, accuracy: validation, data: "validation" },
    ]),
  );
  return {
    kind: "plot",
    title: "Taking out what looks at text",
    caption:
      "On pictures with a wrong word, and on validation pictures: units described by text, any units ranked the same way, units by chance.",
    marks: [{ mark: "line", data: rows, fx: "data", x: "units", y: "accuracy", stroke: "order" }],
    x: { label: "units set to zero" },
    y: { label: "accuracy (%)", tickFormat: ".0%" },
  };
}
