/** @file A model in which a node's directions see only some of those of the node before it. */

import { CajalError, type proto, Tensor } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { type MaskGroup, maskGroups } from "./edge-mask.ts";
import type { InteractionGraph } from "./edges.ts";
import { copyBetween } from "./gap-body.ts";
import { type Addition, affineWeights, backWeight, NodeList, remade } from "./graph-edit.ts";
import type { LibLayer } from "./layer.ts";

/**
 * The model with all but the largest edges of a gap cut. Direction i of the next node is computed from this node's activations in which
 * directions without an edge to i are 0: one pass through the gap for each distinct row of the mask, as steps of an ONNX Scan. Edges out of
 * the constant direction are always kept and not counted. Directions of the next node that its basis dropped are 0.
 * @param gap 0 for the first
 * @param keep edges that are kept
 * @throws CajalError `argument`, `unknown-layer`
 */
export function ablateEdges(model: Model, graph: InteractionGraph, gap: number, keep: number): Model {
  const edges = graph.edges[gap];
  if (edges === undefined)
    throw new CajalError("argument", `there is no gap ${gap}: they are numbered 0 to ${graph.edges.length - 1}`);
  const groups = maskGroups(edges, keep);
  if (model.imported.opset < 9)
    throw new CajalError("argument", `operator set ${model.imported.opset} has no Scan over examples`, {
      advice: "Export the model with operator set 9 or newer.",
    });
  const [from, to] = [graph.layers[gap], graph.layers[gap + 1]];
  return model.rewrite((proto) =>
    remade(proto, to.tensor, (unedited, list, addition) => {
      // Directions f̂ = (f, 1)·C of this node are the same at all steps; those of the next are gathered step by step.
      const seen = list.affine(from, list.unitsLast(from, from.tensor), ...affineWeights(addition, from, from.C));
      const toNext = affineWeights(addition, to, to.C);
      const shape = list.add("Shape", [list.affine(to, list.unitsLast(to, unedited), ...toNext)], { base: "shape" });
      const none = list.add("ConstantOfShape", [shape], { base: "none" });
      const start = list.add("Cast", [none], { base: "none" }, [int("to", elementTypes[to.dtype])]);
      const masks = [maskOf(addition, groups, "inputs", from), maskOf(addition, groups, "outputs", to)];
      const body = stepBody(proto, addition, { from, to, seen, toNext });
      const sum = list.add("Scan", [start, ...masks], { base: `${to.tensor}/directions` }, [
        int("num_scan_inputs", masks.length),
        { name: "body", g: body, ints: [], floats: [], strings: [], type: 5 },
      ]);
      list.asNode(to, list.affine(to, sum, backWeight(addition, to)), to.tensor);
    }),
  );
}

interface Step {
  readonly from: LibLayer;
  readonly to: LibLayer;
  /** This node's directions. */
  readonly seen: string;
  readonly toNext: readonly [matrix: string, bias: string];
}

/** One row of the mask: what it may see goes through the gap, and the directions that it stands for are added to the sum. */
function stepBody(graph: proto.GraphProto, addition: Addition, { from, to, seen, toNext }: Step): proto.GraphProto {
  const [sum, inputs, outputs] = ["sum", "inputs", "outputs"].map((role) => addition.fresh(`${to.tensor}/${role}`));
  const list = new NodeList(addition);
  const masked = list.add("Mul", [seen, inputs], { base: `${from.tensor}/masked` });
  const given = list.asNode(from, list.affine(from, masked, backWeight(addition, from)), undefined);
  const copy = copyBetween(graph.node, from.tensor, to.tensor, given, addition);
  list.nodes.push(...copy.nodes);
  const directions = list.affine(to, list.unitsLast(to, copy.output), ...toNext);
  const part = list.add("Mul", [directions, outputs], { base: `${to.tensor}/part` });
  const next = list.add("Add", [sum, part], { base: `${to.tensor}/next` });
  const typed = (name: string, { dtype }: LibLayer) => ({
    name,
    type: { tensorType: { elemType: elementTypes[dtype] } },
  });
  return {
    name: "one row of the mask",
    node: list.nodes,
    input: [typed(sum, to), typed(inputs, from), typed(outputs, to)],
    output: [typed(next, to)],
    initializer: [],
    valueInfo: [],
    sparseInitializer: [],
  };
}

/** [groups, r] */
function maskOf(
  addition: Addition,
  groups: readonly MaskGroup[],
  role: keyof MaskGroup,
  { tensor, dtype, lambda }: LibLayer,
): string {
  const values = Float64Array.from(groups.flatMap((group) => Array.from(group[role])));
  return addition.constant(`${tensor}/mask`, Tensor.of(values, [groups.length, lambda.length], dtype));
}

/** ONNX's numbers of the types that nodes may have. */
const elementTypes: Readonly<Record<string, number>> = { float32: 1, float64: 11 };

function int(name: string, i: number): proto.AttributeProto {
  return { name, i, ints: [], floats: [], strings: [], type: 2 };
}
