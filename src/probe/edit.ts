/** @file Edits of an ONNX model's neurons: a few nodes after a layer's tensor, and nothing else changed. */

import { CajalError, type DType, type proto, Tensor, tensorToProto } from "../graph/index.ts";
import { findLayer, type Layer, uneditedSuffix } from "./layers.ts";

/** What to do to units of one layer. Units count from 0; without `units`, all of them. */
export type Edit = { readonly units?: readonly number[] } & (
  | {
      /** Clamp to this value, or each unit to one of its own, in the order of `units`; 0 ablates. */ readonly set:
        | number
        | readonly number[];
    }
  | { /** Multiply by this. */ readonly scale: number }
  | { /** Add this. */ readonly add: number }
);

/** Edits by layer name; several of one layer are applied in order. */
export type Edits = Readonly<Record<string, Edit | readonly Edit[]>>;

type Graph = proto.GraphProto;
type Node = proto.NodeProto;

/**
 * The model with the edits built in. Every other node, weight and name stays; the edited tensor keeps its name and the
 * unedited one is called `name/unedited`.
 * @throws CajalError `unknown-layer`, `unknown-unit`, `argument`
 */
export function editModel(model: proto.ModelProto, layers: readonly Layer[], edits: Edits): proto.ModelProto {
  const graph = model.graph as Graph;
  let edited: Graph = { ...graph };
  for (const [name, list] of Object.entries(edits)) {
    const layer = findLayer(layers, name);
    edited = editLayer(edited, layer, Array.isArray(list) ? list : [list as Edit]);
  }
  return { ...model, graph: edited };
}

function editLayer(graph: Graph, layer: Layer, edits: readonly Edit[]): Graph {
  const taken = new Set(graph.node.flatMap((node) => [...node.input, ...node.output]));
  for (const { name = "" } of [...graph.initializer, ...graph.input]) taken.add(name);
  const fresh = (base: string) => {
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}.${i}`;
    taken.add(name);
    return name;
  };

  const before = fresh(`${layer.name}${uneditedSuffix}`);
  const added: Node[] = [];
  const initializers: proto.TensorProto[] = [];
  let current = before;
  for (const [i, edit] of edits.entries()) {
    const next = i === edits.length - 1 ? layer.name : fresh(`${layer.name}/edited`);
    const constant = (role: string, tensor: Tensor) => {
      const name = fresh(`${layer.name}/${role}`);
      initializers.push(tensorToProto(tensor, name));
      return name;
    };
    added.push(editNode(layer, edit, current, next, constant));
    current = next;
  }

  const at = graph.node.findIndex((node) => node.output.includes(layer.name));
  const producer = graph.node[at];
  if (producer === undefined) {
    throw new CajalError(
      "unknown-layer",
      `layer "${layer.name}" lies inside a branch (If) of the model, where edits cannot be saved`,
    );
  }
  const renamed: Node = { ...producer, output: producer.output.map((name) => (name === layer.name ? before : name)) };
  return {
    ...graph,
    node: [...graph.node.slice(0, at), renamed, ...added, ...graph.node.slice(at + 1)],
    initializer: [...graph.initializer, ...initializers],
  };
}

function editNode(
  layer: Layer,
  edit: Edit,
  input: string,
  output: string,
  constant: (role: string, tensor: Tensor) => string,
): Node {
  const units = checkUnits(layer, edit.units);
  const node = (opType: string, inputs: string[]): Node => ({
    opType,
    input: inputs,
    output: [output],
    name: output,
    attribute: [],
  });
  const perUnit = (rest: number, chosen: number | readonly number[], dtype: DType) => {
    const values = new Float64Array(layer.units).fill(rest);
    for (const [i, unit] of units.entries()) values[unit] = typeof chosen === "number" ? chosen : chosen[i];
    // [units, 1, 1] beside [N, C, H, W]; [units] where units are the last axis.
    return Tensor.of(values, [layer.units, ...layer.shape.slice(layer.unitAxis).map(() => 1)], dtype);
  };
  if ("set" in edit) {
    const set = checkSet(edit.set, units);
    // Where, not multiplication: it holds even where the unit is infinite or NaN.
    return node("Where", [
      constant("units", perUnit(0, 1, "bool")),
      constant("set", typeof set === "number" ? Tensor.scalar(set, layer.dtype) : perUnit(0, set, layer.dtype)),
      input,
    ]);
  }
  if ("scale" in edit)
    return node("Mul", [input, constant("scale", perUnit(1, finite(edit.scale, "scale"), layer.dtype))]);
  return node("Add", [input, constant("add", perUnit(0, finite(edit.add, "add"), layer.dtype))]);
}

export function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new CajalError("argument", `edit: ${what} is ${value}, not a finite number`);
  return value;
}

/** @throws CajalError `argument` when they are not numbers, one for all units or one for each */
export function checkSet(set: number | readonly number[], units: readonly number[]): number | readonly number[] {
  if (typeof set === "number") return finite(set, "set");
  if (set.length !== units.length)
    throw new CajalError("argument", `edit: ${set.length} values to set ${units.length} units to`, {
      advice: "Give one value for all, or one for each, in the order of the units.",
    });
  for (const value of set) finite(value, "set");
  return set;
}

export function checkUnits(
  layer: Pick<Layer, "name" | "units">,
  units: readonly number[] | undefined,
): readonly number[] {
  if (units === undefined) return Array.from({ length: layer.units }, (_, i) => i);
  for (const unit of units) {
    if (!Number.isInteger(unit) || unit < 0 || unit >= layer.units) {
      throw new CajalError("unknown-unit", `layer "${layer.name}" has units 0 to ${layer.units - 1}, not ${unit}`);
    }
  }
  return units;
}

/** Reads a neuron's address, `layer:unit`, or a list or range of units as in `fire9/relu:3,5-9`. */
export function parseAddress(address: string): { layer: string; units: number[] | undefined } {
  const colon = address.lastIndexOf(":");
  const list = address.slice(colon + 1);
  if (colon < 0 || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) {
    if (colon < 0) return { layer: address, units: undefined };
    throw new CajalError("argument", `"${address}" is no neuron's address`, {
      advice: "Write layer:unit, as in fire9/relu:3 or fire9/relu:3,5-9.",
    });
  }
  const units = list.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(Number);
    if (to < from || to - from > 1e6)
      throw new CajalError("argument", `"${part}" in "${address}" is no range of units`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  return { layer: address.slice(0, colon), units };
}
