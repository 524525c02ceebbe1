/**
 * @file Names for what a graph computes: scopes, taps, and what may be done at a tap.
 *
 * Tracing is synchronous, so the scope in force and the taps listened to are two stacks that every function here leaves
 * as it found them. They are the only state of the engine outside its values.
 */

import { CajalError } from "./error.ts";
import { sameShape } from "./tensor.ts";
import type { Value } from "./value.ts";

/** What a tapped value is replaced with. It must keep dtype and shape. */
export type Edit = (value: Value) => Value;

type Listener = (name: string, value: Value) => Value;

const scopes: string[] = [];
const listeners: Listener[] = [];

/** Prefixes the names of all nodes and taps that `body` makes, as in "block3/attention/…". */
export function scope<T>(name: string, body: () => T): T {
  scopes.push(name);
  try {
    return body();
  } finally {
    scopes.pop();
  }
}

/** The scope in force, "" at the top. */
export function currentScope(): string {
  return scopes.join("/");
}

function listen<T>(listener: Listener, body: () => T): T {
  listeners.push(listener);
  try {
    return body();
  } finally {
    listeners.pop();
  }
}

/** Marks a value with a name, so that `collect` sees it and `intervene` can replace it. Use what comes back. */
export function tap(name: string, value: Value): Value {
  const full = [...scopes, name].join("/");
  let current = value;
  for (let i = listeners.length - 1; i >= 0; i--) current = listeners[i](full, current);
  return current;
}

/**
 * The function, returning also its tapped values by name.
 * @param wanted which taps to keep (default: all)
 */
export function collect<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  wanted: (name: string) => boolean = () => true,
): (...args: A) => { result: R; taps: Record<string, Value> } {
  return (...args) => {
    const taps: Record<string, Value> = {};
    const result = listen(
      (name, value) => {
        if (wanted(name)) {
          if (name in taps)
            throw new CajalError("argument", `collect: two taps are named "${name}"`, {
              advice: "Put one in a scope.",
            });
          taps[name] = value;
        }
        return value;
      },
      () => fn(...args),
    );
    return { result, taps };
  };
}

/**
 * The function with tapped values replaced. What is outside sees the replacement: `collect(intervene(f, e))` collects edited values.
 * @throws CajalError `unknown-layer` when an edit names no tap, `shape` when an edit changes dtype or shape
 */
export function intervene<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  edits: Readonly<Record<string, Edit>>,
): (...args: A) => R {
  return (...args) => {
    const used = new Set<string>();
    const seen: string[] = [];
    const result = listen(
      (name, value) => {
        seen.push(name);
        if (!Object.hasOwn(edits, name)) return value;
        used.add(name);
        const edited = edits[name](value);
        if (edited.dtype !== value.dtype || !sameShape(edited.shape, value.shape)) {
          throw new CajalError("shape", `intervene: the edit of "${name}" turns ${value} into ${edited}`);
        }
        return edited;
      },
      () => fn(...args),
    );
    const unused = Object.keys(edits).filter((name) => !used.has(name));
    if (unused.length > 0) {
      throw new CajalError(
        "unknown-layer",
        `intervene: no tap is named ${unused.map((name) => `"${name}"`).join(", ")}`,
        {
          advice: `Taps: ${seen.slice(0, 20).join(", ")}${seen.length > 20 ? ", …" : ""}.`,
        },
      );
    }
    return result;
  };
}
