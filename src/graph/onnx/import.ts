/** @file An ONNX model becomes a function over Values, like any other: traceable, tappable, differentiable. */

import { type DType, dtypeOf, isFloat, reader } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { ops } from "../ops/index.ts";
import { formatShape, type Tensor } from "../tensor.ts";
import { Value } from "../value.ts";
import { decodeModel } from "./codec.ts";
import { inlineFunctions } from "./inline.ts";
import { checkOp, lookUp, nodeName } from "./run-body.ts";
import { runNode } from "./run-node.ts";
import type { ModelProto, NodeProto, ValueInfoProto } from "./schema.ts";
import { sortNodes } from "./sort.ts";
import { type ExternalData, noExternalData, tensorFromProto } from "./tensor.ts";
import { oldStaticInputs } from "./upgrade.ts";

export const oldestOpset = 7;
export const newestOpset = 24;

/** A dim that the file leaves open has its name (or none). */
export type OpenShape = readonly (number | string | undefined)[];

/** An input or output of a model, as its file declares it. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  /** `undefined`: the file says nothing, not even the rank. */
  readonly shape: OpenShape | undefined;
}

/** One node of an imported model. */
export interface ImportedNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface ImportedModel {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Float initializers with at least one axis: what training would change. */
  readonly params: Readonly<Record<string, Tensor>>;
  /** All other initializers: integers (quantised weights among them), single numbers, what decides shapes. */
  readonly constants: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly ImportedNode[];
  readonly opset: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Every node's outputs are tapped under their names in the file. */
  apply(
    params: Readonly<Record<string, Value | Tensor>>,
    inputs: Readonly<Record<string, Value>>,
  ): Record<string, Value>;
}

export interface ImportOptions {
  /** Reads weights that lie beside the model. */
  readonly external?: ExternalData;
  /** What messages call the model; default "the model". */
  readonly source?: string;
}

/**
 * Imports an ONNX model (operator sets 7 to 24).
 * @throws CajalError `bad-onnx` (damaged, cyclic, inconsistent), `unknown-op`, `external-data`, `dtype`, `not-finite` (NaN weights)
 */
export function importOnnx(bytes: Uint8Array, options: ImportOptions = {}): ImportedModel {
  const { external = noExternalData, source = "the model" } = options;
  return importModel(decodeModel(bytes, source), external, source);
}

/** Imports a decoded model. */
export function importModel(model: ModelProto, external: ExternalData, source: string): ImportedModel {
  const { graph } = inlineFunctions(model, source);
  if (graph === undefined || graph.node.length === 0) {
    throw new CajalError("bad-onnx", `${source} holds no graph`, { advice: "It is empty, or not an ONNX model." });
  }
  const opset = checkOpset(model, source);
  const nodes = sortNodes(graph, source);
  for (const node of nodes) checkOp(node, source);

  const fixed = staticNames(nodes);
  const params: Record<string, Tensor> = {};
  const constants = new Map<string, Tensor>();
  for (const proto of graph.initializer) {
    const tensor = tensorFromProto(proto, external);
    const name = proto.name ?? "";
    checkNumbers(name, tensor, source);
    if (isFloat(tensor.dtype) && tensor.shape.length > 0 && !fixed.has(name)) params[name] = tensor;
    else constants.set(name, tensor);
  }
  if (graph.sparseInitializer.length > 0)
    throw new CajalError("bad-onnx", `${source} has sparse weights, which are not supported`);

  const inputs = graph.input.filter(({ name = "" }) => params[name] === undefined && !constants.has(name)).map(port);
  const outputs = graph.output.map(port);
  return {
    inputs,
    outputs,
    params,
    constants: Object.fromEntries(constants),
    opset,
    nodes: nodes.map((node) => ({
      name: nodeName(node),
      op: node.opType ?? "",
      inputs: node.input,
      outputs: node.output,
    })),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key ?? "", value ?? ""])),
    apply(given, feeds) {
      const tracer = Object.values(feeds).find((value) => value instanceof Value)?.tracer;
      if (tracer === undefined)
        throw new CajalError("argument", `${source}: apply needs Values as inputs`, {
          advice: "Call it inside compile.",
        });
      const environment = new Map<string, Value>();
      for (const input of inputs) environment.set(input.name, checkFeed(input, feeds[input.name], source));
      for (const [name, tensor] of constants) environment.set(name, tracer.lift(tensor, tensor.dtype));
      for (const name of Object.keys(params)) {
        const value = given[name];
        if (value === undefined) throw new CajalError("argument", `${source}: parameter "${name}" is missing`);
        environment.set(name, tracer.lift(value, value.dtype));
      }
      for (const node of nodes) runNode(node, environment, { tracer, opset, external, runNode });
      return Object.fromEntries(outputs.map(({ name }) => [name, lookUp(environment, name, "output")]));
    },
  };
}

function checkOpset(model: ModelProto, source: string): number {
  const opset = Number(
    model.opsetImport.find(({ domain = "" }) => domain === "" || domain === "ai.onnx")?.version ?? 0,
  );
  if (opset < oldestOpset || opset > newestOpset) {
    throw new CajalError(
      "bad-onnx",
      `${source} uses operator set ${opset}; ${oldestOpset} to ${newestOpset} are supported`,
      {
        advice: "Convert it with onnx.version_converter, or export it anew.",
      },
    );
  }
  return opset;
}

/** Names whose elements decide shapes, so that they cannot be parameters. */
function staticNames(nodes: readonly NodeProto[], names = new Set<string>()): Set<string> {
  for (const { opType = "", input, attribute } of nodes) {
    for (const { g } of attribute) if (g !== undefined) staticNames(g.node, names);
    // A damaged file may name an op "constructor".
    const known = Object.hasOwn(ops, opType) ? ops[opType] : undefined;
    const indices = [...(known?.staticInputs ?? []), ...(oldStaticInputs.get(opType) ?? [])];
    for (const i of indices) if (input[i] !== undefined) names.add(input[i]);
  }
  return names;
}

function checkNumbers(name: string, tensor: Tensor, source: string): void {
  if (!isFloat(tensor.dtype)) return;
  const read = reader(tensor.dtype);
  for (let i = 0; i < tensor.data.length; i++) {
    if (Number.isNaN(read(tensor.data[i]))) {
      throw new CajalError(
        "not-finite",
        `${source}: weight "${name}" ${formatShape(tensor.shape)} holds NaN (element ${i})`,
        {
          advice: "The training that made it diverged, or the file is damaged.",
        },
      );
    }
  }
}

function checkFeed(input: Port, value: Value | undefined, source: string): Value {
  if (value === undefined) throw new CajalError("argument", `${source}: input "${input.name}" is missing`);
  const { shape } = input;
  const fits =
    shape === undefined ||
    (shape.length === value.rank && shape.every((dim, i) => typeof dim !== "number" || dim === value.shape[i]));
  if (!fits || value.dtype !== input.dtype) {
    throw new CajalError(
      "shape",
      `${source}: input "${input.name}" takes ${input.dtype}${formatOpen(shape)}, not ${value}`,
    );
  }
  return value;
}

/** "[N, 3, 224, 224]", with "?" for a dim without a name. */
export function formatOpen(shape: OpenShape | undefined): string {
  return shape === undefined ? "[…]" : `[${shape.map((dim) => dim ?? "?").join(", ")}]`;
}

function port(info: ValueInfoProto): Port {
  const name = info.name ?? "";
  const type = info.type?.tensorType;
  if (type === undefined)
    throw new CajalError("bad-onnx", `"${name}" is not a tensor`, {
      advice: "Sequences, maps and optionals are not supported.",
    });
  const shape = type.shape?.dim.map(({ dimValue, dimParam }) =>
    dimValue !== undefined && Number(dimValue) >= 0 ? Number(dimValue) : dimParam || undefined,
  );
  return { name, dtype: dtypeOf(Number(type.elemType ?? 0), `"${name}"`), shape };
}
