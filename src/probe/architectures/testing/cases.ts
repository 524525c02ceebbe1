/** @file The decoders that reference.py wrote, and what PyTorch computes of them. */

import { readdirSync, readFileSync } from "node:fs";
import {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  type SafetensorsFile,
  type Tensor,
} from "../../../graph/index.ts";

const here = new URL("./", import.meta.url);

/** The folders beside this file. */
export const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

export function caseFolder(name: string): string {
  return new URL(name, here).pathname;
}

const read = (name: string, file: string) => readFileSync(new URL(`${name}/${file}`, here));

export function configOf(name: string): Record<string, unknown> {
  return JSON.parse(read(name, "config.json").toString());
}

export function weightsOf(name: string): Record<string, Tensor> {
  return { ...decodeSafetensors(read(name, "model.safetensors")).tensors };
}

/** tokens [texts, steps], logits [texts, steps, vocabulary] */
export function referenceOf(name: string): { tokens: Tensor; logits: Tensor } {
  const { tokens, logits } = decodeSafetensors(read(name, "reference.safetensors")).tensors;
  return { tokens, logits };
}

export function storedFile(name: string): Promise<SafetensorsFile> {
  const bytes = read(name, "model.safetensors");
  return openSafetensors({ size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) });
}

/** A file of these tensors. */
export function fileOf(tensors: Record<string, Tensor>): Promise<SafetensorsFile> {
  const bytes = encodeSafetensors(tensors);
  return openSafetensors({ size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) });
}
