/** @file Networks with units set to zero: one graph for all sets of units, and how well it still does. */

import { type Compiled, type CompileOptions, compile, intervene, Tensor, type Value } from "../../../graph/index.ts";
import type { Layer, Model, SampleSet } from "../../../probe/index.ts";

/** A unit by layer and number. */
export interface UnitAddress {
  readonly layer: string;
  readonly unit: number;
}

export interface AblatableOptions {
  /** Layers of which units can be silenced. */
  readonly layers: readonly string[];
  /** Which output holds the logits [N, classes]; default: the first. */
  readonly output?: string;
  /** Samples per run. Default 64. */
  readonly batch?: number;
  readonly compile?: CompileOptions;
}

/** A classifier whose units can be silenced call by call, without making another graph. */
export class AblatableModel {
  readonly layers: readonly Layer[];
  private readonly run: Compiled<[Value, Record<string, Value>], Value>;
  private readonly batch: number;
  private readonly fixed: boolean;
  private readonly inputShape: readonly [number, number, number];

  /** @throws CajalError `unknown-layer` */
  constructor(model: Model, { layers, output, batch = 64, compile: options = {} }: AblatableOptions) {
    this.layers = model.layers(layers);
    const { port, channels, height, width } = model.input;
    const { imported } = model;
    const fixed = port.shape?.[0];
    this.fixed = typeof fixed === "number";
    this.batch = typeof fixed === "number" ? fixed : batch;
    this.inputShape = [channels, height, width];
    const logits = output ?? imported.outputs[0].name;
    this.run = compile(
      (x: Value, kept: Record<string, Value>) =>
        intervene(
          () => imported.apply(imported.params, { [port.name]: x }),
          Object.fromEntries(
            this.layers.map((layer) => [layer.name, (value: Value) => silence(value, kept[layer.name], layer)]),
          ),
        )()[logits],
      options,
    );
  }

  /** The logits of samples with units silenced, [samples, classes]. @param inputs each [C, H, W] */
  async logits(inputs: readonly Tensor[], silenced: readonly UnitAddress[]): Promise<Tensor> {
    const kept = Object.fromEntries(
      this.layers.map(({ name, units }) => {
        const mask = new Float32Array(units).fill(1);
        for (const { layer, unit } of silenced) if (layer === name) mask[unit] = 0;
        return [name, new Tensor("float32", [units], mask)];
      }),
    );
    const size = this.inputShape.reduce((a, b) => a * b, 1);
    const parts: Float64Array[] = [];
    let classes = 0;
    // Where the model leaves it open, few samples make a small batch.
    const batch = this.fixed ? this.batch : Math.min(this.batch, inputs.length);
    for (let from = 0; from < inputs.length; from += batch) {
      const part = inputs.slice(from, from + batch);
      const data = new Float32Array(batch * size);
      for (const [i, input] of part.entries()) data.set(input.data as Float32Array, i * size);
      const logits = await this.run(new Tensor("float32", [batch, ...this.inputShape], data), kept);
      classes = logits.size / batch;
      parts.push(logits.numbers().subarray(0, part.length * classes));
    }
    return Tensor.of(
      parts.flatMap((part) => [...part]),
      [inputs.length, classes],
    );
  }

  release(): Promise<void> {
    return this.run.release();
  }
}

/** Zeros where a unit is not kept, also where it was infinite or NaN. */
function silence(value: Value, kept: Value, { unitAxis, units }: Layer): Value {
  const shape = value.shape.map((_, axis) => (axis === unitAxis ? units : 1));
  return kept.reshape(shape).greater(0).expand(value.shape).where(value, 0);
}

/** Labelled samples, read once. */
export interface LabelledInputs {
  /** Each [C, H, W]. */
  readonly inputs: readonly Tensor[];
  /** Numbers of classes. */
  readonly classes: readonly number[];
}

/** Reads all samples. @param classOf the model's number of a label; samples without one are left out */
export async function labelledInputs(
  samples: SampleSet,
  classOf: (label: string) => number | undefined,
): Promise<LabelledInputs> {
  const inputs: Tensor[] = [];
  const classes: number[] = [];
  for (let i = 0; i < samples.length; i++) {
    const { input, label } = await samples.get(i);
    const number = label === undefined ? undefined : classOf(label);
    if (number === undefined) continue;
    inputs.push(input);
    classes.push(number);
  }
  return { inputs, classes };
}

/** Share of right answers with units silenced, and of each class. */
export async function accuracyWithout(
  model: AblatableModel,
  { inputs, classes }: LabelledInputs,
  silenced: readonly UnitAddress[],
): Promise<{ accuracy: number; byClass: number[] }> {
  const logits = await model.logits(inputs, silenced);
  const width = logits.shape[1];
  const numbers = logits.numbers();
  const right = new Float64Array(width);
  const all = new Float64Array(width);
  for (const [i, truth] of classes.entries()) {
    let best = 0;
    for (let c = 1; c < width; c++) if (numbers[i * width + c] > numbers[i * width + best]) best = c;
    all[truth]++;
    if (best === truth) right[truth]++;
  }
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return { accuracy: sum(right) / sum(all), byClass: [...right].map((count, c) => count / all[c]) };
}
