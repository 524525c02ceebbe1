/** @file The body of a scan, a loop or a branch in a file, run on Values. */

import { CajalError } from "../error.ts";
import { ops } from "../ops/index.ts";
import type { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import { isTakenApart } from "./fused.ts";
import type { GraphProto, NodeProto } from "./schema.ts";
import { sortNodes } from "./sort.ts";
import { type ExternalData, tensorFromProto } from "./tensor.ts";
import { renamedOps } from "./upgrade.ts";

/** Values by their names in the file. */
export type Environment = Map<string, Value>;

export interface Context {
  readonly tracer: Tracer;
  readonly opset: number;
  readonly external: ExternalData;
  /** Runs one node on the values by name, and adds its outputs. */
  runNode(node: NodeProto, environment: Environment, context: Context): void;
}

/**
 * The body's outputs.
 * @param where what messages call the node that it belongs to
 */
export function runBody(
  body: GraphProto,
  inputs: readonly Value[],
  environment: Environment,
  context: Context,
  where: string,
): Value[] {
  const inner: Environment = new Map(environment);
  for (const [i, { name = "" }] of body.input.entries()) if (inputs[i] !== undefined) inner.set(name, inputs[i]);
  for (const proto of body.initializer) {
    const tensor = tensorFromProto(proto, context.external);
    inner.set(proto.name ?? "", context.tracer.lift(tensor, tensor.dtype));
  }
  for (const child of sortNodes(body, where, new Set(environment.keys()))) {
    checkOp(child, where);
    context.runNode(child, inner, context);
  }
  return body.output.map(({ name = "" }) => lookUp(inner, name, where));
}

export function lookUp(environment: Environment, name: string, where: string): Value {
  const value = environment.get(name);
  if (value === undefined) throw new CajalError("bad-onnx", `"${name}", needed by "${where}", is made by no node`);
  return value;
}

export function nodeName(node: NodeProto): string {
  return node.name || node.output[0] || node.opType || "";
}

/** Whether the domain is that of the ONNX standard. */
export function isStandard(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

/** @throws CajalError `unknown-op` */
export function checkOp(node: NodeProto, source: string): void {
  const { opType = "", domain = "" } = node;
  if (isTakenApart(domain, opType)) return;
  if (isStandard(domain) && (opType === "Constant" || renamedOps.has(opType))) return;
  const definition = Object.hasOwn(ops, opType) ? ops[opType] : undefined;
  if (definition !== undefined && (isStandard(domain) ? definition.domain === undefined : definition.domain === domain))
    return;
  throw new CajalError(
    "unknown-op",
    `${source}: the op "${domain === "" ? "" : `${domain}.`}${opType}", at "${nodeName(node)}", is not known`,
    {
      advice: `${Object.keys(ops).length} ops are known; the manual lists them. Exporting without fused or custom ops often helps.`,
    },
  );
}
