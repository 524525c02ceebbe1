/** @file compile: a function over Values becomes a function over Tensors. */

import { runtime as defaultRuntime } from "#runtime";
import { CajalError } from "./error.ts";
import { encodeGraph, type NamedValue } from "./onnx/export.ts";
import type { Runtime, Session, SessionOptions } from "./runtime/runtime.ts";
import { formatShape, Tensor } from "./tensor.ts";
import { type Concrete, type Given, type NamedDraw, trace } from "./trace.ts";
import { leavesOf, mapLeaves, randomnessOf, structureOf, withLeaves } from "./tree.ts";

export interface CompileOptions extends SessionOptions {
  /** Default: the runtime of the platform. */
  readonly runtime?: Runtime;
  /** Sessions kept, one per combination of argument shapes; the least recently used goes first. Default 16. */
  readonly cache?: number;
}

/** Tensors in, tensors out; an Rng in where the function takes Noise. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: { [K in keyof A]: Given<A[K]> }): Promise<Concrete<R>>;
  /** The ONNX model for arguments of these shapes. */
  onnx(...args: { [K in keyof A]: Given<A[K]> }): Uint8Array;
  /** Frees all sessions. A later call compiles anew. */
  release(): Promise<void>;
}

interface Program {
  readonly session: Promise<Session>;
  readonly inputNames: readonly string[];
  readonly draws: readonly (readonly NamedDraw[])[];
  readonly outputNames: readonly string[];
  /** The result's structure; its leaves stand for nothing. */
  readonly template: unknown;
}

const placeholder = Tensor.scalar(0);

/**
 * Compiles a function of trees of Values. It is traced once for each combination of shapes and dtypes, differentiated if it asks for it,
 * and run by ONNX Runtime.
 * @throws CajalError (when called) `shape`, `dtype`, `no-derivative`, … from tracing; `runtime` from running
 */
export function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const { runtime = defaultRuntime, cache = 16, ...sessionOptions } = options;
  const programs = new Map<string, Program>();

  const encode = (args: readonly unknown[]) => {
    const { inputs, draws, outputs, result } = trace(fn, args);
    const unique: NamedValue[] = outputs.map(({ value }, i) => ({ name: `output.${i}`, value }));
    return {
      bytes: encodeGraph([...inputs, ...draws.flat()], unique),
      inputNames: inputs.map((input) => input.name),
      draws,
      outputNames: unique.map(({ name }) => name),
      template: mapLeaves(result, () => placeholder),
    };
  };

  const program = (args: readonly unknown[]): Program => {
    const key = `${JSON.stringify(structureOf(args))} ${leavesOf(args).map((leaf) => leaf.dtype + formatShape(leaf.shape))}`;
    let entry = programs.get(key);
    if (entry === undefined) {
      const { bytes, ...rest } = encode(args);
      entry = { ...rest, session: runtime.createSession(bytes, sessionOptions) };
      entry.session.catch(() => programs.delete(key));
    }
    programs.delete(key);
    programs.set(key, entry);
    while (programs.size > cache) {
      const [oldest, stale] = programs.entries().next().value as [string, Program];
      programs.delete(oldest);
      stale.session.then((session) => session.release());
    }
    return entry;
  };

  const call = async (...args: readonly unknown[]): Promise<Concrete<R>> => {
    const { session, inputNames, draws, outputNames, template } = program(args);
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
    const results = await (await session).run(feeds);
    return withLeaves(
      template,
      outputNames.map((name) => results[name]),
    ) as Concrete<R>;
  };

  return Object.assign(call, {
    onnx: (...args: readonly unknown[]) => encode(args).bytes,
    release: async () => {
      const stale = [...programs.values()];
      programs.clear();
      await Promise.all(stale.map(async ({ session }) => (await session.catch(() => undefined))?.release()));
    },
  }) as Compiled<A, R>;
}
