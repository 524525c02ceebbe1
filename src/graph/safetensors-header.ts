/**
 * @file The header of a safetensors file: names, dtypes, shapes and byte ranges, checked before anything is read or allocated.
 *
 * The format (github.com/huggingface/safetensors, README "Format"): 8 bytes N (unsigned, little endian), N bytes of JSON, then the tensors'
 * bytes, which the ranges of the header cover without overlaps, holes or a rest.
 */

import { bytesPerElement, type DType } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { formatShape, type Shape } from "./tensor.ts";

/** Bytes of the header's length, which stands first. */
export const lengthBytes = 8;

/** Longer headers are refused, as by the format's reference implementation. */
export const headerLimit = 100_000_000;

/** How elements stand in a file. */
interface Stored {
  readonly dtype: DType;
  readonly bytes: number;
  readonly upperHalf: boolean;
}

/** A tensor of a safetensors file. */
export interface SafetensorsEntry {
  readonly name: string;
  /** The dtype it is read as. */
  readonly dtype: DType;
  readonly shape: Shape;
  /** The range of its bytes, counted from the end of the header. */
  readonly start: number;
  readonly end: number;
  /** Stored as BF16: 16 bits, the upper half of a float32. */
  readonly upperHalf: boolean;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly entries: readonly SafetensorsEntry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's name of a dtype: "float32" is "F32", "uint8" is "U8", "bool" is "BOOL". It has none for some. */
export function safetensorsName(dtype: DType): string | undefined {
  if (dtype === "bool") return "BOOL";
  const [, kind, bits] = /^(bf|f|i|u)(?:loat|int|nt)(8|16|32|64)$/.exec(dtype) ?? [];
  return bits === undefined ? undefined : kind.toUpperCase() + bits;
}

const stored: ReadonlyMap<string, Stored> = new Map<string, Stored>([
  ...(Object.keys(bytesPerElement) as DType[]).flatMap((dtype): [string, Stored][] => {
    const name = safetensorsName(dtype);
    return name === undefined ? [] : [[name, { dtype, bytes: bytesPerElement[dtype], upperHalf: false }]];
  }),
  ["BF16", { dtype: "float32", bytes: 2, upperHalf: true }],
]);

/** A name that would reach the prototype of an object keyed by it. */
export const unsafeName = "__proto__";

/**
 * The length of the header, from the first eight bytes.
 * @param size bytes of the whole file
 * @throws CajalError `bad-file`
 */
export function headerLength(start: Uint8Array, size: number, source: string): number {
  if (size < lengthBytes || start.length < lengthBytes) throw damaged(source, `has ${size} bytes, fewer than a header`);
  const length = Number(new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true));
  if (length > headerLimit) throw damaged(source, `claims a header of ${length} bytes; ${headerLimit} is the limit`);
  if (length > size - lengthBytes) {
    throw damaged(source, `claims a header of ${length} bytes, but ends after ${size} bytes`);
  }
  return length;
}

/**
 * Parses and checks a header.
 * @param dataBytes bytes of the file behind the header
 * @throws CajalError `bad-file` (damaged, inconsistent), `dtype` (a type that Cajal doesn't hold)
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, source: string): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...tensors } = parseObject(bytes, source);
  if (!isObject(metadata)) throw damaged(source, "has metadata that are not an object");
  for (const [key, value] of Object.entries(metadata)) {
    if (key === unsafeName) throw damaged(source, `names a metadata entry "${key}"`);
    if (typeof value !== "string") throw damaged(source, `has metadata "${key}" that is not a string`);
  }
  const entries = Object.entries(tensors).map(([name, info]) => parseEntry(name, info, source));
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.start !== end) {
      const what = entry.start < end ? "overlaps the tensor before it" : "leaves a hole before it";
      throw damaged(source, `: tensor "${entry.name}" at bytes ${entry.start} to ${entry.end} ${what}`);
    }
    end = entry.end;
  }
  if (end !== dataBytes) throw damaged(source, `holds ${dataBytes} bytes of tensors, its header describes ${end}`);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseObject(bytes: Uint8Array, source: string): Record<string, unknown> {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch (error) {
    throw damaged(source, "has a header that is not JSON", error);
  }
  if (!isObject(parsed) || !text.startsWith("{")) throw damaged(source, "has a header that is not an object");
  if (membersWritten(text) !== membersKept(parsed)) throw damaged(source, "gives two tensors the same name");
  return parsed;
}

function parseEntry(name: string, info: unknown, source: string): SafetensorsEntry {
  const where = `: tensor "${name}"`;
  if (name === unsafeName) throw damaged(source, `names a tensor "${name}"`);
  if (!isObject(info)) throw damaged(source, `${where} is not described by an object`);
  const { dtype: storedAs, shape, data_offsets: range } = info;
  if (typeof storedAs !== "string") throw damaged(source, `${where} has no dtype`);
  if (!isCounts(shape)) throw damaged(source, `${where} has a shape that is not a list of sizes`);
  if (!isCounts(range) || range.length !== 2 || range[0] > range[1]) {
    throw damaged(source, `${where} has no byte range`);
  }
  const type = stored.get(storedAs);
  if (type === undefined) throw unreadable(name, storedAs, source);
  let size = 1;
  for (const dim of shape) {
    size *= dim;
    if (!Number.isSafeInteger(size * 8)) throw damaged(source, `${where} has impossible dims ${formatShape(shape)}`);
  }
  const [start, end] = range;
  if (end - start !== size * type.bytes) {
    throw damaged(
      source,
      `${where}: ${storedAs} ${formatShape(shape)} needs ${size * type.bytes} bytes, its range has ${end - start}`,
    );
  }
  return { name, dtype: type.dtype, shape, start, end, upperHalf: type.upperHalf };
}

function unreadable(name: string, storedAs: string, source: string): CajalError {
  const reason = /^F[468]/.test(storedAs) ? ": floats of a quantised model, whose scales stand elsewhere" : "";
  return new CajalError("dtype", `${source}: tensor "${name}" is stored as ${storedAs}, which is not read${reason}`, {
    advice: `Readable: ${[...stored.keys()].join(", ")}. Convert the file first.`,
  });
}

/** JSON.parse keeps the last of two members of one name; the text has both. Each member has one colon outside strings. */
function membersWritten(text: string): number {
  let count = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c) i++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x3a) count++;
  }
  return count;
}

function membersKept(root: object): number {
  let count = 0;
  // A stack of our own: JSON can be nested deeper than the call stack.
  const open: object[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
    if (!Array.isArray(value)) count += members.length;
    for (const member of members) if (typeof member === "object" && member !== null) open.push(member);
  }
  return count;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** @param what continues "model.safetensors …" */
export function damaged(source: string, what: string, cause?: unknown): CajalError {
  return new CajalError("bad-file", `${source}${what.startsWith(":") ? "" : " "}${what}`, {
    advice: "The file is truncated, damaged or no safetensors file: compare its size with the source.",
    cause,
  });
}
