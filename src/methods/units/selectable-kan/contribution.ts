/** @file How much each activation space contributes at each node. */

import { type CompileOptions, compile, type Tensor, type Value } from "../../../graph/index.ts";
import { takeRows } from "../../../nn/index.ts";
import { gateShares, onEdges, spaceSums } from "./layer.ts";
import { layerInputs, type SelectableModel } from "./model.ts";

/** A space at a node. */
export interface Contribution {
  readonly layer: number;
  readonly node: number;
  readonly name: string;
  /** α: the share that the gate gives to the space. */
  readonly share: number;
  /** q = α·RMS of Σ_i φᵏ_oi(x_i) over the examples: the share alone says little, because coefficients can grow in its place. */
  readonly contribution: number;
}

export interface MeasureOptions {
  /** Examples that are looked at together; what is left at the end is not. Default: all. */
  readonly batch?: number;
  readonly compile?: CompileOptions;
}

/** The contribution of every space at every node that has it, on examples x. */
export async function contributions<R>(
  model: SelectableModel<R>,
  x: Tensor,
  { batch = x.shape[0], compile: how }: MeasureOptions = {},
): Promise<Contribution[]> {
  const size = Math.min(batch, x.shape[0]);
  const measure = compile((examples: Value) => {
    const inputs = layerInputs(model, examples);
    return model.layers.map((layer, l) => {
      const p = onEdges(layer, model.params.layers[l], inputs[l]);
      return {
        ...(p.gates && { shares: gateShares(layer, p.gates) }),
        squares: spaceSums(layer, p, inputs[l]).map((sum) => sum.square().mean(0)),
      };
    });
  }, how);
  try {
    const pieces = Math.floor(x.shape[0] / size);
    const results: Awaited<ReturnType<typeof measure>>[] = [];
    for (let piece = 0; piece < pieces; piece++) {
      const rows = Array.from({ length: size }, (_, i) => piece * size + i);
      results.push(await measure(takeRows(x, rows)));
    }
    return model.layers.flatMap(({ spaces }, layer) =>
      spaces.flatMap(({ space: { name }, nodes }, k) => {
        const shares = results[0][layer].shares?.numbers();
        const squares = results.map((result) => result[layer].squares[k].numbers());
        return nodes.map((node, at) => {
          const share = shares?.[node * spaces.length + k] ?? 1;
          const meanSquare = squares.reduce((sum, values) => sum + values[at], 0) / pieces;
          return { layer, node, name, share, contribution: share * Math.sqrt(meanSquare) };
        });
      }),
    );
  } finally {
    await measure.release();
  }
}
