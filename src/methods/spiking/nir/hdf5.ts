/** @file NIR graphs as HDF5 files, as the `nir` package of Python reads and writes them. */

import { type Hdf5File, type Hdf5Tree, readHdf5, writeHdf5 } from "../../../data/index.ts";
import { CajalError, Tensor } from "../../../graph/index.ts";
import { checkedGraph, checkedPrimitive, type NirGraph, type NirMetadata, type NirNode } from "./graph.ts";

/** Of the standard that files are written by. */
const version = "1.0.4";

/** Graphs within graphs, at most. */
const deepest = 16;

/** @throws CajalError `bad-file` when it is damaged or no NIR graph, with the node and its type */
export function decodeNir(bytes: Uint8Array, name = "the NIR file"): Promise<NirGraph> {
  return readHdf5(
    bytes,
    (file) => {
      const node = readNode(file, "node", name, 0);
      if (node.type !== "NIRGraph")
        throw new CajalError("bad-file", `${name}: its "node" is a ${node.type}, not a NIRGraph`);
      return node;
    },
    name,
  );
}

function readNode(file: Hdf5File, path: string, name: string, depth: number): NirNode {
  const keys = file.keys(path);
  const type = keys?.includes("type") ? word(file, `${path}/type`) : undefined;
  if (keys === undefined || type === undefined)
    throw new CajalError("bad-file", `${name}: there is no node at "${path}"`, { advice: "It is no NIR file." });
  if (depth > deepest)
    throw new CajalError("bad-file", `${name}: graphs lie in graphs at "${path}", deeper than ${deepest}`);
  const metadata = keys.includes("metadata") ? readMetadata(file, `${path}/metadata`, depth) : undefined;
  if (type === "NIRGraph") {
    const names = file.keys(`${path}/nodes`) ?? [];
    const nodes = Object.fromEntries(names.map((key) => [key, readNode(file, `${path}/nodes/${key}`, key, depth + 1)]));
    return checkedGraph(path, nodes, readEdges(file, `${path}/edges`), metadata);
  }
  const parameters = Object.fromEntries(
    keys.flatMap((key) => {
      const value = key === "type" ? undefined : readValue(file, `${path}/${key}`);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
  return checkedPrimitive(path.split("/").pop() ?? path, type, parameters, metadata);
}

function readValue(file: Hdf5File, path: string): Tensor | string | undefined {
  const data = file.read(path);
  if (data?.kind === "numbers") return data.tensor;
  return data?.kind === "words" && data.words.length === 1 ? data.words[0] : undefined;
}

function word(file: Hdf5File, path: string): string | undefined {
  const value = readValue(file, path);
  return typeof value === "string" ? value : undefined;
}

function readEdges(file: Hdf5File, path: string): [string, string][] {
  const data = file.read(path);
  // A graph without edges is written as an empty array of numbers.
  if (data === undefined || (data.kind === "numbers" && data.tensor.size === 0)) return [];
  if (data.kind !== "words" || data.shape[1] !== 2)
    throw new CajalError("bad-file", `NIR: "${path}" are no pairs of names`);
  return Array.from({ length: data.shape[0] }, (_, i) => [data.words[2 * i], data.words[2 * i + 1]]);
}

function readMetadata(file: Hdf5File, path: string, depth: number): NirMetadata {
  const entries = (file.keys(path) ?? []).flatMap((key) => {
    const at = `${path}/${key}`;
    const value =
      readValue(file, at) ?? (depth < deepest && file.keys(at) ? readMetadata(file, at, depth + 1) : undefined);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The file of a graph. */
export function encodeNir(graph: NirGraph): Promise<Uint8Array> {
  return writeHdf5({ version, node: treeOf(graph) });
}

function treeOf(node: NirNode): Hdf5Tree {
  const metadata: Hdf5Tree = node.metadata && Object.keys(node.metadata).length > 0 ? { metadata: node.metadata } : {};
  if (node.type !== "NIRGraph") return { type: node.type, ...node.parameters, ...metadata };
  const nodes = Object.fromEntries(Object.entries(node.nodes).map(([name, inner]) => [name, treeOf(inner)]));
  const edges = node.edges.length > 0 ? node.edges : Tensor.zeros([0], "float32");
  return { type: node.type, nodes, edges, ...metadata };
}
