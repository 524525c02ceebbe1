/** @file Functions that a model defines: each call is replaced by the nodes inside, under names that begin with the call's. */

import { CajalError } from "../error.ts";
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto } from "./schema.ts";

/** A few functions that call each other twice each would grow without bound. */
const nodeLimit = 100_000;
const depthLimit = 100;

/** @throws CajalError `bad-onnx` when functions call themselves, or are written for another operator set than the model */
export function inlineFunctions(model: ModelProto, source: string): ModelProto {
  const { graph, functions } = model;
  if (graph === undefined || functions.length === 0) return model;
  const known = new Map(
    functions.map((definition) => [keyOf(definition.domain, definition.name, definition.overload), definition]),
  );
  for (const definition of functions) checkOpset(model, definition, source);
  const inliner = new Inliner(known, source);
  return { ...model, functions: [], graph: { ...graph, node: inliner.nodes(graph.node, 0) } };
}

const keyOf = (domain = "", name = "", overload = ""): string =>
  `${domain === "ai.onnx" ? "" : domain}:${name}:${overload}`;
const standard = ({ domain = "" }: { domain?: string }) => domain === "" || domain === "ai.onnx";

function checkOpset(model: ModelProto, definition: FunctionProto, source: string): void {
  const own = definition.opsetImport.find(standard)?.version;
  const around = model.opsetImport.find(standard)?.version;
  if (own === undefined || around === undefined || Number(own) === Number(around)) return;
  throw new CajalError(
    "bad-onnx",
    `${source}: its function "${definition.name ?? ""}" uses operator set ${own}, the model ${around}`,
    { advice: "Inline the functions with onnx.inliner, which converts them." },
  );
}

/** The names of a function's body as they are called where it is inlined. */
type Rename = (name: string) => string;

class Inliner {
  private count = 0;
  private readonly known: ReadonlyMap<string, FunctionProto>;
  private readonly source: string;

  constructor(known: ReadonlyMap<string, FunctionProto>, source: string) {
    this.known = known;
    this.source = source;
  }

  nodes(nodes: readonly NodeProto[], depth: number): NodeProto[] {
    return nodes.flatMap((node) => {
      const definition = this.known.get(keyOf(node.domain, node.opType, node.overload));
      // Calls count, too: those of empty functions leave no node, but take their time.
      if (++this.count > nodeLimit) throw this.fail(`its functions unfold to more than ${nodeLimit} nodes`);
      if (definition === undefined) {
        return [{ ...node, attribute: node.attribute.map((attribute) => this.subgraph(attribute, depth)) }];
      }
      if (depth >= depthLimit) throw this.fail(`its function "${definition.name}" calls itself`);
      return this.nodes(bodyOf(node, definition), depth + 1);
    });
  }

  private subgraph(attribute: AttributeProto, depth: number): AttributeProto {
    const { g } = attribute;
    return g === undefined ? attribute : { ...attribute, g: { ...g, node: this.nodes(g.node, depth) } };
  }

  private fail(what: string): CajalError {
    return new CajalError("bad-onnx", `${this.source}: ${what}`, { advice: "The file is damaged." });
  }
}

/** The nodes of a call. */
function bodyOf(call: NodeProto, definition: FunctionProto): NodeProto[] {
  const prefix = call.name || call.output.find((name) => name !== "") || definition.name || "function";
  const names = new Map<string, string>([["", ""]]);
  for (const [i, name] of definition.input.entries()) names.set(name, call.input[i] ?? "");
  const passed: NodeProto[] = [];
  for (const [i, name] of definition.output.entries()) {
    const result = call.output[i] || `${prefix}/${name}`;
    // An input that is handed on as it came.
    if (definition.input.includes(name))
      passed.push({ opType: "Identity", input: [names.get(name) ?? ""], output: [result], attribute: [] });
    else names.set(name, result);
  }
  const rename: Rename = (name) => names.get(name) ?? `${prefix}/${name}`;
  const given = new Map(call.attribute.map((attribute) => [attribute.name, attribute]));
  const defaults = new Map(definition.attributeProto.map((attribute) => [attribute.name, attribute]));
  const attributeOf = (attribute: AttributeProto): AttributeProto[] => {
    if (!attribute.refAttrName) return [attribute];
    const value = given.get(attribute.refAttrName) ?? defaults.get(attribute.refAttrName);
    return value ? [{ ...value, ...(attribute.name !== undefined && { name: attribute.name }) }] : [];
  };
  return [...definition.node.map((node) => renamed(node, rename, attributeOf, prefix)), ...passed];
}

function renamed(
  node: NodeProto,
  rename: Rename,
  attributeOf: (attribute: AttributeProto) => AttributeProto[],
  prefix: string,
): NodeProto {
  const graph = (g: GraphProto): GraphProto => ({
    ...g,
    node: g.node.map((child) => renamed(child, rename, attributeOf, prefix)),
    initializer: g.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? "") })),
    input: g.input.map((info) => ({ ...info, name: rename(info.name ?? "") })),
    output: g.output.map((info) => ({ ...info, name: rename(info.name ?? "") })),
  });
  return {
    ...node,
    ...(node.name && { name: `${prefix}/${node.name}` }),
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: node.attribute
      .flatMap(attributeOf)
      .map((attribute) => (attribute.g ? { ...attribute, g: graph(attribute.g) } : attribute)),
  };
}
