/** @file Edits of a text model's neurons, heads and streams, in the graph itself. */

import { CajalError, formatShape, intervene, Tensor, type Value } from "../../graph/index.ts";
import { checkSet, checkUnits, type Edit, finite } from "../edit.ts";
import { findLayer } from "../layers.ts";
import type { TextLayer } from "./network.ts";

/**
 * What to do to units of one layer; of a head's unit, to all its elements. Without `steps`, at every token; steps count from the text's
 * first token, <s> included.
 */
export type TextEdit = (
  | Edit
  | {
      readonly units?: readonly number[];
      /** Activations of another text, as `activations` gives them: they replace those of the same steps. */
      readonly patch: Tensor;
    }
) & { readonly steps?: readonly number[] };

/** Edits by layer name; several of one layer are applied in order. */
export type TextEdits = Readonly<Record<string, TextEdit | readonly TextEdit[]>>;

/** Edits that were checked, behind those that there are already. */
export function addEdits(
  layers: readonly TextLayer[],
  earlier: Readonly<Record<string, readonly TextEdit[]>>,
  edits: TextEdits,
): Readonly<Record<string, readonly TextEdit[]>> {
  const all = { ...earlier };
  for (const [name, given] of Object.entries(edits)) {
    const layer = findLayer(layers, name);
    const list = [given].flat() as readonly TextEdit[];
    for (const edit of list) check(layer, edit);
    all[name] = [...(all[name] ?? []), ...list];
  }
  return all;
}

/** No model reads more tokens. */
const longestText = 1 << 24;

/** @throws CajalError `unknown-unit`, `argument`, `shape` */
function check(layer: TextLayer, edit: TextEdit): void {
  const units = checkUnits(layer, edit.units);
  for (const step of edit.steps ?? [])
    if (!Number.isInteger(step) || step < 0 || step > longestText)
      throw new CajalError("argument", `edit: ${step} is no step of a text`);
  if ("patch" in edit) {
    const { shape } = edit.patch;
    if (shape.length !== layer.shape.length + 1 || shape[0] < 1 || layer.shape.some((size, i) => size !== shape[i + 1]))
      throw new CajalError(
        "shape",
        `edit: the patch of "${layer.name}" is ${formatShape(shape)}, not [steps, ${layer.shape.join(", ")}]`,
        { advice: "Take it from model.activations(text), of the same layer." },
      );
  } else if ("set" in edit) checkSet(edit.set, units);
  else if ("scale" in edit) finite(edit.scale, "scale");
  else finite(edit.add, "add");
}

/**
 * The function with edits.
 * @param positions the steps' places in the text, int64 [steps], from the function's arguments
 */
export function withEdits<A extends readonly unknown[], R>(
  run: (...args: A) => R,
  layers: readonly TextLayer[],
  edits: Readonly<Record<string, readonly TextEdit[]>>,
  positions: (...args: A) => Value,
): (...args: A) => R {
  if (Object.keys(edits).length === 0) return run;
  return (...args) => {
    const at = positions(...args);
    const changes = Object.entries(edits).map(([name, list]) => {
      const layer = findLayer(layers, name);
      return [name, (value: Value) => list.reduce((v, edit) => edited(layer, edit, v, at), value)] as const;
    });
    return intervene(run, Object.fromEntries(changes))(...args);
  };
}

/** @param value [batch, steps, units] or [batch, steps, heads, headWidth] */
function edited(layer: TextLayer, edit: TextEdit, value: Value, positions: Value): Value {
  const inner = layer.shape.length - 1;
  const perUnit = (rest: number, chosen: number | readonly number[], dtype: "bool" | "float32") => {
    const values = new Float64Array(layer.units).fill(rest);
    for (const [i, unit] of checkUnits(layer, edit.units).entries())
      values[unit] = typeof chosen === "number" ? chosen : chosen[i];
    return value.tracer.lift(Tensor.of(values, [layer.units, ...Array(inner).fill(1)], dtype), dtype);
  };
  const perStep = (table: readonly number[]) =>
    lookUp(table, positions).reshape([positions.shape[0], ...Array(inner + 1).fill(1)]);
  const changed = () => {
    if ("scale" in edit) return value.mul(perUnit(1, edit.scale, "float32"));
    if ("add" in edit) return value.add(perUnit(0, edit.add, "float32"));
    // Chosen, not multiplied: it holds even where the unit is infinite or NaN.
    if ("set" in edit) {
      const set =
        typeof edit.set === "number" ? value.tracer.lift(edit.set, "float32") : perUnit(0, edit.set, "float32");
      return perUnit(0, 1, "bool").where(set, value);
    }
    const last = edit.patch.shape[0] - 1;
    const rows = value.tracer.lift(edit.patch, "float32").gather(positions.op("Clip", [0, last]));
    return perUnit(0, 1, "bool").where(rows, value);
  };
  let result = changed();
  if ("patch" in edit) result = perStep([...Array(edit.patch.shape[0]).fill(1), 0]).where(result, value);
  if (edit.steps === undefined) return result;
  const table = Array(Math.max(-1, ...edit.steps) + 2).fill(0);
  for (const step of edit.steps) table[step] = 1;
  return perStep(table).where(result, value);
}

/** Of each position whether it is in the table; those beyond it are as its last entry says. */
function lookUp(table: readonly number[], positions: Value): Value {
  const values = positions.tracer.lift(Tensor.of(table, [table.length], "bool"), "bool");
  return values.gather(positions.op("Clip", [0, table.length - 1]));
}
