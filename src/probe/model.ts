/** @file A model opened for looking inside. */

import {
  CajalError,
  decodeModel,
  type ExternalData,
  encodeModel,
  type ImportedModel,
  importModel,
  type proto,
  type Tensor,
} from "../graph/index.ts";
import { type Edits, editModel } from "./edit.ts";
import { type LayerNode, layerGraph } from "./layer-graph.ts";
import {
  type ImageInput,
  imageInput,
  type Layer,
  type LayerFilter,
  listLayers,
  selectLayers,
  type TracedModel,
  traceModel,
} from "./layers.ts";
import { missingWeights, replaceWeights, withWeightsInside } from "./weights.ts";

/** Writes a file whole or not at all. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

export interface OpenOptions {
  /** What messages call the model; default "the model". */
  readonly name?: string;
  /** Height and width, for a model that leaves them open. */
  readonly size?: readonly [number, number];
  readonly external?: ExternalData;
  readonly write?: WriteFile;
}

/** An ONNX model whose neurons can be listed, recorded and edited. Immutable: `edit` gives another. */
export class Model {
  readonly reads = "pictures";
  readonly name: string;
  readonly imported: ImportedModel;
  private readonly proto: proto.ModelProto;
  private readonly options: OpenOptions;
  private listed: readonly Layer[] | undefined;

  /** @param imported the same model, if it was imported before */
  constructor(model: proto.ModelProto, options: OpenOptions, imported?: ImportedModel) {
    this.proto = model;
    this.options = options;
    this.name = options.name ?? "the model";
    this.imported = imported ?? importModel(model, options.external ?? missingWeights(this.name), this.name);
  }

  /** Reads an ONNX file's bytes. @throws CajalError as `importOnnx` does */
  static open(bytes: Uint8Array, options: OpenOptions = {}): Model {
    return new Model(decodeModel(bytes, options.name), options);
  }

  /** The image that the model takes. @throws CajalError `shape` when it takes something else */
  get input(): ImageInput {
    return imageInput(this.imported, this.options.size);
  }

  /** Trainable numbers in the file. */
  get parameters(): number {
    return Object.values(this.imported.params).reduce((sum, tensor) => sum + tensor.size, 0);
  }

  /**
   * All layers, or those chosen.
   * @param filter names, or a pattern; default: all
   */
  layers(filter?: LayerFilter): readonly Layer[] {
    this.listed ??= listLayers(this.traced());
    return filter === undefined ? this.listed : selectLayers(this.listed, filter);
  }

  /** How the layers hang together, with what each costs. */
  graph(): LayerNode[] {
    return layerGraph(this.traced());
  }

  private traced(): TracedModel {
    const { channels, height, width } = this.input;
    return traceModel(this.imported, [channels, height, width]);
  }

  /**
   * The model with neurons ablated, clamped, scaled or shifted. Nothing else changes.
   * @example model.edit({ "fire9/relu": { units: [3, 17], set: 0 } })
   * @throws CajalError `unknown-layer`, `unknown-unit`
   */
  edit(edits: Edits): Model {
    return new Model(editModel(this.proto, this.layers(), edits), this.options);
  }

  /**
   * The model with other numbers in some of its weights (see `imported.params`). Nothing else changes.
   * @param weights by name, of the same dtypes and shapes
   * @throws CajalError `argument`, `shape`
   */
  withWeights(weights: Readonly<Record<string, Tensor>>): Model {
    return new Model(replaceWeights(this.proto, this.imported, weights), this.options);
  }

  /**
   * The model with its graph rewritten: for edits that are no unit's. The graph that is given must not be changed.
   * @throws CajalError as `importOnnx` does
   */
  rewrite(change: (graph: proto.GraphProto) => proto.GraphProto): Model {
    return new Model({ ...this.proto, graph: change(this.proto.graph as proto.GraphProto) }, this.options);
  }

  /** The ONNX file, with all weights inside. */
  bytes(): Uint8Array {
    return encodeModel(withWeightsInside(this.proto, this.options.external));
  }

  /** Writes the ONNX file, whole or not at all. @throws CajalError `disk-full`, `not-permitted`, … */
  async save(path: string): Promise<void> {
    if (this.options.write === undefined) {
      throw new CajalError("argument", "save: there are no files here", {
        advice: "Take model.bytes() and store them yourself.",
      });
    }
    await this.options.write(path, this.bytes());
  }
}
