/** @file Rasters: the spikes of many neurons in time. */

import type * as Plot from "@observablehq/plot";
import type { Raster } from "../figure.ts";
import { round } from "./canvas.ts";
import { chart } from "./chart.ts";
import { categoryColours } from "./colour-scale.ts";
import type { Body, Space } from "./drawing.ts";
import type { Legend } from "./legend.ts";
import { plotMark } from "./marks.ts";
import { colour } from "./theme.ts";

const HEIGHT = { least: 120, most: 420 };
/** Pixels that a spike is wide. */
const SPIKE = 1.2;
/** Spikes are told apart down to so many pixels; coarser, when that many of them make the file large. */
const GRAINS = [0.25, 0.5, 1];
const MOST_RUNS = 20_000;

type Spike = readonly [x: number, y: number];

interface Run {
  /** Pixels of the row's middle. */
  readonly row: number;
  readonly from: number;
  to: number;
}

/** Spikes, row by row, as runs along the time: those that touch are one. */
function runsOf(spikes: readonly Spike[], grain: number, rowGrain: number): Run[] {
  const perRow = 2 ** 20;
  const keys = Float64Array.from(spikes, ([x, y]) => Math.round(y / rowGrain) * perRow + Math.round(x / grain)).sort();
  const runs: Run[] = [];
  for (const key of keys) {
    const row = Math.floor(key / perRow) * rowGrain;
    const at = (key % perRow) * grain;
    const last = runs.at(-1);
    if (last?.row === row && at - SPIKE / 2 <= last.to) last.to = at + SPIKE / 2;
    else runs.push({ row, from: at - SPIKE / 2, to: at + SPIKE / 2 });
  }
  return runs;
}

/** One path for all: its strokes are as thick as a row is high. */
function pathOf(spikes: readonly Spike[], rowGrain: number): string {
  let runs = runsOf(spikes, GRAINS[0], rowGrain);
  for (const grain of GRAINS.slice(1)) if (runs.length > MOST_RUNS) runs = runsOf(spikes, grain, rowGrain);
  const steps = runs.map(({ row, from, to }, i) => {
    const last = i > 0 ? runs[i - 1] : undefined;
    return `${last?.row === row ? `m${round(from - last.to)},0` : `M${round(from)},${row}`}h${round(to - from)}`;
  });
  return steps.join("");
}

export function drawRaster(figure: Raster, space: Space): Body {
  const { neurons, times, neuronCount, duration, unit, groups = [] } = figure;
  const height = figure.height ?? Math.min(Math.max(neuronCount * 4, HEIGHT.least), HEIGHT.most);
  const colours = categoryColours(groups.length);
  const colourOf = (group: number) => colours[group] ?? (groups.length > 0 ? colour.quiet : "currentColor");
  const paths: Plot.RenderFunction = (_index, { x, y }, _values, dimensions) => {
    if (!x || !y) return null;
    const row = (dimensions.height - dimensions.marginTop - dimensions.marginBottom) / neuronCount;
    const spikes = new Map<number, Spike[]>();
    neurons.forEach((neuron, i) => {
      const group = groups.findIndex(({ from, to }) => neuron >= from && neuron < to);
      let own = spikes.get(group);
      if (!own) {
        own = [];
        spikes.set(group, own);
      }
      own.push([Number(x(times[i])), Number(y(neuron))]);
    });
    const drawn = [...spikes]
      .sort(([a], [b]) => a - b)
      .map(([group, own]) =>
        space.svg("path", {
          d: pathOf(own, row < 1 ? 1 : 0.25),
          stroke: colourOf(group),
          "stroke-width": round(Math.max(0.8 * row, 1)),
          fill: "none",
        }),
      );
    return space.svg("g", { "aria-label": "spikes" }, ...drawn);
  };
  const drawn = chart(space, {
    x: { label: `time (${unit})`, domain: [0, duration] },
    y: {
      label: "neuron",
      domain: [-0.5, neuronCount - 0.5],
      reverse: true,
      tickFormat: (neuron: number) => (Number.isInteger(neuron) ? String(neuron) : ""),
      ticks: Math.max(1, Math.min(neuronCount - 1, Math.floor(height / 35))),
    },
    height: { plot: height },
    marks: [paths, ...(figure.marks ?? []).map(plotMark)],
  });
  const entries = groups.map(({ name }, i) => ({ name, colour: colours[i] }));
  const legend: Legend = { kind: "categories", swatch: "square", entries };
  return { ...drawn, legends: groups.length > 0 ? [legend] : [] };
}
