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

/** Who hears of taps, from the outside in. */
type Listener = { readonly kind: "edit"; edit(name: string, value: Value): Value } | Collector | Body;

interface Collector {
  readonly kind: "collect";
  /** Which taps to take; undefined: all that can be had. */
  readonly wanted: ((name: string) => boolean) | undefined;
  take(name: string, value: Value): void;
}

/** A body being traced: what is tapped in it is not one value but one at each step. */
interface Body {
  readonly kind: "body";
  /** Takes a value of the body out, to those around it. Undefined where there is no way out. */
  readonly out: ((value: Value, deliver: (outside: Value) => void) => void) | undefined;
  readonly name: string;
}

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
  const bodies: Body[] = [];
  for (let i = listeners.length - 1; i >= 0; i--) {
    const listener = listeners[i];
    if (listener.kind === "body") bodies.push(listener);
    else if (listener.kind === "edit") current = listener.edit(full, current);
    else if (listener.wanted?.(full) ?? true) takeOut(full, current, [...bodies], listener);
  }
  return current;
}

/** @param bodies from the inside out */
function takeOut(name: string, value: Value, bodies: readonly Body[], collector: Collector): void {
  const [body, ...around] = bodies;
  if (body === undefined) collector.take(name, value);
  else if (body.out !== undefined) body.out(value, (outside) => takeOut(name, outside, around, collector));
  else if (collector.wanted !== undefined) {
    throw new CajalError("argument", `collect: the tap "${name}" is inside the body of a ${body.name}`, {
      advice: "Leave it out by its name; in a scan it could be collected, stacked over the steps.",
    });
  }
}

/** Whether a body (of a scan, a branch, a loop) is being traced: what happens in it happens at each step. */
export function insideBody(): boolean {
  return listeners.some(({ kind }) => kind === "body");
}

/** Traces a body that runs once for each step; `deliver` gives what was collected in it to those outside, stacked over the steps. */
export function inStackedBody<T>(body: () => T): { result: T; deliver: (stack: (value: Value) => Value) => void } {
  const pending: { readonly value: Value; readonly deliver: (outside: Value) => void }[] = [];
  const out: Body["out"] = (value, deliver) => pending.push({ value, deliver });
  const result = listen({ kind: "body", name: "scan", out }, body);
  return {
    result,
    deliver: (stack) => {
      for (const { value, deliver } of pending) deliver(stack(value));
    },
  };
}

/** Traces a body that may run any number of times: nothing in it can be collected. */
export function inBody<T>(name: string, body: () => T): T {
  return listen({ kind: "body", name, out: undefined }, body);
}

/**
 * The function, returning also its tapped values by name. A tap in the body of a scan comes stacked over the steps, [T, ...].
 * @param wanted which taps to keep (default: all but those in branches and while loops, which cannot be collected)
 * @throws CajalError `argument` when two taps have one name, or a wanted one is in a branch or a while loop
 */
export function collect<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  wanted?: (name: string) => boolean,
): (...args: A) => { result: R; taps: Record<string, Value> } {
  return (...args) => {
    const taps: Record<string, Value> = {};
    const result = listen(
      {
        kind: "collect",
        wanted,
        take(name, value) {
          if (name in taps)
            throw new CajalError("argument", `collect: two taps are named "${name}"`, {
              advice: "Put one in a scope.",
            });
          taps[name] = value;
        },
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
      {
        kind: "edit",
        edit(name, value) {
          seen.push(name);
          if (!Object.hasOwn(edits, name)) return value;
          used.add(name);
          const edited = edits[name](value);
          if (edited.dtype !== value.dtype || !sameShape(edited.shape, value.shape)) {
            throw new CajalError("shape", `intervene: the edit of "${name}" turns ${value} into ${edited}`);
          }
          return edited;
        },
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
