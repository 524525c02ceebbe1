/** @file Data sets by name, read from wherever their files are. */

import { CajalError } from "../graph/index.ts";
import { cifar10Images } from "./cifar10.ts";
import type { Split } from "./data-entry.ts";
import { type LabelledImages, labelledImages } from "./labelled-images.ts";
import { findData, registry } from "./registry.ts";
import { type DataSource, unpacked } from "./source.ts";

/**
 * The images and labels of "mnist", "fashion-mnist" or "cifar10", as tensors.
 * @throws CajalError `no-data` for any other set, or as the source
 */
export async function loadImages(source: DataSource, name: string, split: Split): Promise<LabelledImages> {
  const entry = findData(name);
  if (entry.kind !== "pictures" || entry.format === "folder") {
    const sets = Object.keys(registry).filter((key) => "splits" in registry[key]);
    throw new CajalError("no-data", `"${name}" has no images as tensors`, {
      advice: `These have: ${sets.join(", ")}.`,
    });
  }
  if (entry.format === "cifar10") {
    const parts = await Promise.all(entry.splits[split].map((path) => unpacked(source, name, path)));
    return cifar10Images(name, concatenated(parts));
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

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
