/** @file What is fuzzed, and what counts as a finding. */

import { getHeapStatistics } from "node:v8";
import { CajalError } from "../../error.ts";
import { Rng } from "../../rng.ts";

/** A reader of untrusted bytes, with a source of bytes that are nearly right. */
export interface FuzzTarget {
  readonly name: string;
  /** An input; the same for the same stream of random numbers. */
  make(rng: Rng): Uint8Array;
  /** Reads the input as a user would. */
  read(bytes: Uint8Array): void | Promise<void>;
  /** Smaller inputs of the same kind, largest cuts first. Default: without some of its bytes. */
  cuts?(bytes: Uint8Array): Iterable<Uint8Array>;
}

/** What a reader did that it must not do. */
export interface Finding {
  readonly kind: "threw" | "leaked" | "slow" | "memory" | "pollution";
  readonly what: string;
  /** Findings of one signature have one cause, as far as one can tell. */
  readonly signature: string;
}

/** Processor time that one input may take, in milliseconds. */
const defaultLimit = 2000;

/** Bytes that one input may leave behind, besides some for each of its own bytes. */
const memoryLimit = 128 * 2 ** 20;
const memoryPerByte = 64;

/** What the JavaScript engine says of a defect. No user should read it, also not inside a CajalError. */
const engineWords =
  /Cannot (read|set|convert|mix|access|destructure|delete)|is not (a function|iterable|defined|a constructor)|Invalid (array|typed array|string|count)|allocation failed|call stack|[Oo]ffset is out|should be a multiple|\bundefined\b|NaN[,\]]|BigInt|Reduce of empty/;

/** The input at an index of a series. */
export function inputAt(target: FuzzTarget, seed: number, index: number): Uint8Array {
  return target.make(new Rng(seed).split(target.name).split(index));
}

/** Reads one input; what is wrong with how the reader took it, if anything. */
export async function tryInput(
  target: FuzzTarget,
  bytes: Uint8Array,
  millisecondLimit = defaultLimit,
): Promise<Finding | undefined> {
  const memory = usedMemory();
  const start = performance.now();
  const processor = process.cpuUsage();
  try {
    await target.read(bytes);
  } catch (error) {
    const fault = faultOf(error);
    if (fault !== undefined) return fault;
  }
  if (performance.now() - start > millisecondLimit) {
    const { user, system } = process.cpuUsage(processor);
    const milliseconds = (user + system) / 1000;
    if (milliseconds > millisecondLimit)
      return { kind: "slow", what: `took ${Math.round(milliseconds)} ms`, signature: "slow" };
  }
  const grown = usedMemory() - memory;
  if (grown > memoryLimit + memoryPerByte * bytes.length) {
    return {
      kind: "memory",
      what: `${bytes.length} bytes took ${Math.round(grown / 2 ** 20)} MiB`,
      signature: "memory",
    };
  }
  return pollution();
}

function faultOf(error: unknown): Finding | undefined {
  if (!(error instanceof Error))
    return { kind: "threw", what: `threw ${String(error)}`, signature: "threw a non-error" };
  const leaked = error instanceof CajalError;
  if (leaked && !engineWords.test(error.message)) return undefined;
  const origin = leaked && error.cause instanceof Error ? error.cause : error;
  const frame = /\n\s+at (.*)/.exec(origin.stack ?? "")?.[1] ?? "";
  return {
    kind: leaked ? "leaked" : "threw",
    what: `${error.name}: ${error.message.slice(0, 300)} (${frame})`,
    signature: `${origin.name} ${frame}`,
  };
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Uint8Array.prototype];
const clean = prototypes.map((prototype) => Reflect.ownKeys(prototype));

/** Names that a reader left on a prototype; they are taken off again. */
function pollution(): Finding | undefined {
  for (const [i, prototype] of prototypes.entries()) {
    const keys = Reflect.ownKeys(prototype);
    if (keys.length === clean[i].length) continue;
    const added = keys.filter((key) => !clean[i].includes(key));
    for (const key of added) Reflect.deleteProperty(prototype, key);
    return { kind: "pollution", what: `a prototype got ${added.map(String).join(", ")}`, signature: "pollution" };
  }
  return undefined;
}

function usedMemory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
