/** @file The linear maps of a model's feed-forward networks, whose output coordinates are its neurons here: gate, up and down. */

import { CajalError } from "../../../graph/index.ts";
import { neuronWeights, type TextModel } from "../../../probe/index.ts";

export interface FfnMap {
  readonly layer: number;
  /** Where a layer has several networks. */
  readonly expert?: number;
  readonly kind: "gate" | "up" | "down";
  /** The name of the model's layer that holds its output, before activation. */
  readonly tensor: string;
  /** Output coordinates. */
  readonly width: number;
}

/** One output coordinate of one map. */
export interface NeuronId extends Pick<FfnMap, "layer" | "kind" | "tensor"> {
  readonly unit: number;
}

/**
 * All maps, in the order of computing: of gated networks three in each layer, else two.
 * @throws CajalError `argument` when none are recognised in an ONNX file: its message lists the candidates
 */
export async function findFfn(model: TextModel): Promise<FfnMap[]> {
  const { networks, width } = await neuronWeights(model).catch((cause: unknown) => {
    if (!(cause instanceof CajalError) || cause.code !== "argument") throw cause;
    throw new CajalError("argument", `${cause.message}; layers that could be its maps: ${candidates(model)}`, {
      cause,
      advice: "Give `maps`: of each map its layer's number, its kind (gate, up, down), its tensor and its width.",
    });
  });
  return networks.flatMap(({ layer, expert, neurons, taps }): FfnMap[] => {
    const of = (kind: FfnMap["kind"], tensor: string, units: number): FfnMap => ({
      ...{ layer, kind, tensor, width: units },
      ...(expert !== undefined && { expert }),
    });
    return [
      ...(taps.gate === undefined ? [] : [of("gate", taps.gate, neurons)]),
      of("up", taps.up, neurons),
      of("down", taps.written, width),
    ];
  });
}

/** Ops whose output may be a linear map's. */
const linear = new Set(["MatMul", "Gemm", "Add", "MatMulNBits", "Split", "projection"]);

/** So many candidates are named. */
const shown = 20;

function candidates(model: TextModel): string {
  const all = model.layers().filter(({ kind }) => linear.has(kind));
  const named = all.slice(0, shown).map(({ name, units }) => `"${name}" [${units}]`);
  return named.join(", ") + (all.length > shown ? `, and ${all.length - shown} more` : "");
}

/** @throws CajalError `unknown-layer`, `argument` when a width is not the layer's */
export function checkMaps(model: TextModel, maps: readonly FfnMap[]): void {
  if (maps.length === 0) throw new CajalError("argument", "relation neurons: there are no maps to look for them in");
  for (const { tensor, width } of maps) {
    const [layer] = model.layers([tensor]);
    if (layer.units !== width)
      throw new CajalError("argument", `the map "${tensor}" has ${layer.units} output coordinates, not ${width}`);
  }
}

/** How many neurons all maps have. */
export function neuronCount(maps: readonly FfnMap[]): number {
  return maps.reduce((sum, { width }) => sum + width, 0);
}

/** Neurons by their numbers in the order of maps, as the columns of `ap` have them. */
export function neuronsAt(maps: readonly FfnMap[], numbers: Iterable<number>): NeuronId[] {
  return Array.from(numbers, (number) => {
    let unit = number;
    for (const { layer, kind, tensor, width } of maps) {
      if (unit < width) return { layer, kind, tensor, unit };
      unit -= width;
    }
    throw new CajalError("unknown-unit", `there is no neuron ${number}: the maps have ${neuronCount(maps)}`);
  });
}
