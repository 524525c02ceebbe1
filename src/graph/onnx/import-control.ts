/** @file If, Scan and Loop of a file: their bodies are traced like any function. */

import { leavesAlike } from "../alike.ts";
import { CajalError } from "../error.ts";
import { inBody } from "../names.ts";
import { branch, emitIf } from "../ops/if.ts";
import { emitLoop } from "../ops/loop.ts";
import { stepNumbers } from "../ops/scan-node.ts";
import { scan } from "../scan.ts";
import type { Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import type { ReadAttribute } from "./attribute.ts";
import { type Context, type Environment, nodeName, runBody } from "./run-body.ts";
import type { GraphProto, NodeProto } from "./schema.ts";
import { tensorFromProto } from "./tensor.ts";

interface ControlNode {
  readonly node: NodeProto;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, ReadAttribute>>;
  readonly environment: Environment;
  readonly context: Context;
}

const at = ({ node }: ControlNode): string => `${node.opType}, at "${nodeName(node)}"`;

function bodyOf(control: ControlNode, name: string): GraphProto {
  const body = control.attributes[name];
  if (typeof body === "object" && "node" in body) return body;
  throw new CajalError("bad-onnx", `${at(control)}: the body "${name}" is missing`);
}

function run(control: ControlNode, body: GraphProto, inputs: readonly Value[] = []): Value[] {
  return runBody(body, inputs, control.environment, control.context, nodeName(control.node));
}

function given(control: ControlNode, index: number): Value {
  const input = control.inputs[index];
  if (input === undefined) throw new CajalError("bad-onnx", `${at(control)}: input ${index} is missing`);
  return input;
}

/** The standard lets one element stand for a scalar. */
const scalar = (value: Value): Value => (value.rank === 0 ? value : value.reshape([]));

/** Exporters also write an `If` for what turns out to be decided by shapes; then only the branch that is taken counts. */
function runIf(control: ControlNode): Value[] {
  const [then, otherwise] = [bodyOf(control, "then_branch"), bodyOf(control, "else_branch")];
  const condition = scalar(given(control, 0));
  if (condition.constant !== undefined) return run(control, condition.constant.item() !== 0 ? then : otherwise);
  const { tracer } = control.context;
  const yes = branch(tracer, () => run(control, then));
  const no = branch(tracer, () =>
    leavesAlike(run(control, otherwise), yes.outputs, tracer, [`${at(control)}: the else branch`, "the then branch"]),
  );
  return emitIf(condition, [yes, no]);
}

const flipped = (x: Value): Value => x.slice([-1], [-(2 ** 31)], [0], [-1]);

/** Moves an axis elsewhere. */
function moved(x: Value, from: number, to: number): Value {
  const [source, target] = [from, to].map((axis) => (axis < 0 ? axis + x.rank : axis));
  if (source === target) return x;
  const perm = x.shape.map((_, axis) => axis).filter((axis) => axis !== source);
  return x.transpose(perm.toSpliced(target, 0, source));
}

/** Scan (operator set 9 and later), with any axes and directions. */
function runScan(control: ControlNode): Value[] {
  const { attributes, context } = control;
  if (context.opset < 9)
    throw new CajalError("bad-onnx", `${at(control)}: the form of operator set 8 is not supported`, {
      advice: "Export the model with a newer operator set.",
    });
  const body = bodyOf(control, "body");
  const inputs = control.inputs.map((_, i) => given(control, i));
  const reads = Number(attributes.num_scan_inputs ?? 0);
  const states = inputs.length - reads;
  const list = (name: string, i: number) => (attributes[name] as readonly number[] | undefined)?.[i] ?? 0;
  if (reads < 1 || states < 0 || body.input.length !== inputs.length || body.output.length < states)
    throw new CajalError("bad-onnx", `${at(control)}: ${inputs.length} inputs do not fit the body`);

  const reverse = list("scan_input_directions", 0) === 1;
  const turned = (x: Value, direction: number) => ((direction === 1) === reverse ? x : flipped(x));
  const stacks = inputs
    .slice(states)
    .map((x, i) => turned(moved(x, list("scan_input_axes", i), 0), list("scan_input_directions", i)));
  const { state, ys } = scan(
    (carried: readonly Value[], slices: readonly Value[]) => {
      const outputs = run(control, body, [...carried, ...slices]);
      return { state: outputs.slice(0, states), y: outputs.slice(states) };
    },
    inputs.slice(0, states),
    stacks,
    { reverse },
  );
  return [
    ...state,
    ...ys.map((y, i) => moved(turned(y, list("scan_output_directions", i)), 0, list("scan_output_axes", i))),
  ];
}

/** Whether another step is always run, as far as one can see without running any: how exporters write `for`. */
function alwaysGoesOn(body: GraphProto, control: ControlNode): boolean {
  let name = body.output[0]?.name ?? "";
  // No way is longer than there are nodes, unless it is a circle.
  for (let hops = 0; hops <= body.node.length; hops++) {
    if (name === body.input[1]?.name) return true;
    const maker = body.node.find(({ output }) => output.includes(name));
    if (maker?.opType === "Constant") return isTrue(maker.attribute.find((one) => one.name === "value")?.t, control);
    if (maker === undefined) {
      const initializer = body.initializer.find((one) => one.name === name);
      return initializer ? isTrue(initializer, control) : known(control.environment.get(name)) === 1;
    }
    if (maker.opType !== "Identity" && maker.opType !== "Cast") return false;
    name = maker.input[0];
  }
  return false;
}

const isTrue = (proto: Parameters<typeof tensorFromProto>[0] | undefined, { context }: ControlNode): boolean =>
  proto !== undefined && firstOf(tensorFromProto(proto, context.external)) === 1;
const firstOf = (tensor: Tensor): number | undefined => (tensor.size === 1 ? tensor.item() : undefined);
const known = (value: Value | undefined): number | undefined => value?.constant && firstOf(value.constant);

function runLoop(control: ControlNode): Value[] {
  const { context } = control;
  const body = bodyOf(control, "body");
  const [most, first] = control.inputs;
  const initial = control.inputs.slice(2).map((_, i) => given(control, i + 2));
  const states = initial.length;
  if (body.input.length !== states + 2 || body.output.length < states + 1)
    throw new CajalError("bad-onnx", `${at(control)}: ${states} states do not fit the body`);

  const length = known(most);
  if (length !== undefined && (first === undefined || known(first) === 1) && alwaysGoesOn(body, control)) {
    const steps = stepNumbers(context.tracer, Math.max(0, length));
    const on = context.tracer.lift(1, "bool");
    const { state, ys } = scan(
      (carried: readonly Value[], step: Value) => {
        const [, ...outputs] = run(control, body, [step, on, ...carried]);
        return { state: outputs.slice(0, states), y: outputs.slice(states) };
      },
      initial,
      steps,
    );
    return [...state, ...ys];
  }
  return runWhile(control, body, initial, most, first);
}

/** A loop whose number of steps the data decide. */
function runWhile(
  control: ControlNode,
  body: GraphProto,
  initial: readonly Value[],
  most: Value | undefined,
  first: Value | undefined,
): Value[] {
  const { tracer } = control.context;
  if (body.output.length > initial.length + 1) {
    throw new CajalError(
      "not-static",
      `${at(control)}: its outputs are stacked over a number of steps that depends on the data`,
      {
        advice: "Only loops whose number of steps is known while tracing may write something at each step.",
      },
    );
  }
  const inputs = [
    tracer.input({ dtype: "int64", shape: [] }, "whileLoop"),
    tracer.input({ dtype: "bool", shape: [] }, "whileLoop"),
    ...initial.map(({ dtype, shape }) => tracer.input({ dtype, shape }, "whileLoop")),
  ];
  const [again, ...next] = inBody("whileLoop", () => run(control, body, inputs));
  leavesAlike(next, initial, tracer, [`${at(control)}: the state after a step`, "before it"]);
  return emitLoop({
    most: most && scalar(most),
    first: first ? scalar(first) : tracer.lift(1, "bool"),
    inputs,
    outputs: [scalar(again), ...next],
    initial,
  });
}

/** By op_type. */
export const controlNodes: Readonly<Record<string, ((control: ControlNode) => Value[]) | undefined>> = {
  If: runIf,
  Scan: runScan,
  Loop: runLoop,
};
