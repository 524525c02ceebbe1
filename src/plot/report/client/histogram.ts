/** @file Histograms of activations with logarithmic counts. Run inside the page: no outside references. */

import type { ReportNeuron } from "../../neuron-report.ts";
import type { Parts } from "./parts.ts";

type Histogram = ReportNeuron["histogram"];

/** Height of a bar, 0–1, on a logarithmic scale on which an empty bin is 0. */
export function logHeight(count: number, most: number): number {
  return most > 0 ? Math.log1p(count) / Math.log1p(most) : 0;
}

/** Outline of the bars as an SVG path; y grows downwards, the bars stand on y = `height`. */
export function barsPath(parts: Parts, counts: readonly number[], width: number, height: number, gap: number): string {
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  const step = width / counts.length;
  return counts
    .map((count, bin) => {
      const tall = parts.logHeight(count, most) * height;
      const left = bin * step;
      return tall > 0
        ? `M${left.toFixed(2)} ${height}v${(-tall).toFixed(2)}h${Math.max(step - gap, 0.5).toFixed(2)}v${tall.toFixed(2)}z`
        : "";
    })
    .join("");
}

/** A histogram in the size of a word. */
export function sparkline(parts: Parts, histogram: Histogram, level: number): SVGSVGElement {
  const [width, height] = [112, 30];
  const { from, to, counts } = histogram;
  const chart = parts.svg(
    "svg",
    { viewBox: `0 0 ${width} ${height + 1}`, class: "sparkline", "aria-hidden": "true" },
    parts.svg("path", { d: parts.barsPath(parts, counts, width, height, 0.5), class: "bars" }),
    parts.svg("path", { d: `M0 ${height + 0.5}H${width}`, class: "axis" }),
  );
  if (to > from && level >= from && level <= to) {
    const x = (width * (level - from)) / (to - from);
    chart.append(parts.svg("path", { d: `M${x.toFixed(2)} 0V${height}`, class: "level" }));
  }
  return chart;
}

/** Round numbers, at most about `wanted` of them, that lie in [from, to]. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const raw = (to - from) / Math.max(wanted, 1);
  if (!(raw > 0) || !Number.isFinite(raw)) return [from];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** The whole histogram with axes, and the unit's level marked. */
export function histogramChart(parts: Parts, histogram: Histogram, level: number, width: number): SVGSVGElement {
  const { svg } = parts;
  const { from, to, counts } = histogram;
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const margin = { top: 20, right: 14, bottom: 38, left: 32 + 7 * most.toLocaleString("en").length };
  const inner = { width: width - margin.left - margin.right, height: 140 };
  const x = (value: number) => (to > from ? (inner.width * (value - from)) / (to - from) : 0);
  const plot = svg("g", { transform: `translate(${margin.left} ${margin.top})` });

  const powers = Array.from({ length: Math.floor(Math.log10(Math.max(most, 1))) + 1 }, (_, k) => 10 ** k);
  const every = Math.ceil(powers.length / 5);
  for (const count of powers.filter((_, k) => k % every === 0)) {
    const y = inner.height * (1 - parts.logHeight(count, most));
    plot.append(svg("path", { d: `M0 ${y.toFixed(1)}H${inner.width}`, class: "grid" }));
    plot.append(svg("text", { x: -8, y: y + 4, "text-anchor": "end" }, count.toLocaleString("en")));
  }
  plot.append(svg("path", { d: parts.barsPath(parts, counts, inner.width, inner.height, 1), class: "bars" }));
  plot.append(svg("path", { d: `M0 ${inner.height}H${inner.width}`, class: "axis" }));
  for (const value of parts.ticks(from, to, inner.width / 80)) {
    plot.append(svg("path", { d: `M${x(value).toFixed(1)} ${inner.height}v5`, class: "axis" }));
    const label = Number(value.toPrecision(6)).toLocaleString("en", { maximumSignificantDigits: 6 });
    plot.append(svg("text", { x: x(value), y: inner.height + 18, "text-anchor": "middle" }, label));
  }
  if (level >= from && level <= to && to > from) {
    plot.append(svg("path", { d: `M${x(level).toFixed(1)} -4V${inner.height}`, class: "level" }));
    const right = x(level) > inner.width / 2;
    const place = { x: x(level), y: -8, "text-anchor": right ? "end" : "start", class: "level-label" };
    plot.append(svg("text", place, `level ${parts.formatNumber(level)}`));
  }
  const axes = [
    svg(
      "text",
      { x: margin.left + inner.width / 2, y: margin.top + inner.height + 35, "text-anchor": "middle" },
      "activation",
    ),
    svg(
      "text",
      { transform: `translate(12 ${margin.top + inner.height / 2}) rotate(-90)`, "text-anchor": "middle" },
      "count (log scale)",
    ),
  ];
  const words =
    `Histogram of ${total.toLocaleString("en")} activations from ${parts.formatNumber(from)} to ` +
    `${parts.formatNumber(to)}, counts on a logarithmic scale; level at ${parts.formatNumber(level)}.`;
  const size = { viewBox: `0 0 ${width} ${margin.top + inner.height + margin.bottom}`, width: "100%" };
  return svg("svg", { ...size, class: "histogram", role: "img", "aria-label": words }, plot, ...axes);
}
