/** @file Data sets by name, read from wherever their files are. */

import { CajalError } from "../graph/index.ts";
import { type LabelledImages, labelledImages } from "./labelled-images.ts";
import { findData, registry, type Split } from "./registry.ts";
import { type DataSource, unpacked } from "./source.ts";

/**
 * The images and labels of "mnist" or "fashion-mnist", as tensors.
 * @throws CajalError `no-data` for any other set, or as the source
 */
export async function loadImages(source: DataSource, name: string, split: Split): Promise<LabelledImages> {
  const entry = findData(name);
  if (entry.kind !== "pictures" || entry.format !== "idx") {
    const sets = Object.keys(registry).filter((key) => "splits" in registry[key]);
    throw new CajalError("no-data", `"${name}" has no images as tensors`, {
      advice: `These have: ${sets.join(", ")}.`,
    });
  }
  const { images, labels } = entry.splits[split];
  return labelledImages(
    name,
    entry.classes,
    await unpacked(source, name, images),
    await unpacked(source, name, labels),
  );
}

/** The text of a set such as "tinyshakespeare". @throws CajalError `no-data` when it is none of text, or as the source */
export async function loadText(source: DataSource, name: string): Promise<string> {
  const entry = findData(name);
  if (entry.kind !== "text") throw new CajalError("no-data", `"${name}" is a set of ${entry.kind}, not of text`);
  const parts = await Promise.all(Object.keys(entry.files).map((path) => unpacked(source, name, path)));
  return parts.map((bytes) => new TextDecoder().decode(bytes)).join("");
}
