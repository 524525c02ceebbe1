/** @file What the registry holds of a data set or a pretrained model. */

import type { PreprocessName } from "./preprocess.ts";

/** Where the official source has a file by itself. */
export interface Official {
  readonly url: string;
  /** Of what it sends: for `x.gz` this may be another gzip file of the same contents, or the contents. */
  readonly sha256: string;
}

interface Entry {
  readonly title: string;
  readonly licence: string;
  readonly citation: string;
  /** The official page. */
  readonly homepage: string;
  /** SHA-256 by path in the set's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** By the same paths. */
  readonly official?: Readonly<Record<string, Official>>;
  /** True: its files are part of the package, in the folder `assets`. */
  readonly shipped?: boolean;
}

export interface PictureSetEntry extends Entry {
  readonly kind: "pictures";
  readonly format: "folder";
}

/** Colour images in CIFAR-10's binary records, as pictures (of the first file) and as tensors. */
export interface Cifar10Entry extends Entry {
  readonly kind: "pictures";
  readonly format: "cifar10";
  /** The files of a split, gzipped, one after the other. */
  readonly splits: Readonly<Record<Split, readonly string[]>>;
}

/** Grey images with classes, as pictures and as tensors. */
export interface ImageSetEntry extends Entry {
  readonly kind: "pictures";
  readonly format: "idx";
  readonly classes: readonly string[];
  /** The files of images and of labels, gzipped, by split. */
  readonly splits: Readonly<Record<Split, { readonly images: string; readonly labels: string }>>;
}

export type Split = "train" | "test";

export interface TextEntry extends Entry {
  readonly kind: "text";
}

export interface ModelSetEntry extends Entry {
  readonly kind: "models";
  readonly preprocess: PreprocessName;
}

/** Pretrained models of text, with their tokenizers. */
export interface TextModelEntry extends Entry {
  readonly kind: "text models";
}

/** Recordings, tables, anything with a loader of its own. */
export interface FileSetEntry extends Entry {
  readonly kind: "files";
}

export type DataEntry =
  | PictureSetEntry
  | Cifar10Entry
  | ImageSetEntry
  | ModelSetEntry
  | TextModelEntry
  | TextEntry
  | FileSetEntry;
