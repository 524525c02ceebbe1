/** @file The gradient of units with respect to pixels, for many images at once, each with a unit of its own. */

import type { Preprocess } from "../../../data/index.ts";
import { CajalError, type CompileOptions, collect, compile, Tensor, type Value, vjp } from "../../../graph/index.ts";
import type { Model } from "../../../probe/index.ts";
import { checkGradientPath } from "./gradient-path.ts";
import { isVector } from "./layer-behind.ts";
import { prepared } from "./pixels.ts";
import { type FoundUnit, unitsOf } from "./unit.ts";

/**
 * What is made large. "probability": the unit's softmax among all units of its layer. Its logarithm is what is differentiated: the same direction,
 * and only the direction counts, but one that is there even where the probability is no longer.
 */
export type Objective = "activation" | "probability";

export interface UnitGradients {
  /** φ of each image [n], whatever the objective. */
  readonly activations: Float32Array;
  /** [n, C, H, W] */
  readonly gradients: Float32Array;
}

/** Activations of the most channels and pixels together that one call computes: about 64 MB with their gradients. */
const largestCall = 2 ** 23;

/** A model compiled for gradients of the units of one layer. */
export class UnitGradient {
  private readonly units: readonly FoundUnit[];
  private readonly model: Model;
  private readonly rows: number;
  private readonly compiled: (objective: Objective) => (pixels: Tensor, select: Tensor) => Promise<[Tensor, Tensor]>;
  readonly release: () => Promise<unknown>;

  /**
   * @param units one for each image, all of one layer and read alike
   * @throws CajalError `argument` when they are not
   */
  constructor(model: Model, units: readonly FoundUnit[], preprocess: Preprocess, options: CompileOptions = {}) {
    const [{ layer, at }] = units;
    const tensor = layer.name;
    if (units.some((unit) => unit.layer.name !== tensor || unit.at !== at))
      throw new CajalError("argument", "units of one call are of one layer, and read at the same place", {
        advice: "Call once for each layer.",
      });
    this.units = units;
    this.model = model;
    const { port, channels, height, width } = model.input;
    const fixed = port.shape?.[0];
    const perImage = model.layers().reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const fitting = Math.max(
      1,
      Math.min(units.length, Math.floor(largestCall / (perImage + channels * height * width))),
    );
    this.rows = typeof fixed === "number" ? fixed : fitting;

    const { imported } = model;
    const forward = collect(
      (pixels: Value) => imported.apply(imported.params, { [port.name]: prepared(pixels, preprocess) }),
      (name) => name === tensor,
    );
    const gradientOf = (objective: Objective) =>
      compile(
        (pixels: Value, select: Value): [Value, Value] => {
          const objectives = (x: Value) => {
            const activations = forward(x).taps[tensor];
            checkGradientPath(activations, x, tensor);
            const units = unitsOf(activations, at);
            const chosen = (values: Value) => values.mul(select).sum(1);
            return { aim: chosen(objective === "activation" ? units : units.logSoftmax(1)), activation: chosen(units) };
          };
          const { result, pull } = vjp(objectives, pixels);
          const one = Tensor.full([pixels.shape[0]], 1);
          const [gradient] = pull({ aim: one, activation: Tensor.zeros([pixels.shape[0]]) });
          return [result.activation, gradient];
        },
        { cache: 1, ...options },
      );
    const graphs = { activation: gradientOf("activation"), probability: gradientOf("probability") };
    this.compiled = (objective) => (pixels, select) => {
      if (objective === "probability" && !isVector(layer))
        throw new CajalError("argument", `"${tensor}" has maps of units, no probabilities of classes`);
      return graphs[objective](pixels, select);
    };
    this.release = () => Promise.all([graphs.activation.release(), graphs.probability.release()]);
  }

  /** @param images [n, C, H, W], pixels of 0…255. @throws CajalError `no-derivative` */
  async at(images: Float32Array, objective: Objective = "activation"): Promise<UnitGradients> {
    const { channels, height, width } = this.model.input;
    const size = channels * height * width;
    const count = images.length / size;
    const activations = new Float32Array(count);
    const gradients = new Float32Array(images.length);
    for (let from = 0; from < count; from += this.rows) {
      const rows = Math.min(this.rows, count - from);
      const pixels = new Float32Array(this.rows * size);
      pixels.set(images.subarray(from * size, (from + rows) * size));
      const [phi, gradient] = await this.compiled(objective)(
        new Tensor("float32", [this.rows, channels, height, width], pixels),
        this.selection(from),
      );
      activations.set((phi.data as Float32Array).subarray(0, rows), from);
      gradients.set((gradient.data as Float32Array).subarray(0, rows * size), from * size);
    }
    return { activations, gradients };
  }

  /** 1 at each image's unit, [rows, units]; rows beyond the images are padding. */
  private selection(from: number): Tensor {
    const { units: count } = this.units[0].layer;
    const select = new Float32Array(this.rows * count);
    for (let row = 0; row < this.rows && from + row < this.units.length; row++)
      select[row * count + this.units[from + row].channel] = 1;
    return new Tensor("float32", [this.rows, count], select);
  }
}
