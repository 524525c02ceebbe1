/** @file The data of a report as script elements that do not run: pictures and drawings of neurons, each in base64. */

import type { NeuronReport } from "../neuron-report.ts";
import { encodeBase64 } from "./base64.ts";
import { BLOCK_SIZE, openingLayer } from "./catalogue.ts";
import { packDrawings } from "./pack.ts";

/** Cards that fill a large screen, and the pictures on a card: what is wanted first. */
const FIRST_CARDS = 16;
const FIRST_PICTURES = 5;

const block = (id: string, bytes: Uint8Array): string =>
  `<script type="text/plain" id="${id}">${encodeBase64(bytes)}</script>\n`;

/** The drawings of one layer, `BLOCK_SIZE` neurons in each block. */
function* drawingBlocks({ layers }: NeuronReport, index: number): Iterable<string> {
  const neurons = layers[index]?.neurons ?? [];
  for (let at = 0; at < neurons.length; at += BLOCK_SIZE) {
    yield block(`n${index}-${at / BLOCK_SIZE}`, packDrawings(neurons.slice(at, at + BLOCK_SIZE)));
  }
}

function* pictureBlocks({ pictures }: NeuronReport, indices: Iterable<number>): Iterable<string> {
  for (const index of indices) {
    const picture = pictures[index];
    if (picture) yield block(`p${index}`, picture.encoded);
  }
}

/** All blocks, in the order in which a reader wants them: what the page opens with comes first. */
export function* dataBlocks(report: NeuronReport): Iterable<string> {
  const { layers, pictures } = report;
  const opening = openingLayer(layers);
  const cards = layers[opening]?.neurons.filter(({ dead }) => !dead).slice(0, FIRST_CARDS) ?? [];
  const first = new Set(
    cards.flatMap(({ exemplars }) => exemplars.slice(0, FIRST_PICTURES).map(({ picture }) => picture)),
  );
  yield* drawingBlocks(report, opening);
  yield* pictureBlocks(report, first);
  for (const index of layers.keys()) if (index !== opening) yield* drawingBlocks(report, index);
  yield* pictureBlocks(
    report,
    [...pictures.keys()].filter((index) => !first.has(index)),
  );
}
