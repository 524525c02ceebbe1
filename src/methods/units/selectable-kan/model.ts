/** @file A network with selectable layers: what it consists of, its numbers, and what it computes. */

import { CajalError, mapLeaves, type Replace, type Rng, scope, type Tensor, type Value } from "../../../graph/index.ts";
import { initLayer, type LayerParams, type SelectableLayer, selectable } from "./layer.ts";
import { patchesOf, picturesOf } from "./patches.ts";
import { type Scaling, scaleInputs, unscaleTargets } from "./scaling.ts";
import { poolOf, type SpaceName } from "./spaces/index.ts";
import type { Space } from "./spaces/space.ts";

/** Numbers of a network: of its selectable layers, and of what else it has (`rest`: a head, norms). */
export interface ModelParams<R, T> {
  readonly layers: readonly LayerParams<T>[];
  readonly rest: R;
}

/** How the network is put together: its selectable layers as functions, the input, and the parameters of the rest. */
export type Forward<R> = (layers: readonly ((x: Value) => Value)[], x: Value, rest: Replace<R, Value>) => Value;

/** A network. It never changes: training and pruning give another one. */
export interface SelectableModel<R = object> {
  readonly layers: readonly SelectableLayer[];
  readonly params: ModelParams<R, Tensor>;
  readonly forward: Forward<R>;
  /** "new": spaces are not trained, so that nothing is known of their worth; "trained": all are; "pruned": only chosen ones are left. */
  readonly stage: "new" | "trained" | "pruned";
  /** From the units of the data to those of the network and back. */
  readonly scaling?: Scaling;
}

export interface LayerOptions {
  /** Default: all seven. */
  readonly pool?: readonly (SpaceName | Space)[];
  /** What every edge has beside its spaces. Default "silu". */
  readonly base?: "silu" | "none";
}

/** A layer and its first numbers. */
export interface InitialLayer {
  readonly layer: SelectableLayer;
  readonly params: LayerParams<Tensor>;
}

/** x [batch, inputs] → [batch, outputs]: every node has all spaces of the pool. @throws CajalError as `poolOf` */
export function selectableLayer(rng: Rng, inputs: number, outputs: number, options: LayerOptions = {}): InitialLayer {
  return withNodes(rng, { inputs, outputs }, options);
}

export interface SelectableConvOptions extends LayerOptions {
  /** Default 1. */
  readonly stride?: number;
  /** Zeros around the picture. Default 0. */
  readonly padding?: number;
}

/**
 * x [batch, inputs, h, w] → [batch, outputs, h', w']: the same node on patches, one gate vector per output channel.
 * @throws CajalError as `poolOf`
 */
export function selectableConv(
  rng: Rng,
  inputs: number,
  outputs: number,
  kernel: number,
  { stride = 1, padding = 0, ...options }: SelectableConvOptions = {},
): InitialLayer {
  return withNodes(rng, { inputs: inputs * kernel ** 2, outputs, window: { kernel, stride, padding } }, options);
}

function withNodes(
  rng: Rng,
  shape: Omit<SelectableLayer, "spaces">,
  { pool, base = "silu" }: LayerOptions,
): InitialLayer {
  const nodes = Array.from({ length: shape.outputs }, (_, node) => node);
  const layer = { ...shape, spaces: poolOf(pool).map((space) => ({ space, nodes })) };
  return { layer, params: initLayer(rng, layer, base === "silu") };
}

/**
 * A network of selectable layers, put together by `forward`: it is given the layers as functions, the input, and the parameters of the rest.
 * Splines, radial bases and rectifiers are zero outside [−1, 1]: `forward` has to keep what goes into a layer there, by tanh for example.
 */
export function selectableModel<R>(layers: readonly InitialLayer[], rest: R, forward: Forward<R>): SelectableModel<R> {
  return {
    layers: layers.map(({ layer }) => layer),
    params: { layers: layers.map(({ params }) => params), rest },
    forward,
    stage: "new",
  };
}

/** Layers one after the other. @param widths of the input, of each hidden layer, of the output @throws CajalError as `poolOf` */
export function selectableKan(rng: Rng, widths: readonly number[], options: LayerOptions = {}): SelectableModel {
  if (widths.length < 2)
    throw new CajalError("argument", `selectableKan: ${widths.length} widths; those of input and output are needed`);
  const layers = widths.slice(1).map((width, l) => selectableLayer(rng.split(l), widths[l], width, options));
  return selectableModel(layers, {}, (functions, x) => functions.reduce((h, layer) => layer(h), x));
}

/** What the network computes of x in the units of the data; with other parameters, if they are given. */
export function applyModel<R>(
  model: SelectableModel<R>,
  x: Value,
  params: ModelParams<R, Value | Tensor> = model.params,
): Value {
  return through(model, x, params).result;
}

/** What goes into each selectable layer: [·, inputs], of a convolution one row for each patch. */
export function layerInputs<R>(
  model: SelectableModel<R>,
  x: Value,
  params: ModelParams<R, Value | Tensor> = model.params,
): readonly Value[] {
  return through(model, x, params).inputs;
}

function through<R>(model: SelectableModel<R>, x: Value, params: ModelParams<R, Value | Tensor>) {
  const inputs: Value[] = [];
  const functions = model.layers.map(
    (layer, l) => (h: Value) =>
      scope(`layer${l}`, () => {
        const patches = layer.window && patchesOf(h, layer.window);
        const rows = patches?.rows ?? h;
        checkWidth(layer, l, rows);
        inputs[l] = rows;
        const y = selectable(layer, params.layers[l], rows);
        return patches ? picturesOf(y, patches) : y;
      }),
  );
  const rest = mapLeaves(params.rest, (leaf) => x.tracer.lift(leaf, leaf.dtype)) as Replace<R, Value>;
  const result = model.forward(functions, model.scaling ? scaleInputs(model.scaling, x) : x, rest);
  return { result: model.scaling ? unscaleTargets(model.scaling, result) : result, inputs };
}

function checkWidth({ inputs, window }: SelectableLayer, l: number, rows: Value): void {
  if (rows.rank === 2 && rows.shape[1] === inputs) return;
  const wanted = window ? `${inputs / window.kernel ** 2} channels` : `[batch, ${inputs}]`;
  throw new CajalError("shape", `selectable KAN: layer ${l} takes ${wanted}, but is given ${rows}`);
}
