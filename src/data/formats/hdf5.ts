/**
 * @file Reads and writes HDF5 files, by h5wasm: the HDF5 library as WebAssembly, with files in its own memory. It is loaded when it is first
 * needed.
 */

import type { Dataset, Group, Metadata, Reference } from "h5wasm";
import { CajalError, type DType, formatShape, sizeOf, Tensor, type TypedArray } from "../../graph/index.ts";

/** What a dataset holds: numbers; words; rows of numbers of different lengths; or references to other objects, as their paths. */
export type Hdf5Data =
  | { readonly kind: "numbers"; readonly tensor: Tensor }
  | { readonly kind: "words"; readonly shape: readonly number[]; readonly words: readonly string[] }
  | { readonly kind: "rows"; readonly rows: readonly Tensor[] }
  | { readonly kind: "references"; readonly shape: readonly number[]; readonly targets: readonly string[] };

/** An open file. Paths are like "spikes/times". */
export interface Hdf5File {
  /** Names in a group ("" is the root); undefined where there is no group. */
  keys(path: string): readonly string[] | undefined;
  /** A dataset; undefined where there is none. @throws CajalError `bad-file`, `too-large` */
  read(path: string): Hdf5Data | undefined;
  /** A number or word that is attached to a group or dataset; undefined where there is none, or something else. */
  attribute(path: string, name: string): number | string | undefined;
}

/** What a file is written from: groups as objects. */
export interface Hdf5Tree {
  readonly [name: string]: Tensor | string | readonly (readonly string[])[] | Hdf5Tree;
}

export interface ReadHdf5Options {
  /** Elements that one dataset may have. Default 2²⁸. */
  readonly limit?: number;
}

/** Of all h5wasm knows only one file at a time, which is gone when its reader returns. */
const path = "/file.h5";

async function library() {
  const h5wasm = await import("h5wasm");
  const module = await h5wasm.ready;
  // Errors of the library are thrown rather than printed.
  module.activate_throwing_error_handler();
  if (h5wasm.FS === null) throw new Error("h5wasm has no file system");
  return { h5wasm, files: h5wasm.FS, classes: module.H5T_class_t };
}

/**
 * What `use` makes of a file.
 * @param name what messages call the file
 * @throws CajalError `bad-file` when it is damaged or no HDF5
 */
export async function readHdf5<T>(
  bytes: Uint8Array,
  use: (file: Hdf5File) => T,
  name = "the HDF5 file",
  { limit = 2 ** 28 }: ReadHdf5Options = {},
): Promise<T> {
  const { h5wasm, files, classes } = await library();
  const guarded = <R>(work: () => R): R => {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof CajalError) throw cause;
      throw new CajalError("bad-file", `${name} is no HDF5 file, or damaged`, { cause });
    }
  };
  const open = (): Group & { close(): unknown } => {
    files.writeFile(path, bytes);
    return new h5wasm.File(path, "r");
  };
  const file = guarded(open);
  const entity = (at: string) => guarded(() => (at === "" ? file : at.split("/").reduce(step, file)));
  const step = (group: unknown, key: string): unknown =>
    group instanceof h5wasm.Group && group.keys().includes(key) ? group.get(key) : undefined;
  try {
    return use({
      keys(at) {
        const group = entity(at);
        return group instanceof h5wasm.Group ? guarded(() => group.keys()) : undefined;
      },
      read(at) {
        const dataset = entity(at);
        return dataset instanceof h5wasm.Dataset
          ? guarded(() => readDataset(file, dataset, `${name}: "${at}"`, limit, classes))
          : undefined;
      },
      attribute(at, attribute) {
        const owner = entity(at);
        if (!(owner instanceof h5wasm.Group || owner instanceof h5wasm.Dataset)) return undefined;
        const value = guarded(() => owner.attrs[attribute]?.value);
        const single =
          ArrayBuffer.isView(value) || Array.isArray(value) ? Array.from(value as ArrayLike<unknown>) : [value];
        const [only] = single;
        if (single.length !== 1) return undefined;
        return typeof only === "string"
          ? only
          : typeof only === "number" || typeof only === "bigint"
            ? Number(only)
            : undefined;
      },
    });
  } finally {
    guarded(() => file.close());
    files.unlink(path);
  }
}

type Classes = Awaited<ReturnType<typeof library>>["classes"];

function readDataset(file: Group, dataset: Dataset, where: string, limit: number, classes: Classes): Hdf5Data {
  const { metadata } = dataset;
  const shape = metadata.shape ?? [];
  if (sizeOf(shape) > limit)
    throw new CajalError("too-large", `${where} is ${formatShape(shape)}; ${limit} elements are the limit`);
  const element = metadata.vlen_type ?? metadata;
  const dtype = dtypeOf(element, classes);
  if (dtype === "float16") asWords(element, classes);
  const { value } = dataset;
  if (metadata.type === classes.H5T_STRING.value) {
    const words = (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map(String);
    return { kind: "words", shape, words };
  }
  if (metadata.type === classes.H5T_REFERENCE.value) {
    const targets = Array.from(value as ArrayLike<Reference>, (reference) => pathOf(file.dereference(reference)));
    return { kind: "references", shape, targets };
  }
  if (dtype === undefined)
    throw new CajalError("bad-file", `${where} holds neither numbers nor text`, {
      advice: "Compound types are not read.",
    });
  if (metadata.type === classes.H5T_VLEN.value) {
    const rows = (value as unknown[]).map((row) => tensorOf(dtype, undefined, row));
    return { kind: "rows", rows };
  }
  return { kind: "numbers", tensor: tensorOf(dtype, shape, value) };
}

/** The path from the root, without its slash; "" for a reference to nothing or into a dataset. */
function pathOf(target: unknown): string {
  const known = typeof target === "object" && target !== null && "path" in target ? target.path : undefined;
  return typeof known === "string" ? known.replace(/^\/+/, "") : "";
}

/** h5wasm knows no float16: its bits are read as integers, which is how Tensors hold them. */
function asWords(element: Metadata, classes: Classes): void {
  element.type = classes.H5T_INTEGER.value;
  element.signed = false;
}

function dtypeOf({ type, size, signed }: Metadata, classes: Classes): DType | undefined {
  const bits = 8 * size;
  if (type === classes.H5T_FLOAT.value) return ({ 16: "float16", 32: "float32", 64: "float64" } as const)[bits];
  if (type !== classes.H5T_INTEGER.value) return undefined;
  const kinds: Readonly<Record<number, readonly [DType, DType]>> = {
    8: ["int8", "uint8"],
    16: ["int16", "uint16"],
    32: ["int32", "uint32"],
    64: ["int64", "uint64"],
  };
  return kinds[bits]?.[signed ? 0 : 1];
}

function tensorOf(dtype: DType, shape: readonly number[] | undefined, value: unknown): Tensor {
  if (ArrayBuffer.isView(value)) {
    const data = value as TypedArray;
    return new Tensor(dtype, shape ?? [data.length], data);
  }
  // Scalars come as they are.
  return Tensor.of([Number(value)], shape ?? [1], dtype);
}

/** The file of a tree. Words are written as UTF-8 of variable length, a list of lists of them as [rows, columns]. */
export async function writeHdf5(tree: Hdf5Tree): Promise<Uint8Array> {
  const { h5wasm, files } = await library();
  const file = new h5wasm.File(path, "w");
  try {
    writeGroup(file, tree);
  } finally {
    file.close();
  }
  const bytes = files.readFile(path).slice();
  files.unlink(path);
  return bytes;
}

function writeGroup(group: Group, tree: Hdf5Tree): void {
  for (const [name, value] of Object.entries(tree)) {
    if (name === "" || name === "." || name.includes("/"))
      throw new CajalError("argument", `writeHdf5: "${name}" is no name in an HDF5 file`, {
        advice: 'Names are not empty and have no "/".',
      });
    if (value instanceof Tensor) group.create_dataset({ name, ...numbers(value) });
    else if (typeof value === "string") group.create_dataset({ name, data: value, shape: [], dtype: "S" });
    else if (Array.isArray(value)) {
      const rows = value as readonly (readonly string[])[];
      group.create_dataset({ name, data: rows.flat(), shape: [rows.length, rows[0]?.length ?? 0], dtype: "S" });
    } else writeGroup(group.create_group(name), value as Hdf5Tree);
  }
}

const formats: Partial<Record<DType, string>> = {
  float32: "<f",
  float64: "<d",
  int64: "<q",
  int32: "<i",
  int16: "<h",
  int8: "<b",
  uint64: "<Q",
  uint32: "<I",
  uint16: "<H",
  uint8: "<B",
};

function numbers({ dtype, shape, data }: Tensor) {
  const format = formats[dtype];
  if (format === undefined) throw new CajalError("dtype", `writeHdf5: ${dtype} is not written`);
  return { data, shape: [...shape], dtype: format };
}
