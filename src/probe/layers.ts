/** @file The layers of a model: which tensors have units, how many, where. */

import { isFloat } from "../graph/dtype.ts";
import {
  CajalError,
  collect,
  type DType,
  formatOpen,
  type ImportedModel,
  type Port,
  type Shape,
  Tensor,
  trace,
  type Value,
} from "../graph/index.ts";
import { type ReceptiveField, receptiveFields } from "./receptive-field.ts";

/** A tensor of the model whose channels (or features) are its units. */
export interface Layer {
  /** The tensor's name in the file; `name:unit` is a neuron's address. */
  readonly name: string;
  /** The ONNX op that makes it: "Conv", "Relu", "Gemm", … */
  readonly kind: string;
  readonly dtype: DType;
  readonly units: number;
  /** Shape for one sample, without the batch axis: [C, H, W], [T, D] or [D]. */
  readonly shape: Shape;
  /** Which axis of the batched tensor counts units: 1 for [N, C, H, W] and [N, D], 2 for [N, T, D]. */
  readonly unitAxis: number;
  /** Only for [C, H, W] layers that do not see the whole image at every cell. */
  readonly receptiveField: ReceptiveField | undefined;
}

/** An edited tensor keeps its name; the unedited one is called so. */
export const uneditedSuffix = "/unedited";
/** Names of tensors that an edit made on the way to the edited one. */
export const beforeEdits = /\/(?:un)?edited(?:\.\d+)?$/;

/** Ops that only move numbers about: their results repeat the units of what they were given. */
export const movers = new Set([
  ...[
    "Identity",
    "Cast",
    "Reshape",
    "Transpose",
    "Flatten",
    "Squeeze",
    "Unsqueeze",
    "Slice",
    "Split",
    "Pad",
    "Expand",
    "Tile",
  ],
  ...["Dropout", "Gather", "GatherND", "GatherElements", "Resize", "DepthToSpace", "SpaceToDepth"],
]);

/** Ops after which a unit is usually read: the activation functions. */
export const activations = new Set([
  ...[
    "Relu",
    "LeakyRelu",
    "PRelu",
    "Elu",
    "Selu",
    "Celu",
    "Gelu",
    "Sigmoid",
    "Tanh",
    "HardSwish",
    "HardSigmoid",
    "Softplus",
    "Softsign",
  ],
  ...["Mish", "Clip", "ThresholdedRelu"],
]);

/** The model's image input: the only one, [N, C, H, W], with open dims filled in. */
export interface ImageInput {
  readonly port: Port;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * @param size height and width for a model that leaves them open
 * @throws CajalError `shape` when the model takes something else than one batch of images
 */
export function imageInput(model: ImportedModel, size?: readonly [number, number]): ImageInput {
  const [port, ...others] = model.inputs;
  if (port === undefined || others.length > 0) {
    throw new CajalError(
      "shape",
      `the model has ${model.inputs.length} inputs (${model.inputs.map(({ name }) => name).join(", ")}), not one image`,
      {
        advice: "Only models of one image input can be shown pictures.",
      },
    );
  }
  const { shape } = port;
  if (shape?.length !== 4 || port.dtype !== "float32") {
    throw new CajalError(
      "shape",
      `input "${port.name}" is ${port.dtype}${formatOpen(shape)}, not float32[N, C, H, W]`,
      {
        advice: "Export the model with a float32 image input, channels first.",
      },
    );
  }
  const dim = (i: number, given: number | undefined, what: string) => {
    const declared = shape[i];
    if (typeof declared === "number") return declared;
    if (given !== undefined) return given;
    throw new CajalError("shape", `input "${port.name}" ${formatOpen(shape)} leaves its ${what} open`, {
      advice: "Say it with --size 224.",
    });
  };
  return {
    port,
    channels: dim(1, 3, "channels"),
    height: dim(2, size?.[0], "height"),
    width: dim(3, size?.[1], "width"),
  };
}

/** All named tensors of a model, and its input, as values of one graph. */
export interface TracedModel {
  readonly input: Value;
  /** In the order in which they are computed. */
  readonly tensors: Readonly<Record<string, Value>>;
}

/** @param inputShape without the batch axis */
export function traceModel(model: ImportedModel, inputShape: Shape): TracedModel {
  const port = model.inputs[0];
  const batched = [typeof port.shape?.[0] === "number" ? port.shape[0] : 1, ...inputShape];
  const run = collect((x: Value) => {
    model.apply(model.params, { [port.name]: x });
    return x;
  });
  const { result } = trace(run, [Tensor.zeros(batched)]);
  return { input: result.result, tensors: result.taps };
}

/** All layers in the order in which they are computed. */
export function listLayers({ input, tensors }: TracedModel): Layer[] {
  const fields = receptiveFields(Object.values(tensors), input);
  return Object.entries(tensors).flatMap(([name, value]) => {
    // An edited layer is still of its kind; what it was before the edit is not a layer of its own.
    const kind = (tensors[`${name}${uneditedSuffix}`] ?? value).node?.definition.name ?? "";
    if (beforeEdits.test(name)) return [];
    if (!isFloat(value.dtype) || value.rank < 2 || value.rank > 4 || movers.has(kind)) return [];
    const unitAxis = value.rank === 3 ? 2 : 1;
    return [
      {
        name,
        kind,
        dtype: value.dtype,
        units: value.shape[unitAxis],
        shape: value.shape.slice(1),
        unitAxis,
        receptiveField: fields.get(value),
      },
    ];
  });
}

/** What selects layers: exact names, or a pattern that a name must contain. */
export type LayerFilter = RegExp | readonly string[] | undefined;

/**
 * The wanted layers; without a filter, those after activation functions, or else all.
 * @throws CajalError `unknown-layer` when a name, or every layer, is missing
 */
export function selectLayers(layers: readonly Layer[], filter: LayerFilter): Layer[] {
  if (filter === undefined) {
    const active = layers.filter(({ kind }) => activations.has(kind));
    return active.length > 0 ? active : [...layers];
  }
  return selectNamed(layers, filter);
}

interface Named {
  readonly name: string;
}

/** @throws CajalError `unknown-layer` when a name, or every layer, is missing */
export function selectNamed<L extends Named>(layers: readonly L[], filter: RegExp | readonly string[]): L[] {
  if (filter instanceof RegExp) {
    const found = layers.filter(({ name }) => filter.test(name));
    if (found.length > 0) return found;
    throw new CajalError("unknown-layer", `no layer matches ${filter}`, { advice: adviceFor(layers, filter.source) });
  }
  return filter.map((wanted) => findLayer(layers, wanted));
}

/** @throws CajalError `unknown-layer` */
export function findLayer<L extends Named>(layers: readonly L[], name: string): L {
  const layer = layers.find((candidate) => candidate.name === name);
  if (layer === undefined)
    throw new CajalError("unknown-layer", `no layer is named "${name}"`, { advice: adviceFor(layers, name) });
  return layer;
}

function adviceFor(layers: readonly Named[], wanted: string): string {
  const lower = wanted.toLowerCase();
  const alike = layers.filter(({ name }) => name.toLowerCase().includes(lower) || lower.includes(name.toLowerCase()));
  const shown = (alike.length > 0 ? alike : layers).slice(0, 12).map(({ name }) => name);
  return `Layers: ${shown.join(", ")}${layers.length > shown.length ? ", …" : ""}.`;
}
