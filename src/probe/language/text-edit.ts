/** @file Edits of a text model's neurons, heads and streams, in the graph itself. */

import { CajalError, formatShape, intervene, Tensor, type Value } from "../../graph/index.ts";
import { checkSet, checkUnits, type Edit, finite } from "../edit.ts";
import { findLayer } from "../layers.ts";
import type { TextLayer } from "./network.ts";

/** Anything that a graph computes, in place of what a layer (or any other tap) holds. */
export interface ComputedEdit {
  /** Taps that it looks at beside the edited one; they come before it. */
  readonly reads?: readonly string[];
  /** @param value what the tap holds, float32 @param reads what the others hold, float32. @returns [the shape of `value`] */
  compute(value: Value, reads: readonly Value[]): Value;
}

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
  | ComputedEdit
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
    const list = [given].flat() as readonly TextEdit[];
    for (const edit of list) {
      checkSteps(edit);
      // A computed edit may be of any tap, and what it does is known when it is traced.
      if (!isComputed(edit)) check(findLayer(layers, name), edit);
    }
    all[name] = [...(all[name] ?? []), ...list];
  }
  return all;
}

/** No model reads more tokens. */
const longestText = 1 << 24;

export function isComputed(edit: TextEdit): edit is ComputedEdit & Pick<TextEdit, "steps"> {
  return "compute" in edit;
}

function checkSteps({ steps = [] }: TextEdit): void {
  for (const step of steps)
    if (!Number.isInteger(step) || step < 0 || step > longestText)
      throw new CajalError("argument", `edit: ${step} is no step of a text`);
}

/** @throws CajalError `unknown-unit`, `argument`, `shape` */
function check(layer: TextLayer, edit: Exclude<TextEdit, ComputedEdit>): void {
  const units = checkUnits(layer, edit.units);
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
    const seen = new Map<string, Value>();
    const look = (name: string) => (value: Value) => {
      seen.set(name, value);
      return value;
    };
    const read = Object.values(edits).flatMap((list) =>
      list.flatMap((edit) => (isComputed(edit) ? (edit.reads ?? []) : [])),
    );
    const changes = Object.entries(edits).map(([name, list]) => {
      const one = (value: Value, edit: TextEdit) =>
        isComputed(edit) ? computed(name, edit, value, seen, at) : edited(findLayer(layers, name), edit, value, at);
      return [name, (value: Value) => look(name)(list.reduce(one, value))] as const;
    });
    return intervene(run, {
      ...Object.fromEntries(read.map((name) => [name, look(name)])),
      ...Object.fromEntries(changes),
    })(...args);
  };
}

/** @param seen values of taps that came before, by name */
function computed(
  name: string,
  { reads = [], compute, steps }: ComputedEdit & Pick<TextEdit, "steps">,
  value: Value,
  seen: ReadonlyMap<string, Value>,
  positions: Value,
): Value {
  const given = reads.map((from) => {
    const found = seen.get(from);
    if (found === undefined)
      throw new CajalError("unknown-layer", `edit: "${name}" comes before "${from}", which its edit reads`);
    return found.cast("float32");
  });
  const result = compute(value.cast("float32"), given).cast(value.dtype);
  return steps === undefined ? result : atSteps(steps, result, value, positions);
}

/** @param value [batch, steps, units] or [batch, steps, heads, headWidth] */
function edited(layer: TextLayer, edit: Exclude<TextEdit, ComputedEdit>, value: Value, positions: Value): Value {
  const inner = layer.shape.length - 1;
  const perUnit = (rest: number, chosen: number | readonly number[], dtype: "bool" | "float32") => {
    const values = new Float64Array(layer.units).fill(rest);
    for (const [i, unit] of checkUnits(layer, edit.units).entries())
      values[unit] = typeof chosen === "number" ? chosen : chosen[i];
    return value.tracer.lift(Tensor.of(values, [layer.units, ...Array(inner).fill(1)], dtype), dtype);
  };
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
  if ("patch" in edit)
    result = perStep([...Array(edit.patch.shape[0]).fill(1), 0], value, positions).where(result, value);
  return edit.steps === undefined ? result : atSteps(edit.steps, result, value, positions);
}

/** The result at these steps of the text, and the value elsewhere. */
function atSteps(steps: readonly number[], result: Value, value: Value, positions: Value): Value {
  const table = Array(Math.max(-1, ...steps) + 2).fill(0);
  for (const step of steps) table[step] = 1;
  return perStep(table, value, positions).where(result, value);
}

/** Of each step whether it is in the table, in a shape that goes with that of the value: [batch, steps, …]. */
function perStep(table: readonly number[], value: Value, positions: Value): Value {
  return lookUp(table, positions).reshape([positions.shape[0], ...Array(value.rank - 2).fill(1)]);
}

/** Of each position whether it is in the table; those beyond it are as its last entry says. */
function lookUp(table: readonly number[], positions: Value): Value {
  const values = positions.tracer.lift(Tensor.of(table, [table.length], "bool"), "bool");
  return values.gather(positions.op("Clip", [0, table.length - 1]));
}
