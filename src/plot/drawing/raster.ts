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
/** Spikes are told apart down to this many pixels. */
const GRAIN = 0.25;

/** Spikes as one path of vertical strokes, each once. */
function strokes(spikes: readonly (readonly [x: number, y: number])[], high: number): string {
  const rows = new Map<number, Set<number>>();
  for (const [x, y] of spikes) {
    const row = Math.round(y / GRAIN);
    const places = rows.get(row) ?? new Set();
    rows.set(row, places.add(Math.round(x / GRAIN)));
  }
  let path = "";
  for (const [row, places] of [...rows].toSorted(([a], [b]) => a - b)) {
    let last: number | undefined;
    for (const place of [...places].toSorted((a, b) => a - b)) {
      path += last === undefined ? `M${place * GRAIN},${row * GRAIN}` : `m${(place - last) * GRAIN},${-high}`;
      path += `v${high}`;
      last = place;
    }
  }
  return path;
}

export function drawRaster(figure: Raster, space: Space): Body {
  const { neurons, times, neuronCount, duration, unit, groups = [] } = figure;
  const height = figure.height ?? Math.min(Math.max(neuronCount * 4, HEIGHT.least), HEIGHT.most);
  const colours = categoryColours(groups.length);
  const groupOf = (neuron: number) => groups.findIndex(({ from, to }) => neuron >= from && neuron < to);
  const paths: Plot.RenderFunction = (_index, scales, _values, dimensions) => {
    const { x, y } = scales;
    if (!x || !y) return null;
    const row = (dimensions.height - dimensions.marginTop - dimensions.marginBottom) / neuronCount;
    const high = round(Math.max(row * 0.8, 1));
    const byGroup = new Map<number, [number, number][]>();
    neurons.forEach((neuron, i) => {
      const group = groupOf(neuron);
      const spikes = byGroup.get(group) ?? [];
      byGroup.set(group, spikes);
      spikes.push([Number(x(times[i])), Number(y(neuron)) - high / 2]);
    });
    const drawn = [...byGroup]
      .toSorted(([a], [b]) => a - b)
      .map(([group, spikes]) =>
        space.svg("path", {
          d: strokes(spikes, high),
          stroke: colours[group] ?? (groups.length > 0 ? colour.quiet : "currentColor"),
          "stroke-width": 1.2,
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
      tickFormat: "d",
      ticks: Math.min(neuronCount, 6),
    },
    height: { plot: height },
    marks: [paths, ...(figure.marks ?? []).map(plotMark)],
  });
  const legend: Legend = {
    kind: "categories",
    swatch: "square",
    entries: groups.map(({ name }, i) => ({ name, colour: colours[i] })),
  };
  return { ...drawn, legends: groups.length > 0 ? [legend] : [] };
}
