/** @file One node of a file, run on Values. */

import { CajalError } from "../error.ts";
import { scope, tap } from "../names.ts";
import type { AttributeValue } from "../op.ts";
import { Tensor } from "../tensor.ts";
import type { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";
import { attributeFromProto, type ReadAttribute } from "./attribute.ts";
import { isTakenApart, takeApart } from "./fused.ts";
import { controlNodes } from "./import-control.ts";
import { type Context, type Environment, isStandard, lookUp, nodeName } from "./run-body.ts";
import type { NodeProto } from "./schema.ts";
import { type Invocation, upgrade } from "./upgrade.ts";

/** Runs one node on the values by name, and adds its outputs, tapped. */
export function runNode(node: NodeProto, environment: Environment, context: Context): void {
  const results = scope(nodeName(node), () => {
    try {
      return invoke(node, environment, context);
    } catch (error) {
      if (error instanceof CajalError) throw error;
      // What the JavaScript engine says of a missing input is of no use to who has the file.
      const reason =
        error instanceof TypeError || error instanceof RangeError
          ? "its inputs or attributes are not what the op takes"
          : (error as Error).message;
      throw new CajalError("bad-onnx", `${node.opType}, at "${nodeName(node)}": ${reason}`, { cause: error });
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
  const control = controlNodes[node.opType ?? ""];
  if (control !== undefined) return control({ node, inputs, attributes, environment, context });
  if (node.opType === "Constant") return [constantValue(attributes, context.tracer)];
  const { domain = "", opType = "" } = node;
  const written: Invocation = {
    op: opType,
    inputs,
    attributes: attributes as Record<string, AttributeValue>,
    outputs: node.output.length,
  };
  if (isTakenApart(domain, opType)) return takeApart(written, context.tracer);
  const { op, ...now } = isStandard(domain) ? upgrade(written, context.opset, context.tracer) : written;
  return context.tracer.emitAll(op, now.inputs, now.attributes, now.outputs);
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
