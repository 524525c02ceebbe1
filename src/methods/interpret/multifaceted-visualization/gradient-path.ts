/** @file Whether a change of the pixels can be felt at a unit at all. */

import { isFloat } from "../../../graph/dtype.ts";
import { CajalError, type Value } from "../../../graph/index.ts";

/**
 * Walks back from a value to the pixels.
 * @throws CajalError `no-derivative` when every way passes an op whose derivative is zero everywhere; it is named
 */
export function checkGradientPath(value: Value, pixels: Value, tensor: string): void {
  const blocking = new Set<string>();
  const seen = new Set<Value>();
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === pixels) return;
    if (seen.has(next)) continue;
    seen.add(next);
    const { node } = next;
    if (node === undefined) continue;
    // Whole numbers do not change a little.
    if (node.definition.derivative === "zero" || !isFloat(next.dtype)) {
      if (dependsOn(next, pixels)) blocking.add(described(node.definition.name, node.scope));
    } else for (const input of node.inputs) if (input !== undefined) open.push(input);
  }
  const why = blocking.size > 0 ? `${[...blocking].join(", ")} lets no gradient through` : "it does not depend on them";
  throw new CajalError("no-derivative", `"${tensor}" has no gradient with respect to the pixels: ${why}`, {
    advice: "Choose a tensor before that operator.",
  });
}

function described(op: string, scope: string): string {
  return scope === "" ? op : `${op} at "${scope}"`;
}

function dependsOn(value: Value, pixels: Value): boolean {
  const seen = new Set<Value>();
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === pixels) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    for (const input of next.node?.inputs ?? []) if (input !== undefined) open.push(input);
  }
  return false;
}
