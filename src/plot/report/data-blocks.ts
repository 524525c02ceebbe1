/** @file The heavy data of a report, in blocks: pictures and drawings of neurons. In its page they are script elements that do not run, in base64. */

import type { NeuronReport } from "../neuron-report.ts";
import { encodeBase64 } from "./base64.ts";
import { BLOCK_SIZE, openingLayer } from "./catalogue.ts";
import { packDrawings } from "./pack.ts";

/** Cards that fill a large screen, and the pictures on a card: what is wanted first. */
const FIRST_CARDS = 16;
const FIRST_PICTURES = 5;

/** The bytes under the name by which the page asks for them. */
export type Block = readonly [id: string, bytes: Uint8Array];

/** The drawings of one layer, `BLOCK_SIZE` neurons in each block. */
function* drawingBlocks({ layers }: NeuronReport, index: number): Iterable<Block> {
  const neurons = layers[index]?.neurons ?? [];
  for (let at = 0; at < neurons.length; at += BLOCK_SIZE) {
    yield [`n${index}-${at / BLOCK_SIZE}`, packDrawings(neurons.slice(at, at + BLOCK_SIZE))];
  }
}

function* pictureBlocks({ pictures }: NeuronReport, indices: Iterable<number>): Iterable<Block> {
  for (const index of indices) {
    const picture = pictures[index];
    if (picture) yield [`p${index}`, picture.encoded];
  }
}

/** All blocks, in the order in which a reader wants them: what the page opens with comes first. */
export function* blocksOf(report: NeuronReport): Iterable<Block> {
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

export function* dataBlocks(report: NeuronReport): Iterable<string> {
  for (const [id, bytes] of blocksOf(report))
    yield `<script type="text/plain" id="${id}">${encodeBase64(bytes)}</script>\n`;
}
