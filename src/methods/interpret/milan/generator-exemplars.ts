/** @file computeGeneratorExemplars: of a network that makes pictures, the pictures in whose making each unit is most excited, and where. */

import { type Picture, type PictureSet, resizePicture } from "../../../data/index.ts";
import {
  CajalError,
  type Compiled,
  compile,
  decodeModel,
  encodeModel,
  formatShape,
  type proto,
  Tensor,
  type Value,
} from "../../../graph/index.ts";
import { gridOf, type Layer, Model, record, type SampleSet, tilingGrid } from "../../../probe/index.ts";
import type { ExemplarStore } from "./exemplar-store.ts";
import type { ExemplarOptions } from "./exemplars.ts";
import { findExemplars, rankSamples } from "./find-exemplars.ts";

export interface GeneratorExemplarOptions extends Omit<ExemplarOptions, "preprocess" | "activity"> {
  /** Which output is the picture, [N, 3, H, W] or [N, 1, H, W]. Default: the first. */
  readonly output?: string;
  /** Numbers of the output that are black and white. Default [−1, 1]. */
  readonly range?: readonly [black: number, white: number];
}

const fewestLatents = 15;

/**
 * The same as `computeExemplars`, with latent vectors in and the pictures that they become as pictures.
 * @param model takes latents [N, Z] or [N, Z, 1, 1]
 * @param latents [samples, Z]
 * @throws CajalError `no-data` with fewer than 15 latents; `shape` when the model takes others, or its output is no picture; `unknown-layer`
 */
export async function computeGeneratorExemplars(
  model: Model,
  latents: Tensor,
  options: GeneratorExemplarOptions = {},
): Promise<ExemplarStore> {
  const { k = 15, output, range = [-1, 1], signal, onProgress } = options;
  const spatial = withLatentCell(model);
  const { channels, height, width } = spatial.input;
  const [count, size] = latents.shape;
  if (latents.shape.length !== 2 || size !== channels || height !== 1 || width !== 1)
    throw new CajalError("shape", `latents are ${latents}; the generator takes ${channels} numbers for each picture`, {
      advice: "Give a tensor [samples, numbers], and a model that makes pictures of such vectors.",
    });
  if (count < fewestLatents)
    throw new CajalError("no-data", `${count} latents are too few to tell what a unit looks for`, {
      advice: `Give ${fewestLatents} or more, best some thousands.`,
    });
  const samples = latentSamples(latents);
  const activity = await record(spatial, samples, {
    ...(options.layers && { layers: options.layers }),
    top: k,
    everyPosition: true,
    ...(signal && { signal }),
    onProgress: (done, total) => onProgress?.("ranking pictures", done, total),
  });
  const made = await producedPictures(spatial, latents, output, range);
  const [picture] = made;
  const where = {
    pictures: setOf(made),
    height: picture.height,
    width: picture.width,
    // A layer's cells tile what it becomes.
    gridOf: (layer: Layer) => {
      const grid = gridOf(layer, 1, 1);
      return { ...grid, ...tilingGrid(grid.rows, grid.columns, picture.height, picture.width) };
    },
  };
  return findExemplars({ model: spatial, samples, ranking: rankSamples(activity, options), ...where }, options);
}

/** The generator with latents [N, Z, 1, 1], as all that looks inside models wants its input. */
function withLatentCell(model: Model): Model {
  const [port] = model.imported.inputs;
  const size = port?.shape?.[1];
  if (port?.shape?.length !== 2 || typeof size !== "number") return model;
  const file = decodeModel(model.bytes());
  const graph = file.graph as proto.GraphProto;
  const cell = `${port.name}/cell`;
  const flatten: proto.NodeProto = {
    opType: "Flatten",
    name: `${cell}/flat`,
    input: [cell],
    output: [port.name],
    attribute: [],
  };
  const input = graph.input.map((info) => {
    if (info.name !== port.name) return info;
    const [batch] = info.type?.tensorType?.shape?.dim ?? [];
    const dim = [batch ?? { dimParam: "N" }, ...[size, 1, 1].map((dimValue) => ({ dimValue }))];
    return { ...info, name: cell, type: { tensorType: { ...info.type?.tensorType, shape: { dim } } } };
  });
  return Model.open(encodeModel({ ...file, graph: { ...graph, node: [flatten, ...graph.node], input } }), {
    name: model.name,
  });
}

function latentSamples(latents: Tensor): SampleSet {
  const [length, size] = latents.shape;
  const data = Float32Array.from(latents.numbers());
  return {
    length,
    labels: [],
    concepts: [],
    nameOf: (index) => `latent ${index}`,
    get: async (index) => ({
      input: new Tensor("float32", [size, 1, 1], data.slice(index * size, (index + 1) * size)),
    }),
  };
}

/** Pictures made at once, where the model leaves it open. */
const usualBatch = 16;

/** All pictures, made once. @throws CajalError `shape` */
async function producedPictures(
  model: Model,
  latents: Tensor,
  output: string | undefined,
  [black, white]: readonly [number, number],
): Promise<Picture[]> {
  const { imported } = model;
  const { port } = model.input;
  const batch = typeof port.shape?.[0] === "number" ? port.shape[0] : usualBatch;
  const name = output ?? imported.outputs[0].name;
  const [length, size] = latents.shape;
  const numbers = Float32Array.from(latents.numbers());
  const generate: Compiled<[Value], Value> = compile(
    (x: Value) => imported.apply(imported.params, { [port.name]: x })[name],
  );
  const pictures: Picture[] = [];
  try {
    for (let from = 0; from < length; from += batch) {
      const part = numbers.subarray(from * size, Math.min(length, from + batch) * size);
      const input = new Float32Array(batch * size);
      input.set(part);
      const made = await generate(new Tensor("float32", [batch, size, 1, 1], input));
      const [, channels, height, width] = made.shape;
      if (made.shape.length !== 4 || (channels !== 1 && channels !== 3))
        throw new CajalError("shape", `the generator's "${name}" is ${formatShape(made.shape)}, no picture`, {
          advice: "Name the output that is [N, 3, H, W].",
        });
      const data = made.numbers();
      const plane = height * width;
      for (let i = 0; i < part.length / size; i++) {
        const bytes = new Uint8Array(3 * plane);
        for (let pixel = 0; pixel < plane; pixel++)
          for (let c = 0; c < 3; c++) {
            const value = data[(i * channels + (c % channels)) * plane + pixel];
            bytes[3 * pixel + c] = Math.round(255 * Math.min(1, Math.max(0, (value - black) / (white - black))));
          }
        pictures.push({ width, height, data: bytes });
      }
    }
  } finally {
    await generate.release();
  }
  return pictures;
}

function setOf(pictures: readonly Picture[]): PictureSet {
  const nameOf = (index: number) => `picture ${index}`;
  return {
    name: "generated pictures",
    length: pictures.length,
    labels: [],
    concepts: [],
    nameOf,
    get: async (index, height, width) => ({
      name: nameOf(index),
      picture: resizePicture(pictures[index], height, width),
    }),
  };
}
