/** @file What a report says, in a few numbers. */

import type { NeuronReport } from "../plot/index.ts";

export interface LayerSummary {
  readonly name: string;
  readonly neurons: number;
  readonly dead: number;
  /** Neurons with a significant concept. */
  readonly explained: number;
  /** The concepts that explain most neurons. */
  readonly concepts: readonly { readonly concept: string; readonly neurons: number }[];
  /** Neurons that were put into words. */
  readonly described: number;
  /** What is said of most neurons. */
  readonly descriptions: readonly { readonly description: string; readonly neurons: number }[];
}

export interface ReportSummary {
  readonly model: string;
  readonly pictures: number;
  readonly skipped: NeuronReport["data"]["skipped"];
  readonly layers: readonly LayerSummary[];
  /** For a model that says which of its neurons were planted. */
  readonly planted?: { readonly neurons: number; readonly found: number; readonly missed: readonly string[] };
}

const conceptsShown = 5;

/** @param planted concepts of the first units of a layer, by layer */
export function summarise(report: NeuronReport, planted: Readonly<Record<string, readonly string[]>>): ReportSummary {
  const layers = report.layers.map(({ name, neurons }): LayerSummary => {
    const counts = new Map<string, number>();
    for (const { explanation } of neurons) {
      if (explanation?.significant) counts.set(explanation.concept, (counts.get(explanation.concept) ?? 0) + 1);
    }
    const concepts = [...counts].map(([concept, n]) => ({ concept, neurons: n })).sort((a, b) => b.neurons - a.neurons);
    const said = new Map<string, number>();
    for (const { description } of neurons)
      if (description) said.set(description.text, (said.get(description.text) ?? 0) + 1);
    const descriptions = [...said]
      .map(([description, n]) => ({ description, neurons: n }))
      .sort((a, b) => b.neurons - a.neurons);
    return {
      name,
      neurons: neurons.length,
      dead: neurons.filter(({ dead }) => dead).length,
      explained: neurons.filter(({ explanation }) => explanation?.significant).length,
      concepts: concepts.slice(0, conceptsShown),
      described: neurons.filter(({ description }) => description !== undefined).length,
      descriptions: descriptions.slice(0, conceptsShown),
    };
  });
  const checked = Object.entries(planted).flatMap(([name, concepts]) => {
    const neurons = report.layers.find((layer) => layer.name === name)?.neurons ?? [];
    return neurons.slice(0, concepts.length).map(({ unit, explanation }) => ({
      address: `${name}:${unit}`,
      expected: concepts[unit],
      given: explanation?.significant ? explanation.concept : undefined,
    }));
  });
  const missed = checked.filter(({ expected, given }) => expected !== given);
  return {
    model: report.model.name,
    pictures: report.data.pictures,
    skipped: report.data.skipped,
    layers,
    ...(checked.length > 0 && {
      planted: {
        neurons: checked.length,
        found: checked.length - missed.length,
        missed: missed.map(({ address, expected, given }) => `${address}: ${expected}, not ${given ?? "explained"}`),
      },
    }),
  };
}
