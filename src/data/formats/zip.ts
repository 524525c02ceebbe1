/**
 * @file Reads ZIP archives that may be hostile: every size is checked before anything is allocated, and against what is really there.
 *
 * The format (PKWARE APPNOTE 6.3): members, each behind a local header; then the central directory, whose sizes count; then the end record.
 */

import { Inflate } from "fflate";
import { CajalError } from "../../graph/index.ts";
import { crc32 } from "./crc32.ts";

/** A member of an archive; its content is read when asked for. */
export interface ZipMember {
  readonly name: string;
  /** Bytes of its content. */
  readonly size: number;
  /** @throws CajalError `bad-file` when the content is damaged */
  read(): Uint8Array;
}

const signatures = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 } as const;
const endLength = 22;
const centralLength = 46;
const localLength = 30;
const stored = 0;
const deflated = 8;

/** What one byte of deflated data can at most become (RFC 1951: 258 bytes from 2 bits). */
const bestRatio = 1032;

/** Longer names are refused. */
const nameLimit = 1000;

/** Deflated data is given to the inflater in pieces, so that one that grows too large is stopped. */
const pieceLength = 1 << 12;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly localStart: number;
}

/**
 * The files of an archive, in the order of its directory; its empty entries for folders are passed over. Names are plain or relative
 * paths, each once.
 * @param limit bytes that all members together may have
 * @throws CajalError `bad-file` (damaged, encrypted, ZIP64, unsafe names), `too-large`
 */
export function readZip(bytes: Uint8Array, limit: number, source: string): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view, source);
  const count = view.getUint16(end + 10, true);
  const directoryLength = view.getUint32(end + 12, true);
  const directoryStart = view.getUint32(end + 16, true);
  if (count === 0xffff || directoryLength === 0xffffffff || directoryStart === 0xffffffff) throw zip64(source);
  if (
    view.getUint16(end + 4, true) !== 0 ||
    view.getUint16(end + 6, true) !== 0 ||
    view.getUint16(end + 8, true) !== count
  )
    throw bad(source, "is one of several parts");
  if (directoryStart + directoryLength !== end) throw bad(source, "has a directory that is not where its end says");

  const entries: Entry[] = [];
  let at = directoryStart;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readEntry(bytes, view, at, end, source);
    entries.push(entry);
    at = next;
  }
  if (at !== end) throw bad(source, `has ${end - at} bytes in its directory behind the last member`);
  checkNames(entries, source);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > limit) {
    throw new CajalError("too-large", `${source}: its members have ${total} bytes unpacked; ${limit} is the limit`, {
      advice: "If you trust the file, allow more by the option `limit`.",
    });
  }
  const starts = dataStarts(view, entries, directoryStart, source);
  const members = entries.map((entry, i) => ({
    name: entry.name,
    size: entry.size,
    read: () =>
      content(bytes.subarray(starts[i], starts[i] + entry.packed), entry, `${source}: member "${entry.name}"`),
  }));
  return members.filter((_, i) => !isFolder(entries[i]));
}

function isFolder({ name, size }: Entry): boolean {
  return name.endsWith("/") && size === 0;
}

/** A relative path that stays inside the folder it is unpacked into, on any system. */
export function isSafeName(name: string): boolean {
  // Control characters, lone surrogates, backslashes; a drive of Windows.
  if (/[\p{Cc}\p{Cs}\\]/u.test(name) || /^[a-zA-Z]:\//.test(name) || name.length > nameLimit) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** Where the end record starts: the last place where one fits, with its comment, exactly to the end of the file. */
function findEnd(view: DataView, source: string): number {
  const last = view.byteLength - endLength;
  for (let at = last; at >= 0 && at >= last - 0xffff; at--) {
    if (view.getUint32(at, true) === signatures.end && view.getUint16(at + 20, true) === last - at) return at;
  }
  throw bad(source, "is not a ZIP archive");
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  source: string,
): { entry: Entry; next: number } {
  if (at + centralLength > end || view.getUint32(at, true) !== signatures.central) {
    throw bad(source, "has a damaged directory");
  }
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
  const next = at + centralLength + nameLength + extraLength + commentLength;
  if (next > end) throw bad(source, "has a damaged directory");
  const name = readName(bytes.subarray(at + centralLength, at + centralLength + nameLength), source);
  const [crc, packed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true));
  const localStart = view.getUint32(at + 42, true);
  if ([packed, size, localStart].includes(0xffffffff)) throw zip64(source);
  const method = view.getUint16(at + 10, true);
  const where = `${source}: member "${name}"`;
  if (view.getUint16(at + 8, true) & 1) throw bad(where, "is encrypted");
  if (method !== stored && method !== deflated) throw bad(where, `is packed by method ${method}; only deflate is read`);
  if (method === stored ? packed !== size : size > packed * bestRatio) {
    throw bad(where, `claims ${size} bytes from ${packed}, which is impossible`);
  }
  return { entry: { name, method, crc, packed, size, localStart }, next };
}

function readName(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw bad(source, "has a member whose name is not UTF-8", cause);
  }
}

function checkNames(entries: readonly Entry[], source: string): void {
  const seen = new Set<string>();
  for (const entry of entries) {
    const { name } = entry;
    if (seen.has(name)) throw bad(source, `has two members named "${name}"`);
    seen.add(name);
    if (!isSafeName(isFolder(entry) ? name.slice(0, -1) : name))
      throw bad(source, `has a member with the unsafe name ${JSON.stringify(name.slice(0, 200))}`);
  }
}

/** Where each member's bytes start. Members must not share bytes: archives that unpack without end are built that way. */
function dataStarts(view: DataView, entries: readonly Entry[], directoryStart: number, source: string): number[] {
  const starts = entries.map(({ localStart, name }) => {
    if (localStart + localLength > directoryStart || view.getUint32(localStart, true) !== signatures.local) {
      throw bad(source, `has no member "${name}" where its directory says`);
    }
    return localStart + localLength + view.getUint16(localStart + 26, true) + view.getUint16(localStart + 28, true);
  });
  const ranges = entries
    .map(({ localStart, packed, name }, i) => ({ start: localStart, end: starts[i] + packed, name }))
    .sort((a, b) => a.start - b.start);
  let end = 0;
  for (const range of ranges) {
    if (range.start < end || range.end > directoryStart)
      throw bad(source, `has members that overlap at "${range.name}"`);
    end = range.end;
  }
  return starts;
}

function content(packed: Uint8Array, { method, size, crc }: Entry, where: string): Uint8Array {
  const unpacked = method === stored ? packed : inflate(packed, size, where);
  if (crc32(unpacked) !== crc) throw bad(where, "does not have the checksum that the directory gives");
  return unpacked;
}

function inflate(packed: Uint8Array, size: number, where: string): Uint8Array {
  const result = new Uint8Array(size);
  let length = 0;
  const inflater = new Inflate((chunk) => {
    if (length + chunk.length > size) throw bad(where, `unpacks to more than the ${size} bytes it claims`);
    result.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length; at += pieceLength) {
      inflater.push(packed.subarray(at, at + pieceLength), at + pieceLength >= packed.length);
    }
  } catch (error) {
    if (error instanceof CajalError) throw error;
    throw bad(where, `is not deflated data (${(error as Error).message})`, error);
  }
  if (length !== size) throw bad(where, `unpacks to ${length} bytes, not the ${size} it claims`);
  return result;
}

function zip64(source: string): CajalError {
  return new CajalError("bad-file", `${source} is a ZIP64 archive: more than 65,534 members or 4 GiB`, {
    advice: "Split it into smaller archives.",
  });
}

/** @param what continues "weights.npz …" */
function bad(source: string, what: string, cause?: unknown): CajalError {
  return new CajalError("bad-file", `${source} ${what}`, {
    advice: "The file is truncated, damaged or another format: compare its size with the source.",
    cause,
  });
}
