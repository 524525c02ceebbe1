/** @file compile: a function over Values becomes a function over Tensors. */

import { runtime as defaultRuntime } from "#runtime";
import type { DType } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { encodeGraph, type NamedValue } from "./onnx/export.ts";
import { type Precision, rewriteFor } from "./precision.ts";
import { load, type Open, outputNames, type Program } from "./program.ts";
import type { Runtime, SessionOptions } from "./runtime/runtime.ts";
import { formatShape, Tensor } from "./tensor.ts";
import { type Concrete, type Given, type NamedDraw, trace } from "./trace.ts";
import { leavesOf, mapLeaves, randomnessOf, structureOf, withLeaves } from "./tree.ts";

export interface CompileOptions extends SessionOptions {
  /** Where it runs, from `openRuntime`. Default: the processor. */
  readonly runtime?: Runtime;
  /** "mixed": products take operands rounded to float16, on devices that have it. Default "full". */
  readonly precision?: Precision;
  /**
   * Which results stay on the device, as DeviceTensors, by their paths in the result ("params/0/weight"): what the next call takes again
   * need not come out and go in. Only on WebGPU, and only of float32, float16 and int32; elsewhere all results come to the host. Default: none.
   */
  readonly stay?: (path: string) => boolean;
  /** Sessions kept, one per combination of argument shapes; the least recently used goes first. Default 16. */
  readonly cache?: number;
}

/** Tensors in, tensors out; an Rng in where the function takes Noise. What is returned as it was given comes back as the same Tensor. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: { [K in keyof A]: Given<A[K]> }): Promise<Concrete<R>>;
  /** The ONNX model for arguments of these shapes. */
  onnx(...args: { [K in keyof A]: Given<A[K]> }): Uint8Array;
  /** Frees all sessions. A later call compiles anew. */
  release(): Promise<void>;
}

/** A program for arguments of certain types. */
interface Entry {
  readonly program: Promise<Program>;
  readonly inputNames: readonly string[];
  readonly draws: readonly (readonly NamedDraw[])[];
  /** For each result that is an argument as it was given, that argument's name: the runtime need not copy it. */
  readonly unchanged: readonly (string | undefined)[];
  /** The result's structure; its leaves stand for nothing. */
  readonly template: unknown;
}

const placeholder = Tensor.scalar(0);

/** What graphics cards hold. */
const ofDevices: ReadonlySet<DType> = new Set(["float32", "float16", "int32"]);

/** Computes nothing: all results are arguments. */
const nothing: Program = { run: async () => [], release: async () => {} };

/**
 * Compiles a function of trees of Values. It is traced once for each combination of shapes and dtypes, differentiated if it asks for it,
 * and run by ONNX Runtime.
 * @throws CajalError `argument` when the runtime has no mixed precision; (when called) `shape`, `dtype`, `no-derivative`, … from tracing; `runtime` from running
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const { runtime = defaultRuntime, precision = "full", cache = 16, stay, ...sessionOptions } = options;
  const rewrite = rewriteFor(precision, runtime);
  const encode = (inputs: readonly NamedValue[], outputs: readonly NamedValue[]) =>
    encodeGraph(inputs, outputs, {}, rewrite);
  const open: Open = (inputs, outputs, stay = []) =>
    runtime.createSession(encode(inputs, outputs), { ...sessionOptions, stay });
  const entries = new Map<string, Entry>();

  const traced = (args: readonly unknown[]) => {
    const { inputs, draws, outputs, result } = trace(fn, args);
    return {
      inputs,
      draws,
      allInputs: [...inputs, ...draws.flat()],
      outputs,
      result,
    };
  };

  const entryFor = (args: readonly unknown[]): Entry => {
    const key = `${JSON.stringify(structureOf(args))} ${leavesOf(args).map((leaf) => leaf.dtype + formatShape(leaf.shape))}`;
    let entry = entries.get(key);
    if (entry === undefined) {
      const { inputs, draws, allInputs, outputs, result } = traced(args);
      const names = new Map(inputs.map(({ name, value }) => [value, name]));
      const unchanged = outputs.map(({ value }) => names.get(value));
      const computed = outputs.filter((_, i) => unchanged[i] === undefined);
      const values = computed.map(({ value }) => value);
      const stays = computed.map(({ name, value }) => ofDevices.has(value.dtype) && (stay?.(name) ?? false));
      entry = {
        program: computed.length > 0 ? load(open, allInputs, values, stays) : Promise.resolve(nothing),
        inputNames: inputs.map(({ name }) => name),
        draws,
        unchanged,
        template: mapLeaves(result, () => placeholder),
      };
      entry.program.catch(() => entries.delete(key));
    }
    entries.delete(key);
    entries.set(key, entry);
    while (entries.size > cache) {
      const [oldest, stale] = entries.entries().next().value as [string, Entry];
      entries.delete(oldest);
      stale.program.then(
        (program) => program.release(),
        () => {},
      );
    }
    return entry;
  };

  const call = async (...args: readonly unknown[]): Promise<Concrete<R>> => {
    const { program, inputNames, draws, unchanged, template } = entryFor(args);
    const leaves = leavesOf(args);
    const feeds: Record<string, Tensor> = {};
    for (const [i, name] of inputNames.entries()) {
      const leaf = leaves[i];
      if (!("data" in leaf)) {
        throw new CajalError("argument", `compile: argument "${name}" is a Value, not a Tensor`, {
          advice: "Inside a traced function, call the function itself, not its compiled form.",
        });
      }
      feeds[name] = leaf;
    }
    for (const [i, rng] of randomnessOf(args).entries()) {
      const stream = rng.fork();
      for (const draw of draws[i]) feeds[draw.name] = draw.fill(stream);
    }
    const computed = (await (await program).run(feeds)).values();
    const results = unchanged.map((name) => (name === undefined ? (computed.next().value as Tensor) : feeds[name]));
    return withLeaves(template, results) as Concrete<R>;
  };

  return Object.assign(call, {
    onnx: (...args: readonly unknown[]) => {
      const { allInputs, outputs } = traced(args);
      return encode(allInputs, outputNames(outputs.map(({ value }) => value)));
    },
    release: async () => {
      const stale = [...entries.values()];
      entries.clear();
      await Promise.all(stale.map(async ({ program }) => (await program.catch(() => undefined))?.release()));
    },
  }) as Compiled<A, R>;
}
