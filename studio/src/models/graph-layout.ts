/** Where the layers of a model stand when they are drawn. */

import type { ELK, ElkNode } from "elkjs/lib/elk-api.js";
import { CajalError } from "../../../src/graph/error.ts";
import type { LayerNode } from "../../../src/probe/index.ts";

export interface DrawnNode extends LayerNode {
  readonly x: number;
  readonly y: number;
}

/** Pixels; a node's x and y are its upper left corner. */
export interface Drawn {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawnNode[];
  /** Corners of each line, from the node that is read to the one that reads. */
  readonly lines: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

export const nodeSize = { width: 196, height: 46 } as const;

/** A drawing with more is none that a person could read, and takes minutes. */
const mostNodes = 1500;

/** @throws CajalError `too-large` */
export async function drawGraph(nodes: readonly LayerNode[]): Promise<Drawn> {
  if (nodes.length > mostNodes)
    throw new CajalError("too-large", `${nodes.length.toLocaleString("en")} layers are too many to draw`, {
      advice: "They are listed, and can be searched.",
    });
  const { default: Elk } = (await import("elkjs/lib/elk.bundled.js")) as unknown as { default: new () => ELK };
  const graph: ElkNode = {
    id: "model",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "DOWN",
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.layered.spacing.nodeNodeBetweenLayers": "22",
      "elk.spacing.nodeNode": "18",
      "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    },
    children: nodes.map(({ name }) => ({ id: name, ...nodeSize })),
    edges: nodes.flatMap(({ name, reads }) =>
      reads.map((source) => ({ id: `${source}\n${name}`, sources: [source], targets: [name] })),
    ),
  };
  const { children = [], edges = [], width = 0, height = 0 } = await new Elk().layout(graph);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return {
    width,
    height,
    nodes: children.map(({ id, x = 0, y = 0 }) => ({ ...(byName.get(id) as LayerNode), x, y })),
    lines: edges.flatMap(({ sections = [] }) =>
      sections.map(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]),
    ),
  };
}
