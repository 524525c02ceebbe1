/** @file Safetensors files too large to hold: the header is read at once, each tensor when it is asked for. */

import { CajalError } from "./error.ts";
import { toTensor } from "./safetensors.ts";
import {
  damaged,
  headerLength,
  lengthBytes,
  parseHeader,
  type SafetensorsEntry,
  unsafeName,
} from "./safetensors-header.ts";
import type { Tensor, ValueType } from "./tensor.ts";

/** Something of known size whose parts can be read: an open file, a Blob, a URL with range requests. */
export interface ByteSource {
  /** In bytes. */
  readonly size: number;
  /** The bytes `offset` … `offset + length − 1`, all of them. */
  read(offset: number, length: number): Promise<Uint8Array> | Uint8Array;
}

/** What is known of a tensor before it is read. */
export interface StoredTensor extends ValueType {
  /** In the file; BF16 takes half of what its float32 will. */
  readonly byteLength: number;
}

/** An opened file, or several that belong together. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor. @throws CajalError `argument` when there is none of this name, `bad-file` when the source ends early */
  read(name: string): Promise<Tensor>;
}

/**
 * Reads and checks the header of a safetensors file.
 * @param source what messages call the file
 * @throws CajalError `bad-file`, `dtype`
 */
export async function openSafetensors(bytes: ByteSource, source = "the safetensors file"): Promise<SafetensorsFile> {
  const length = headerLength(
    await readExactly(bytes, 0, Math.min(lengthBytes, bytes.size), source),
    bytes.size,
    source,
  );
  const dataStart = lengthBytes + length;
  const header = parseHeader(await readExactly(bytes, lengthBytes, length, source), bytes.size - dataStart, source);
  const entries = new Map(header.entries.map((entry) => [entry.name, entry]));
  return {
    tensors: new Map(header.entries.map((entry) => [entry.name, describe(entry)])),
    metadata: header.metadata,
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw unknownTensor(name, source);
      const data = await readExactly(bytes, dataStart + entry.start, entry.end - entry.start, source);
      return toTensor(entry, data);
    },
  };
}

/**
 * Opens a model whose tensors are spread over several files, as `model.safetensors.index.json` lists them.
 * @param index the text of the index: `{ "weight_map": { tensor: file } }`
 * @param open gives a file of the index's folder by its name, which holds no path
 * @throws CajalError `bad-file`, `dtype`
 */
export async function openShardedSafetensors(
  index: string,
  open: (file: string) => Promise<ByteSource> | ByteSource,
  source = "the safetensors index",
): Promise<SafetensorsFile> {
  const shardOf = parseIndex(index, source);
  const shards = new Map<string, SafetensorsFile>();
  for (const file of new Set(shardOf.values())) shards.set(file, await openSafetensors(await open(file), file));
  const tensors = new Map<string, StoredTensor>();
  for (const [name, file] of shardOf) {
    const stored = shards.get(file)?.tensors.get(name);
    if (stored === undefined) throw damaged(source, `puts tensor "${name}" into ${file}, which does not hold it`);
    tensors.set(name, stored);
  }
  return {
    tensors,
    metadata: Object.fromEntries([...shards.values()].flatMap((shard) => Object.entries(shard.metadata))),
    async read(name) {
      const shard = shards.get(shardOf.get(name) ?? "");
      if (shard === undefined) throw unknownTensor(name, source);
      return shard.read(name);
    },
  };
}

/** The files that an index names. @throws CajalError `bad-file` for an index that is damaged, or names what is no plain file */
export function shardFiles(index: string, source: string): ReadonlySet<string> {
  return new Set(parseIndex(index, source).values());
}

/** Tensor names to file names. */
function parseIndex(text: string, source: string): Map<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw damaged(source, "is not JSON", error);
  }
  const map = parsed !== null && typeof parsed === "object" && "weight_map" in parsed ? parsed.weight_map : undefined;
  if (typeof map !== "object" || map === null || Array.isArray(map)) throw damaged(source, "has no weight_map");
  const entries = Object.entries(map);
  for (const [name, file] of entries) {
    if (name === unsafeName) throw damaged(source, `names a tensor "${name}"`);
    if (typeof file !== "string" || !/^[\w.-]+$/.test(file) || file.startsWith(".")) {
      throw damaged(source, `puts tensor "${name}" into ${JSON.stringify(file)}, which is no plain file name`);
    }
  }
  return new Map(entries);
}

async function readExactly(bytes: ByteSource, offset: number, length: number, source: string): Promise<Uint8Array> {
  const read = await bytes.read(offset, length);
  if (read.length !== length) {
    throw damaged(source, `ends early: ${length} bytes were asked for at ${offset}, ${read.length} came`);
  }
  return read;
}

function describe({ dtype, shape, start, end }: SafetensorsEntry): StoredTensor {
  return { dtype, shape, byteLength: end - start };
}

function unknownTensor(name: string, source: string): CajalError {
  return new CajalError("argument", `${source} holds no tensor "${name}"`);
}
