/** @file Sets of pictures, read one at a time. */

import type { Picture } from "./picture.ts";

/** A picture with what is known about it. */
export interface LabelledPicture {
  /** What a person would call it: its path in the folder, or its number in a generated set. */
  readonly name: string;
  readonly picture: Picture;
  readonly label?: string;
  /** Masks by concept, 1 where the concept is, each height × width of the picture; only concepts that are there. */
  readonly concepts?: ReadonlyMap<string, Uint8Array>;
}

/**
 * What pictures are labelled by when they lie in folders: the folder's path. One folder for all tells nothing.
 * @param paths with "/", from the folder that holds all of them
 * @returns of each its label, if it has one
 */
export function folderLabels(paths: readonly string[]): (string | undefined)[] {
  const folders = paths.map((path) => path.split("/").slice(0, -1).join("/"));
  const tells = new Set(folders).size > 1;
  return folders.map((folder) => (tells && folder !== "" ? folder : undefined));
}

/** All labels that occur, in order. */
export function labelsAmong(labels: readonly (string | undefined)[]): string[] {
  return [...new Set(labels.filter((label) => label !== undefined))].sort();
}

/** Random access to labelled pictures. */
export interface PictureSet {
  readonly name: string;
  readonly length: number;
  /** All labels that occur; empty when pictures have none. */
  readonly labels: readonly string[];
  /** All concepts that have masks; empty when there are none. */
  readonly concepts: readonly string[];
  /** What a picture is called, without reading it. */
  nameOf(index: number): string;
  /**
   * A picture scaled to cover height × width pixels and cropped around its centre.
   * @throws CajalError `bad-image` when it cannot be read
   */
  get(index: number, height: number, width: number): Promise<LabelledPicture>;
}
