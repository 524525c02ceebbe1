/** @file Which neurons the sheet shows, and in which order. Runs inside the page: no outside references. */

import type { Catalogue, NeuronSummary } from "../catalogue.ts";
import type { ShowKey, SortKey, ViewState } from "./state.ts";

export interface Neuron extends NeuronSummary {
  readonly layerIndex: number;
  readonly layerName: string;
  /** Place within the layer, which says in which block the drawing is. */
  readonly position: number;
  /** `layer:unit` */
  readonly address: string;
  /** Where a search looks: layer, description, concept and label in lower case. */
  readonly searchable: string;
}

export function listNeurons(catalogue: Catalogue): Neuron[] {
  return catalogue.layers.flatMap((layer, layerIndex) =>
    layer.neurons.map((neuron, position) => {
      const concept = neuron.explanation?.significant ? neuron.explanation.concept : "";
      const said = neuron.description?.text ?? "";
      const searchable = `${layer.name}\n${said}\n${concept}\n${neuron.selectivity?.label ?? ""}`.toLowerCase();
      const address = `${layer.name}:${neuron.unit}`;
      return { ...neuron, layerIndex, layerName: layer.name, position, address, searchable };
    }),
  );
}

export interface Selection {
  /** What the sheet shows, in order. */
  readonly neurons: readonly Neuron[];
  /** Neurons of each layer that match the query and the filter. */
  readonly perLayer: readonly number[];
  /** Neurons of the chosen layer that match the query, by filter. */
  readonly perShow: Readonly<Record<ShowKey, number>>;
}

/**
 * Every word of the query must be found: as the unit's number, as its address `layer:unit`, in its description, or in the names of
 * layer, concept (a significant one) or label. `layerIndex` -1 stands for all layers.
 */
export function selectNeurons(all: readonly Neuron[], layers: number, layerIndex: number, state: ViewState): Selection {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (neuron: Neuron) =>
    words.every((word) =>
      /^\d+$/.test(word)
        ? neuron.unit === Number(word) || neuron.searchable.split("\n").includes(word)
        : neuron.searchable.includes(word) || (word.includes(":") && neuron.address.toLowerCase() === word),
    );
  const shown: Record<ShowKey, (neuron: Neuron) => boolean> = {
    all: () => true,
    explained: (neuron) => !neuron.dead && neuron.explanation?.significant === true,
    live: (neuron) => !neuron.dead,
    dead: (neuron) => neuron.dead,
  };

  const perLayer = Array.from({ length: layers }, () => 0);
  const perShow = { all: 0, explained: 0, live: 0, dead: 0 };
  const neurons: Neuron[] = [];
  for (const neuron of all) {
    if (!matches(neuron)) continue;
    const passes = shown[state.show](neuron);
    if (passes) perLayer[neuron.layerIndex] = (perLayer[neuron.layerIndex] ?? 0) + 1;
    if (layerIndex !== -1 && neuron.layerIndex !== layerIndex) continue;
    if (passes) neurons.push(neuron);
    for (const show of ["all", "explained", "live", "dead"] as const) if (shown[show](neuron)) perShow[show]++;
  }

  const measures: Record<Exclude<SortKey, "unit">, (neuron: Neuron) => number | null | undefined> = {
    maximum: (neuron) => neuron.maximum,
    selectivity: (neuron) => neuron.selectivity?.index,
    sparseness: (neuron) => neuron.sparseness,
    iou: (neuron) => neuron.explanation?.iou,
    active: (neuron) => neuron.active,
  };
  if (state.sort === "unit") {
    neurons.sort((a, b) => a.layerIndex - b.layerIndex || a.unit - b.unit);
  } else {
    const measure = measures[state.sort];
    const order = (neuron: Neuron) => measure(neuron) ?? Number.NEGATIVE_INFINITY; // unknown comes last
    neurons.sort((a, b) => (order(b) === order(a) ? 0 : order(b) - order(a)));
  }
  return { neurons, perLayer, perShow };
}
