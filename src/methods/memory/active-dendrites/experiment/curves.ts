/** @file The paper's curves: against the population's size, the number of patterns in a union, and the threshold. */

import type { PlotFigure, Row } from "../../../../plot/index.ts";
import type { Run } from "../../../run.ts";
import { scalingCurve } from "../scaling.ts";
import { medianFalsePositive, optimalThreshold } from "../threshold.ts";
import { expectedUnion, mixture, unionFalsePositive, unionSizes } from "../union.ts";
import { type UnionPoint, unionSizesUsed } from "./simulations.ts";

/** Colours that are told apart with any kind of colour vision (Okabe and Ito). */
const blue = "#0072b2";
const orange = "#d55e00";
const green = "#009e73";

const log10Of = (label: string) => ({ label: `log₁₀ ${label}`, grid: true });

export function scaling(run: Run): void {
  const [s, theta] = [24, 12];
  const populations = [300, 400, 600, 800, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 10_000, 14_000, 20_000];
  const curves = [64, 128, 256].map((a) => ({
    name: `a = ${a}`,
    points: scalingCurve(populations, (n) => ({ n, a, s, theta })),
  }));
  const half = { name: "a = n/2", points: scalingCurve(populations, (n) => ({ n, a: n / 2, s, theta })) };
  const rows = [...curves, half].flatMap(({ name, points }) =>
    points.map(({ n, log10 }) => ({ n, log10, active: name })),
  );
  const laws = curves.flatMap(({ name, points }) =>
    points.filter(({ n }) => n >= 2000).map(({ n, powerLaw }) => ({ n, log10: powerLaw.log10, active: name })),
  );
  run.figure("false positives against the population", {
    kind: "plot",
    title: "Recognition errors fall with the size of the population",
    caption: `One segment of s = ${s} synapses and a threshold of θ = ${theta}. With the number of active cells fixed, false positives fall as n to the power −θ (dashed: the law); with half of the cells active they do not fall at all.`,
    x: { label: "cells in the population, n", type: "log" },
    y: log10Of("probability of a false positive"),
    color: {
      label: "active cells",
      domain: ["a = 64", "a = 128", "a = 256", "a = n/2"],
      range: [blue, orange, green, "#888888"],
    },
    marks: [
      { mark: "line", data: rows, x: "n", y: "log10", stroke: "active" },
      { mark: "line", data: laws, x: "n", y: "log10", stroke: "active", strokeDasharray: "2,4" },
    ],
  });
  const at = (points: readonly { n: number; p: number }[]) => points.find(({ n }) => n === 4000)?.p ?? Number.NaN;
  run.metric("P_fp with 64 of 4,000 cells active", at(curves[0].points));
  run.metric("P_fp with half of 4,000 cells active", at(half.points));
  const [a, b] = scalingCurve([1e6, 1e7], (n) => ({ n, a: 64, s, theta }));
  run.metric("slope of log P_fp in log n, 64 cells active", b.log10 - a.log10);
}

export function unions(run: Run, simulated: readonly UnionPoint[], mostPatterns: number): void {
  const { n, a, s } = unionSizesUsed;
  const names = {
    "segment-exact": "synapses of M patterns on one segment",
    "activity-exact": "M patterns active at a time",
  };
  const exact = (["segment-exact", "activity-exact"] as const).flatMap((mode) =>
    Array.from(unionSizes(n, mode === "segment-exact" ? s : a, mostPatterns), ({ patterns, log }) => ({
      patterns,
      ...mixture({ ...unionSizesUsed, patterns, mode }, log),
      law: names[mode],
    })),
  );
  const rounded = (["segment-mean", "segment-sum", "activity"] as const).flatMap((mode) =>
    Array.from({ length: mostPatterns }, (_, i) => ({
      patterns: i + 1,
      ...unionFalsePositive({ ...unionSizesUsed, patterns: i + 1, mode }),
      law: mode === "activity" ? names["activity-exact"] : names["segment-exact"],
      series: mode,
    })),
  );
  const dots = simulated.map(({ patterns, observed, mode }) => ({
    patterns,
    log10: observed > 0 ? Math.log10(observed) : null,
    law: mode === "activity-exact" ? names["activity-exact"] : names["segment-exact"],
  }));
  run.figure("unions", {
    kind: "plot",
    title: "Several patterns at once",
    caption:
      "n = 4,000, a = 40, s = 30, θ = 15. Lines: averaged over the size of the union. Dashed: with its expected size, or as if no two patterns shared a cell. Dots: random patterns.",
    x: { label: "patterns in the union, M" },
    y: log10Of("probability of a false positive"),
    color: { label: "union of", domain: Object.values(names), range: [blue, orange] },
    marks: [
      { mark: "line", data: rounded, x: "patterns", y: "log10", stroke: "law", z: "series", strokeDasharray: "2,3" },
      { mark: "line", data: exact, x: "patterns", y: "log10", stroke: "law" },
      { mark: "dot", data: dots, x: "patterns", y: "log10", fill: "law" },
    ],
  });
  const at = (patterns: number, law: string) =>
    exact.find((point) => point.patterns === patterns && point.law === law)?.p ?? null;
  run.table("unions", {
    columns: [
      "patterns",
      "expected synapses",
      "segment-mean",
      "segment-sum",
      "activity",
      "segment-exact",
      "activity-exact",
    ],
    rows: [1, 2, 5, 10, 20, 40, 60, 100]
      .filter((patterns) => patterns <= mostPatterns)
      .map((patterns) => [
        patterns,
        expectedUnion(n, s, patterns),
        ...rounded.filter((point) => point.patterns === patterns).map(({ p }) => p),
        at(patterns, names["segment-exact"]),
        at(patterns, names["activity-exact"]),
      ]),
    caption: "Probability of a false positive by the laws of unions.",
  });
}

export function thresholds(run: Run): void {
  const medians = Array.from({ length: 22 }, (_, i) => ({ theta: i + 3, median: medianFalsePositive(i + 3) }));
  const at = (theta: number) => medians.find((point) => point.theta === theta)?.median ?? Number.NaN;
  for (const theta of [3, 10, 20]) run.metric(`median P_fp at a threshold of ${theta}`, at(theta));
  run.metric(
    "lowest threshold with a median P_fp below 1e-9",
    medians.find(({ median }) => median < 1e-9)?.theta ?? Number.NaN,
  );
  run.figure("median over cortical sizes", {
    kind: "plot",
    title: "How many synapses must be active",
    caption:
      "The median of the probability of a false positive over 210 combinations of sizes. Below the line at 1e-9 a neuron can hold many patterns; shaded: 8 to 20 synapses, as measured for NMDA spikes.",
    x: { label: "threshold θ (active synapses)" },
    y: log10Of("median probability of a false positive"),
    marks: [
      measured(-40, 0),
      { mark: "ruleY", data: [-9], strokeDasharray: "4,3" },
      {
        mark: "line",
        data: medians.map(({ theta, median }) => ({ theta, log10: Math.log10(median) })),
        x: "theta",
        y: "log10",
        stroke: blue,
        marker: "dot",
      },
    ],
  });

  const neuron = { n: 4000, a: 128, s: 30, segments: 500 };
  const noise = [32, 45, 64].map((flipped) => ({ flipped, ...optimalThreshold({ ...neuron, flipped }) }));
  for (const { flipped, theta } of noise) run.metric(`best threshold with ${flipped} of 128 cells silent`, theta);
  run.table("best thresholds", {
    columns: ["silent cells of 128", "best threshold", "errors of both kinds"],
    rows: noise.map(({ flipped, theta, error }) => [flipped, theta, error]),
    caption: "A neuron of 500 segments of 30 synapses, n = 4,000, a = 128: within the 8 to 20 synapses of NMDA spikes.",
  });
  run.figure("errors against the threshold", errorCurves(noise[1]));
}

function errorCurves({ flipped, theta, curve }: { flipped: number } & ReturnType<typeof optimalThreshold>): PlotFigure {
  const floor = -20;
  const rows: Row[] = curve.flatMap((point) =>
    Object.entries({ "false positives": point.fp, misses: point.fn, "both together": point.total })
      .filter(([, { log10 }]) => log10 > floor)
      .map(([error, { log10 }]) => ({ theta: point.theta, log10, error })),
  );
  return {
    kind: "plot",
    title: "Both errors against the threshold",
    caption: `A neuron of 500 segments of 30 synapses, n = 4,000, a = 128, of which ${flipped} are silent. The fewest errors are at θ = ${theta}; shaded: 8 to 20 synapses, as measured for NMDA spikes.`,
    x: { label: "threshold θ (active synapses)" },
    y: log10Of("probability of an error"),
    color: { label: "error", domain: ["false positives", "misses", "both together"], range: [blue, orange, "#888888"] },
    marks: [
      measured(floor, 0),
      { mark: "ruleX", data: [theta], strokeDasharray: "4,3" },
      { mark: "line", data: rows, x: "theta", y: "log10", stroke: "error", marker: "dot" },
    ],
  };
}

/** The thresholds that were measured in dendrites, as a band. */
function measured(from: number, to: number) {
  return {
    mark: "rectY" as const,
    data: [{ from: 8, to: 20, low: from, high: to }],
    x1: "from",
    x2: "to",
    y1: "low",
    y2: "high",
    fill: green,
    fillOpacity: 0.12,
  };
}
