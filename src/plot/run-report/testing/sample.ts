/** @file A run as it might have been, for tests. */

import { renderFigure } from "../../render-figure.ts";
import type { RunReport } from "../../run-report.ts";
import * as sample from "../../testing/samples.ts";

export function sampleRun(document: Document): RunReport {
  return {
    method: {
      slug: "learned-delays",
      family: "spiking",
      title: "Learning delays with dilated convolutions",
      authors: "A. One, B. Two",
      year: 2024,
      venue: "ICLR",
      arxiv: "2306.17670",
      code: "https://example.org/code",
      summary: "Trains the delay of every synapse along with its weight.",
    },
    state: "finished",
    seeds: [1],
    options: { hidden: 128, arms: ["learned", "fixed"], quick: false },
    bars: [
      { metric: "accuracy", atLeast: 0.85, reached: 0.9134, met: true, paper: 0.9507 },
      {
        metric: "gain over fixed delays",
        atLeast: 0.03,
        reached: 0.0211,
        met: false,
        note: "The fixed arm has random delays.",
      },
      { metric: "largest difference", atMost: 1e-6, over: "every seed", reached: 3.1e-8, met: true, paper: "→ 0" },
      { metric: "energy", atMost: 120, met: false },
    ],
    metrics: [
      { name: "accuracy", values: [0.9134] },
      { name: "gain over fixed delays", values: [0.0211] },
      { name: "largest difference", values: [3.1e-8] },
      { name: "mean delay", unit: "ms", values: [11.27] },
    ],
    curves: [
      {
        name: "training loss",
        unit: "nats",
        points: [
          [0, 2.3],
          [10, 1.1],
          [20, 0.4],
        ],
      },
    ],
    figures: [
      { name: "accuracy", svg: renderFigure(sample.lines, { document }), caption: sample.lines.caption },
      {
        name: "spikes",
        svg: renderFigure(sample.raster, { document, title: false }),
        caption: sample.raster.caption,
        title: "Spikes of a trial",
      },
    ],
    tables: [
      {
        name: "Accuracy by arm",
        columns: ["arm", "accuracy"],
        rows: [
          ["learned", 0.9134],
          ["fixed", null],
        ],
        caption: "Same budget.",
      },
    ],
    environment: { cajal: "0.1.0", threads: "2" },
    seconds: 283,
    log: ["epoch 1: loss 2.3", "epoch 2: loss 1.1"],
    notes: ["The words come from a generator."],
    command: "cajal run learned-delays --seed 1",
    created: "2025-11-26T10:00:00Z",
    version: "0.1.0",
  };
}
