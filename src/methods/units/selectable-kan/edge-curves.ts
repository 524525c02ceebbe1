/** @file The learned functions of edges, sampled. */

import { CajalError, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { layerEdges } from "./layer.ts";
import { layerInputs, type SelectableModel } from "./model.ts";

/** Which edge: from an input of a layer to one of its nodes. Of a convolution, inputs are counted channel by channel, kernel position by position. */
export interface Edge {
  readonly layer: number;
  readonly from: number;
  readonly to: number;
}

export interface EdgeCurve extends Edge {
  /** Inputs of the layer: those of the first layer lie in [−1, 1] where the network scales its inputs. */
  readonly x: Float64Array;
  /** What the edge adds to its node. */
  readonly y: Float64Array;
  /** The node's spaces. */
  readonly spaces: readonly string[];
}

export interface CurveOptions {
  /** Default 64. */
  readonly points?: number;
  readonly compile?: CompileOptions;
}

/** The function of every edge that is left, from the least to the largest input that it has on examples x. */
export async function edgeCurves<R>(
  model: SelectableModel<R>,
  x: Tensor,
  { points = 64, compile: how }: CurveOptions = {},
): Promise<EdgeCurve[]> {
  const way = Tensor.of(
    Array.from({ length: points }, (_, i) => i / (points - 1)),
    [points, 1],
  );
  const sample = compile((examples: Value) => {
    const inputs = layerInputs(model, examples);
    return model.layers.map((layer, l) => {
      const [low, high] = [inputs[l].min(0), inputs[l].max(0)];
      const places = high.sub(low).mul(way).add(low);
      return { places, functions: layerEdges(layer, model.params.layers[l], places) };
    });
  }, how);
  const sampled = await sample(x);
  await sample.release();
  return model.layers.flatMap(({ inputs, outputs, edges }, layer) => {
    const places = sampled[layer].places.numbers();
    const functions = sampled[layer].functions.numbers();
    const kept = edges?.numbers();
    return Array.from({ length: inputs * outputs }, (_, at) => at).flatMap((at) => {
      if (kept?.[at] === 0) return [];
      const [from, to] = [Math.floor(at / outputs), at % outputs];
      return {
        layer,
        from,
        to,
        x: Float64Array.from({ length: points }, (_, i) => places[i * inputs + from]),
        y: Float64Array.from({ length: points }, (_, i) => functions[i * inputs * outputs + at]),
        spaces: spacesOf(model, layer, to),
      };
    });
  });
}

/** The function of one edge at given inputs. @throws CajalError `unknown-unit` when there is no such edge */
export async function edgeCurve<R>(
  model: SelectableModel<R>,
  { layer, from, to }: Edge,
  xs: ArrayLike<number>,
  how?: CompileOptions,
): Promise<EdgeCurve> {
  const described = model.layers[layer];
  const isOne = (of: number, count: number) => Number.isInteger(of) && of >= 0 && of < count;
  if (described === undefined || !isOne(from, described.inputs) || !isOne(to, described.outputs))
    throw new CajalError("unknown-unit", `edgeCurve: there is no edge from ${from} to ${to} in layer ${layer}`, {
      advice: `Layers: ${model.layers.map(({ inputs, outputs }) => `${inputs} → ${outputs}`).join(", ")}.`,
    });
  const { inputs, outputs } = described;
  const places = Tensor.of(Array.from(xs, (x) => new Array<number>(inputs).fill(x)).flat(), [xs.length, inputs]);
  const sample = compile((x: Value) => layerEdges(described, model.params.layers[layer], x), how);
  const functions = (await sample(places)).numbers();
  await sample.release();
  return {
    layer,
    from,
    to,
    x: Float64Array.from(xs),
    y: Float64Array.from({ length: xs.length }, (_, i) => functions[(i * inputs + from) * outputs + to]),
    spaces: spacesOf(model, layer, to),
  };
}

/** Names of a node's spaces. */
export function spacesOf<R>({ layers }: SelectableModel<R>, layer: number, node: number): string[] {
  return layers[layer].spaces.filter(({ nodes }) => nodes.includes(node)).map(({ space }) => space.name);
}
