/** @file Decodes pictures and drawings when they are first looked at. Runs inside the page: no outside references. */

import type { Catalogue, NeuronDrawing } from "../catalogue.ts";
import type { Blocks } from "./blocks.ts";
import type { Parts } from "./parts.ts";
import type { Neuron } from "./select.ts";

/** Pictures by index, decoded; those not asked for lately are let go. */
export type Pictures = (index: number) => Promise<ImageBitmap>;

export function createPictures(catalogue: Catalogue, blocks: Blocks): Pictures {
  const budget = 40e6; // pixels kept decoded: about 160 MB
  const decoded = new Map<number, Promise<ImageBitmap>>(); // in the order of their last use
  let pixels = 0;
  const pixelsOf = (index: number) =>
    (catalogue.pictures[index]?.width ?? 0) * (catalogue.pictures[index]?.height ?? 0);

  const decode = async (index: number): Promise<ImageBitmap> => {
    const type = catalogue.pictures[index]?.mime ?? "image/jpeg";
    return createImageBitmap(new Blob([await blocks(`p${index}`)], { type }));
  };
  return (index) => {
    const known = decoded.get(index);
    const bitmap = known ?? decode(index);
    decoded.delete(index);
    decoded.set(index, bitmap);
    if (known) return bitmap;
    pixels += pixelsOf(index);
    for (const oldest of decoded.keys()) {
      if (pixels <= budget || oldest === index) break;
      decoded.delete(oldest);
      pixels -= pixelsOf(oldest);
    }
    return bitmap;
  };
}

/** The drawing of a neuron: its histogram and exemplars. */
export type Drawings = (neuron: Neuron) => Promise<NeuronDrawing>;

export function createDrawings(parts: Parts, catalogue: Catalogue, blocks: Blocks): Drawings {
  const unpacked = new Map<string, Promise<NeuronDrawing[]>>();
  return async (neuron) => {
    const id = `n${neuron.layerIndex}-${Math.floor(neuron.position / catalogue.blockSize)}`;
    const block = unpacked.get(id) ?? blocks(id).then((bytes) => parts.unpackDrawings(bytes));
    unpacked.set(id, block);
    const drawing = (await block)[neuron.position % catalogue.blockSize];
    if (!drawing) throw new Error(`Block ${id} has no drawing of ${neuron.address}`);
    return drawing;
  };
}

/** Runs tasks one after the other, a few milliseconds in each frame, so that scrolling stays smooth. */
export type Queue = (task: () => void) => void;

export function createQueue(): Queue {
  const budget = 8; // milliseconds
  const tasks: (() => void)[] = [];
  const work = () => {
    const start = performance.now();
    while (tasks.length > 0 && performance.now() - start < budget) tasks.shift()?.();
    if (tasks.length > 0) requestAnimationFrame(work);
  };
  return (task) => {
    if (tasks.length === 0) requestAnimationFrame(work);
    tasks.push(task);
  };
}
