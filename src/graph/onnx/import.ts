/** @file An ONNX model becomes a function over Values, like any other: traceable, tappable, differentiable. */

import { type DType, dtypeOf, isFloat, reader } from "../dtype.ts";
import { CajalError } from "../error.ts";
import { scope, tap } from "../names.ts";
import type { AttributeValue } from "../op.ts";
import { ops } from "../ops/index.ts";
import { formatShape, Tensor } from "../tensor.ts";
import type { Tracer } from "../tracer.ts";
import { Value } from "../value.ts";
import { attributeFromProto, type ReadAttribute } from "./attribute.ts";
import { decodeModel } from "./codec.ts";
import { isTakenApart, takeApart } from "./fused.ts";
import { inlineFunctions } from "./inline.ts";
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from "./schema.ts";
import { sortNodes } from "./sort.ts";
import { type ExternalData, noExternalData, tensorFromProto } from "./tensor.ts";
import { type Invocation, oldStaticInputs, renamedOps, upgrade } from "./upgrade.ts";

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
      for (const node of nodes) runNode(node, environment, { tracer, opset, external });
      return Object.fromEntries(outputs.map(({ name }) => [name, lookUp(environment, name, "output")]));
    },
  };
}

interface Context {
  readonly tracer: Tracer;
  readonly opset: number;
  readonly external: ExternalData;
}

type Environment = Map<string, Value>;

function runNode(node: NodeProto, environment: Environment, context: Context): void {
  const results = scope(nodeName(node), () => {
    try {
      return invoke(node, environment, context);
    } catch (error) {
      if (error instanceof CajalError) throw error;
      throw new CajalError("bad-onnx", `${node.opType}, at "${nodeName(node)}": ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
  for (const [i, name] of node.output.entries()) {
    if (name === "" || results[i] === undefined) continue;
    environment.set(name, results[i].constant === undefined ? tap(name, results[i]) : results[i]);
  }
}

function invoke(node: NodeProto, environment: Environment, context: Context): Value[] {
  const inputs = node.input.map((name) => (name === "" ? undefined : lookUp(environment, name, nodeName(node))));
  const attributes = Object.fromEntries(
    node.attribute.map((proto) => [proto.name ?? "", attributeFromProto(proto, context.external)]),
  );
  if (node.opType === "If") return runBranch(node, inputs[0], attributes, environment, context);
  if (node.opType === "Constant") return [constantValue(attributes, context.tracer)];
  const written: Invocation = {
    op: node.opType ?? "",
    inputs,
    attributes: attributes as Record<string, AttributeValue>,
    outputs: node.output.length,
  };
  const { domain = "" } = node;
  if (isTakenApart(domain, written.op)) return takeApart(domain, written, context.tracer);
  const { op, ...now } = upgrade(written, context.opset, context.tracer);
  return context.tracer.emitAll(op, now.inputs, now.attributes, now.outputs);
}

/** Exporters write an `If` for what turns out to be decided by shapes; only the branch that is taken counts. */
function runBranch(
  node: NodeProto,
  condition: Value | undefined,
  attributes: Readonly<Record<string, ReadAttribute>>,
  environment: Environment,
  context: Context,
): Value[] {
  if (condition?.constant === undefined) {
    throw new CajalError("not-static", `If, at "${nodeName(node)}": the condition depends on the data`, {
      advice: "Only conditions that shapes decide can be imported.",
    });
  }
  const branch = attributes[condition.constant.numbers()[0] !== 0 ? "then_branch" : "else_branch"] as
    | GraphProto
    | undefined;
  if (branch?.node === undefined) throw new CajalError("bad-onnx", `If, at "${nodeName(node)}": a branch is missing`);
  const inner: Environment = new Map(environment);
  for (const proto of branch.initializer) {
    const tensor = tensorFromProto(proto, context.external);
    inner.set(proto.name ?? "", context.tracer.lift(tensor, tensor.dtype));
  }
  for (const child of sortNodes(branch, nodeName(node), new Set(environment.keys()))) {
    checkOp(child, nodeName(node));
    runNode(child, inner, context);
  }
  return branch.output.map(({ name = "" }) => lookUp(inner, name, nodeName(node)));
}

function constantValue(attributes: Readonly<Record<string, ReadAttribute>>, tracer: Tracer): Value {
  const { value, value_float, value_floats, value_int, value_ints } = attributes;
  if (value instanceof Tensor) return tracer.lift(value, value.dtype);
  if (value_float !== undefined) return tracer.constant(value_float as number, "float32");
  if (value_floats !== undefined) return tracer.constant(value_floats as number[], "float32");
  if (value_int !== undefined) return tracer.constant(value_int as number, "int64");
  if (value_ints !== undefined) return tracer.constant(value_ints as number[], "int64");
  throw new Error(`a constant of kind ${Object.keys(attributes).join(", ") || "none"} is not supported`);
}

function lookUp(environment: Environment, name: string, where: string): Value {
  const value = environment.get(name);
  if (value === undefined) throw new CajalError("bad-onnx", `"${name}", needed by "${where}", is made by no node`);
  return value;
}

function nodeName(node: NodeProto): string {
  return node.name || node.output[0] || node.opType || "";
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

function checkOp(node: NodeProto, source: string): void {
  const { opType = "", domain = "" } = node;
  if (isTakenApart(domain, opType)) return;
  const definition = Object.hasOwn(ops, opType) ? ops[opType] : undefined;
  const handled = opType === "If" || opType === "Constant" || renamedOps.has(opType);
  if (
    domain === "" || domain === "ai.onnx"
      ? definition?.domain === undefined && (definition !== undefined || handled)
      : definition?.domain === domain
  ) {
    return;
  }
  throw new CajalError(
    "unknown-op",
    `${source}: the op "${domain === "" ? "" : `${domain}.`}${opType}", at "${nodeName(node)}", is not known`,
    {
      advice: `${Object.keys(ops).length} ops are known; the manual lists them. Exporting without fused or custom ops often helps.`,
    },
  );
}

/** Names whose elements decide shapes, so that they cannot be parameters. */
function staticNames(nodes: readonly NodeProto[]): Set<string> {
  const names = new Set<string>();
  for (const { opType = "", input } of nodes) {
    const indices = [...(ops[opType]?.staticInputs ?? []), ...(oldStaticInputs[opType] ?? [])];
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
