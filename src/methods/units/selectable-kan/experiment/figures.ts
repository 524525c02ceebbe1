/** @file The pictures: a network with a curve on every edge, gates while they train, and errors of all models. */

import type { Figure, Row } from "../../../../plot/index.ts";
import type { EdgeCurve, GateRecord } from "../index.ts";
import { spaceNames } from "../spaces/index.ts";
import { arms, type TaskResult } from "./regression.ts";

/** One colour for each space, the same in all pictures. */
const spaceColours = {
  domain: spaceNames,
  range: ["blue", "sky", "orange", "amber", "green", "purple", "olive"],
} as const;

/** Half the size of a curve's frame. */
const half = { width: 0.42, height: 0.3 } as const;

/** Nodes in layers, the inputs at the bottom; between them the edges' functions, coloured by the space that leads at their node. */
export function networkFigure({ task, curves, chosen }: TaskResult): Figure {
  const layers = Math.max(...curves.map(({ layer }) => layer)) + 1;
  const widest = Math.max(...Array.from({ length: layers }, (_, l) => edgesOf(curves, l).length));
  const spread = (index: number, count: number) => ((index + 0.5) * widest) / count;
  const leading = (layer: number, node: number) =>
    chosen.find((choice) => choice.layer === layer && choice.node === node)?.spaces[0].name ?? "";
  const widths = Array.from({ length: layers + 1 }, (_, l) =>
    l < layers
      ? Math.max(...edgesOf(curves, l).map(({ from }) => from)) + 1
      : Math.max(...edgesOf(curves, l - 1).map(({ to }) => to)) + 1,
  );
  const nodes = widths.flatMap((count, l) =>
    Array.from({ length: count }, (_, i) => {
      const kept = chosen.find((choice) => choice.layer === l - 1 && choice.node === i)?.spaces ?? [];
      const inputs = count > 1 ? `x${"₁₂₃₄"[i]}` : "x";
      return {
        x: spread(i, count),
        y: 2 * l,
        label: l === 0 ? inputs : kept.map(({ name }) => name).join(" + "),
        space: l === 0 ? "" : leading(l - 1, i),
      };
    }),
  );
  const placed = Array.from({ length: layers }, (_, l) =>
    [...edgesOf(curves, l)]
      .sort((a, b) => a.to - b.to || a.from - b.from)
      .map((curve, at, all) => ({ curve, x: spread(at, all.length), y: 2 * l + 1, space: leading(l, curve.to) })),
  ).flat();
  const links: Row[] = placed.flatMap(({ curve, x, y, space }) => [
    { x1: spread(curve.from, widths[curve.layer]), y1: y - 1, x2: x, y2: y - half.height, space },
    { x1: x, y1: y + half.height, x2: spread(curve.to, widths[curve.layer + 1]), y2: y + 1, space },
  ]);
  const lines: Row[] = placed.flatMap(({ curve, x, y, space }, edge) => {
    const [low, high] = [Math.min(...curve.y), Math.max(...curve.y)];
    return Array.from(curve.y, (value, i) => ({
      x: x + half.width * ((2 * i) / (curve.y.length - 1) - 1),
      y: y + half.height * (high > low ? (2 * (value - low)) / (high - low) - 1 : 0),
      edge,
      space,
    }));
  });
  const at = { x: "x", y: "y", text: "label", fontSize: 11 };
  return {
    kind: "plot",
    title: `A network that has chosen its spaces: ${task}`,
    caption:
      "From the inputs at the bottom to the output at the top. Every edge is drawn as the function that it has learned, scaled to its frame; the colour is the space that contributes most at its node, whose spaces stand beside it.",
    marks: [
      { mark: "link", data: links, x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "space", strokeOpacity: 0.45 },
      {
        mark: "rect",
        data: placed.map(({ x, y }) => ({
          x1: x - half.width,
          x2: x + half.width,
          y1: y - half.height,
          y2: y + half.height,
        })),
        x1: "x1",
        x2: "x2",
        y1: "y1",
        y2: "y2",
        fill: "none",
        stroke: "quiet",
        strokeOpacity: 0.35,
      },
      { mark: "line", data: lines, x: "x", y: "y", z: "edge", stroke: "space", strokeWidth: 1.8 },
      { mark: "dot", data: nodes, x: "x", y: "y", r: 4, fill: "ink" },
      { mark: "text", data: nodes.filter(({ y }) => y > 0), ...at, dx: 9, textAnchor: "start" },
      { mark: "text", data: nodes.filter(({ y }) => y === 0), ...at, dy: 14 },
    ],
    x: { domain: [0, widest], ticks: 0 },
    y: { domain: [-0.3, 2 * layers + 0.3], ticks: 0, grid: false },
    color: { label: "space", ...spaceColours },
    width: 720,
    height: 130 + 150 * layers,
  };
}

const edgesOf = (curves: readonly EdgeCurve[], layer: number): EdgeCurve[] =>
  curves.filter((curve) => curve.layer === layer);

/** What each node gives to each space, while all train; small plots side by side, one for each node. */
export function gateFigure({ task, history }: TaskResult, sharpened: number): Figure {
  const last = Math.max(...history.map(({ step }) => step));
  return {
    kind: "plot",
    title: `Gates while all spaces train: ${task}`,
    caption:
      "The share α of each space at each node. From the dashed line on, a lower temperature sharpens them. Spaces are chosen at the end, by share times the size of what they add.",
    marks: [
      {
        mark: "areaY",
        data: stacked(history),
        x: "step",
        y1: "below",
        y2: "upTo",
        fill: "space",
        fillOpacity: 0.85,
        fx: "node",
      },
      { mark: "ruleX", data: [sharpened], strokeDasharray: "4 3" },
    ],
    fx: { label: "node" },
    // With room after the last step, so that its number and the next plot's 0 stay apart.
    x: { label: "step", ticks: 3, domain: [0, 1.08 * last] },
    y: { label: "share α", domain: [0, 1], tickFormat: ".0%" },
    color: { label: "space", ...spaceColours },
    width: 720,
    height: 260,
  };
}

function stacked(history: readonly GateRecord[]): Row[] {
  const heights = new Map<string, number>();
  return [...history]
    .sort((a, b) => spaceOrder(a) - spaceOrder(b))
    .map(({ step, layer, node, name, share }) => {
      const key = `${layer}:${node}:${step}`;
      const below = heights.get(key) ?? 0;
      heights.set(key, below + share);
      return {
        step,
        node: `layer ${layer + 1}, node ${node + 1}`,
        space: name,
        below,
        upTo: Math.min(1, below + share),
      };
    });
}

const spaceOrder = ({ name }: GateRecord): number => (spaceNames as readonly string[]).indexOf(name);

/** Errors on test points: tasks down, models as dots. */
export function errorFigure(results: readonly TaskResult[]): Figure {
  const errors = results.flatMap(({ rmse }) => Object.values(rmse));
  const shown = [arms.two, arms.one, arms.random, arms.perceptron];
  const rows: Row[] = results.flatMap(({ task, rmse }) => [
    ...spaceNames.map((name) => ({ task, model: "one space for all", rmse: rmse[name] })),
    ...shown.map((name) => ({ task, model: name, rmse: rmse[name] })),
  ]);
  return {
    kind: "plot",
    title: "Seven functions, learned by all",
    caption:
      "Root mean squared error on 1,000 test points, in deviations of the target; further left is better. Grey: the networks of a single space, one dot for each.",
    marks: [
      {
        mark: "dot",
        data: rows.filter(({ model }) => model === "one space for all"),
        x: "rmse",
        y: "task",
        fill: "model",
        r: 3.5,
        fillOpacity: 0.6,
      },
      {
        mark: "dot",
        data: rows.filter(({ model }) => model !== "one space for all"),
        x: "rmse",
        y: "task",
        fill: "model",
        r: 5,
      },
    ],
    x: {
      label: "error (log)",
      type: "log",
      grid: true,
      domain: [0.85 * Math.min(...errors), 1.15 * Math.max(...errors)],
    },
    y: { grid: true },
    color: {
      label: "model",
      domain: ["one space for all", ...shown],
      range: ["grey", "blue", "sky", "amber", "orange"],
    },
    width: 720,
    height: 90 + 40 * results.length,
  };
}
