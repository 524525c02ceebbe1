/** What the parts of a report's page need, from what was found by looking through a model. */

import type { Page } from "../../../src/plot/report/client/page.ts";
import { listNeurons, type Neuron } from "../../../src/plot/report/client/select.ts";
import { createDrawings, createPictures, createQueue } from "../../../src/plot/report/client/sources.ts";
import { parts } from "../../../src/plot/report/script.ts";
import type { Look } from "./look.ts";
import type { Said } from "./said.ts";

export interface Sheet extends Page {
  readonly neurons: readonly Neuron[];
  readonly byAddress: ReadonlyMap<string, Neuron>;
  /** A picture of the look as a file. */
  readonly pictureFile: (index: number) => Blob;
}

const sheets = new WeakMap<Look, Sheet>();

export function sheetOf(look: Look): Sheet {
  const known = sheets.get(look);
  if (known !== undefined) return known;
  const { catalogue, blocks } = look;
  const block = async (id: string) => new Uint8Array(await blocks[id].arrayBuffer());
  const neurons = listNeurons(catalogue);
  const sheet: Sheet = {
    parts,
    catalogue,
    drawings: createDrawings(parts, catalogue, block),
    pictures: createPictures(catalogue, block),
    queue: createQueue(),
    // The studio's own pages change the address.
    go: () => undefined,
    neurons,
    byAddress: new Map(neurons.map((neuron) => [neuron.address, neuron])),
    pictureFile: (index) => blocks[`p${index}`],
  };
  sheets.set(look, sheet);
  return sheet;
}

/** The sheet with what a captioner said. */
export function worded(sheet: Sheet, { captioner, said }: Said): Sheet {
  if (said.size === 0) return sheet;
  const layers = sheet.catalogue.layers.map((layer) => ({
    ...layer,
    neurons: layer.neurons.map((neuron) => {
      const description = said.get(`${layer.name}:${neuron.unit}`);
      return description ? { ...neuron, description } : neuron;
    }),
  }));
  const catalogue = { ...sheet.catalogue, captioner, layers };
  const neurons = listNeurons(catalogue);
  return { ...sheet, catalogue, neurons, byAddress: new Map(neurons.map((neuron) => [neuron.address, neuron])) };
}
