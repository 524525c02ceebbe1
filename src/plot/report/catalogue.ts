/**
 * @file The light part of a report: all that the page needs at once to list, search and sort the neurons. The heavy part
 * (exemplars, maps, histograms) follows in blocks that the page decodes when they are looked at.
 */

import type { NeuronReport, ReportLayer, ReportNeuron, ReportPicture } from "../neuron-report.ts";

/** A neuron's numbers and words. What is not finite in the report arrives in the page as null. */
export type NeuronSummary = Omit<ReportNeuron, "histogram" | "exemplars">;

/** What is drawn of a neuron. */
export type NeuronDrawing = Pick<ReportNeuron, "histogram" | "exemplars">;

export type LayerSummary = Omit<ReportLayer, "neurons"> & { readonly neurons: readonly NeuronSummary[] };

export type PictureSummary = Omit<ReportPicture, "encoded">;

export interface Catalogue {
  readonly model: string;
  readonly captioner?: string;
  readonly data: { readonly pictures: number; readonly concepts: number };
  readonly layers: readonly LayerSummary[];
  readonly pictures: readonly PictureSummary[];
  /** The layer that the page opens with, where its link names none; -1 when there is none. */
  readonly opening: number;
  /** Neurons in each block of drawings. */
  readonly blockSize: number;
}

/** Small enough to decode within a frame (32 neurons × 15 maps is about 0.1 MB), large enough to keep blocks few. */
export const BLOCK_SIZE = 32;

export function catalogueOf(report: NeuronReport): Catalogue {
  return {
    model: report.model.name,
    ...(report.captioner !== undefined && { captioner: report.captioner }),
    data: { pictures: report.data.pictures, concepts: report.data.concepts },
    layers: report.layers.map((layer) => ({
      ...layer,
      neurons: layer.neurons.map(({ histogram: _histogram, exemplars: _exemplars, ...summary }) => summary),
    })),
    pictures: report.pictures.map(({ encoded: _encoded, ...picture }) => picture),
    opening: openingLayer(report.layers),
    blockSize: BLOCK_SIZE,
  };
}

/** The layer with most explained neurons; without words, the last one that has a live neuron. */
export function openingLayer(layers: readonly LayerSummary[]): number {
  const counts = layers.map((layer) => countNeurons(layer.neurons));
  const most = Math.max(...counts.map(({ explained }) => explained), 0);
  if (most > 0) return counts.findIndex(({ explained }) => explained === most);
  const lively = counts.findLastIndex(({ live }) => live > 0);
  return lively === -1 && layers.length > 0 ? 0 : lively;
}

/** How many neurons of a layer are explained, alive without an explanation, and dead. */
export interface LayerCounts {
  readonly explained: number;
  readonly live: number;
  readonly dead: number;
}

export function countNeurons(neurons: readonly NeuronSummary[]): LayerCounts {
  const dead = neurons.filter((neuron) => neuron.dead).length;
  const explained = neurons.filter((neuron) => !neuron.dead && neuron.explanation?.significant).length;
  return { explained, live: neurons.length - dead, dead };
}
