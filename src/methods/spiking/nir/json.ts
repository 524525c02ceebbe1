/** @file NIR graphs as JSON, to be read by eye: what stands in the HDF5 file, arrays with their type and shape. */

import { CajalError, type DType, Tensor } from "../../../graph/index.ts";
import { checkedGraph, checkedPrimitive, type NirGraph, type NirMetadata, type NirNode } from "./graph.ts";

const dtypes: readonly string[] = [
  "float32",
  "float64",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint64",
  "uint32",
  "uint16",
  "uint8",
] satisfies DType[];

/** The text of a `.nir.json` file. */
export function formatNir(graph: NirGraph): string {
  return `${JSON.stringify(plain(graph), null, 1)}\n`;
}

function plain(node: NirNode): unknown {
  const metadata = node.metadata && { metadata: plainMetadata(node.metadata) };
  if (node.type !== "NIRGraph") return { type: node.type, ...plainMetadata(node.parameters), ...metadata };
  const nodes = Object.fromEntries(Object.entries(node.nodes).map(([name, inner]) => [name, plain(inner)]));
  return { type: node.type, nodes, edges: node.edges, ...metadata };
}

function plainMetadata(values: NirMetadata): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (typeof value === "string") return [name, value];
      if (!(value instanceof Tensor)) return [name, plainMetadata(value)];
      return [name, { dtype: value.dtype, shape: value.shape, data: [...value.numbers()] }];
    }),
  );
}

/** @throws CajalError `bad-file` */
export function parseNir(text: string, name = "the NIR file"): NirGraph {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CajalError("bad-file", `${name} is no JSON`, { cause });
  }
  const node = nodeOf(name, parsed);
  if (node.type !== "NIRGraph") throw new CajalError("bad-file", `${name} is a ${node.type}, not a NIRGraph`);
  return node;
}

type Fields = Readonly<Record<string, unknown>>;

function fields(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CajalError("bad-file", `NIR: "${name}" is no object`);
  return value as Fields;
}

function nodeOf(name: string, value: unknown): NirNode {
  const { type, metadata, nodes, edges, ...rest } = fields(name, value);
  const extra = metadata === undefined ? undefined : valuesOf(name, fields(name, metadata));
  if (type !== "NIRGraph") {
    const parameters = valuesOf(name, rest) as Readonly<Record<string, Tensor | string>>;
    return checkedPrimitive(name, String(type), parameters, extra);
  }
  const inner = Object.fromEntries(
    Object.entries(fields(`nodes of ${name}`, nodes)).map(([key, node]) => [key, nodeOf(key, node)]),
  );
  const isPair = (edge: unknown): edge is [string, string] =>
    Array.isArray(edge) && edge.length === 2 && edge.every((end) => typeof end === "string");
  if (!Array.isArray(edges) || !edges.every(isPair))
    throw new CajalError("bad-file", `NIR: the edges of "${name}" are no pairs of names`);
  return checkedGraph(name, inner, edges, extra);
}

function valuesOf(name: string, values: Fields): NirMetadata {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (typeof value === "string") return [key, value];
      const { dtype, shape, data, ...others } = fields(`${key} of ${name}`, value);
      if (dtype === undefined) return [key, valuesOf(key, others)];
      const isNumbers = (list: unknown): list is number[] =>
        Array.isArray(list) && list.every((v) => typeof v === "number");
      if (!dtypes.includes(String(dtype)) || !isNumbers(shape) || !isNumbers(data))
        throw new CajalError("bad-file", `NIR: "${key}" of "${name}" is no array`);
      return [key, Tensor.of(data, shape, dtype as DType)];
    }),
  );
}
