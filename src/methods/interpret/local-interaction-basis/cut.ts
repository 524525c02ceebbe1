/** @file Whether a tensor cuts a graph: all that a later tensor knows of the inputs must have passed through it. */

import { CajalError, type ImportedNode, type Port } from "../../../graph/index.ts";

/** Ops whose results tell the sizes of what they are given, not its numbers. */
const sizes = new Set(["Shape", "Size"]);

/**
 * @param nodes in the order in which they are computed
 * @throws CajalError `argument` when `to` does not depend on `from`, or depends on the inputs around it
 */
export function checkCut(nodes: readonly ImportedNode[], inputs: readonly Port[], from: string, to: string): void {
  const fromNode = reach(nodes, [from]);
  if (from === to || !fromNode.has(to))
    throw new CajalError("argument", `"${to}" does not depend on "${from}"`, {
      advice: "Name the nodes in the order in which the model computes them.",
    });
  const around = reach(
    nodes,
    inputs.map(({ name }) => name),
    from,
  );
  if (!around.has(to)) return;
  const needed = behind(nodes, to);
  const meeting = nodes.find(
    (node) =>
      node.outputs.some((name) => needed.has(name)) &&
      node.inputs.some((name) => fromNode.has(name) && !around.has(name)) &&
      node.inputs.some((name) => around.has(name) && !fromNode.has(name)),
  );
  const bypass = meeting?.inputs.find((name) => around.has(name) && !fromNode.has(name));
  throw new CajalError(
    "argument",
    bypass === undefined
      ? `"${from}" does not cut the graph: "${to}" also depends on the inputs by another way`
      : `"${from}" does not cut the graph: "${bypass}" goes around it to "${to}"`,
    {
      advice:
        meeting === undefined
          ? "Take a tensor through which all passes, such as the residual sum."
          : `Take "${meeting.outputs[0]}" (${meeting.op}), where the two meet, in place of "${from}"${meeting.op === "Add" ? ": the residual sum" : ""}.`,
    },
  );
}

/** All tensors that depend on the numbers of some, on ways that do not pass through `except`. */
function reach(nodes: readonly ImportedNode[], from: readonly string[], except?: string): ReadonlySet<string> {
  const reached = new Set(from);
  for (const { op, inputs, outputs } of nodes) {
    if (sizes.has(op) || !inputs.some((name) => reached.has(name))) continue;
    for (const name of outputs) if (name !== except) reached.add(name);
  }
  return reached;
}

/** The tensor and all that it depends on. */
function behind(nodes: readonly ImportedNode[], to: string): ReadonlySet<string> {
  const needed = new Set([to]);
  for (const { inputs, outputs } of [...nodes].reverse())
    if (outputs.some((name) => needed.has(name))) for (const name of inputs) needed.add(name);
  return needed;
}
