/** @file The map from one node to the next, as a function of the node's rows and of the constant that its biases hang on. */

import { collect, intervene, type Value } from "../../../graph/index.ts";
import { activationsOf, type Chain, type ChainNode, type Inputs } from "./chain.ts";
import { fromRows, toRows } from "./rows.ts";

export interface Gap {
  readonly from: ChainNode;
  readonly to: ChainNode;
  /** Rows of the node before it [examples, T, d]. */
  rows(inputs: Inputs): Value;
  /**
   * Rows of the node after it [examples, T′, d′].
   * @param constant a scalar: what every bias is multiplied with. Without it biases are as they are
   */
  map(inputs: Inputs, rows: Value, constant?: Value): Value;
}

/** The map from node `index` of the chain to the next one. */
export function gapOf({ model, nodes, biases }: Chain, index: number): Gap {
  const { imported } = model;
  const [from, to] = [nodes[index], nodes[index + 1]];
  return {
    from,
    to,
    rows: (inputs) => toRows(activationsOf(model, inputs, [from.tensor])[from.tensor]),
    map: (inputs, rows, constant) => {
      const weights =
        constant === undefined
          ? imported.params
          : Object.fromEntries(
              Object.entries(imported.params).map(([name, weight]) => [
                name,
                biases.has(name) ? constant.cast(weight.dtype).mul(weight) : weight,
              ]),
            );
      const edited = intervene(() => imported.apply(weights, inputs), {
        [from.tensor]: () => fromRows(rows, from.shape),
      });
      return toRows(collect(edited, (name) => name === to.tensor)().taps[to.tensor]);
    },
  };
}
