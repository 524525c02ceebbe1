/** @file Runs a model on batches of samples and hands out what is wanted of chosen layers. */

import { CajalError, type Compiled, type Concrete, collect, compile, Tensor, type Value } from "../graph/index.ts";
import type { Layer } from "./layers.ts";
import type { Model } from "./model.ts";
import type { Sample } from "./samples.ts";

/** Activations of one batch are held to about this many bytes: enough to keep all cores busy, little enough to stay flat. */
const batchBytes = 48 << 20;
const largestBatch = 32;

/** The model cut down to what the chosen layers need, ready to run. */
export class LayerRunner<T> {
  /** Samples per run. */
  readonly batch: number;
  private readonly compiled: Compiled<[Value], Record<string, T>>;
  private readonly inputShape: readonly number[];

  /** @param view what is handed out of a layer: a tree of values, from its activations [batch, …] */
  constructor(model: Model, layers: readonly Layer[], view: (activations: Value, layer: Layer) => T) {
    const { port, channels, height, width } = model.input;
    const cells = layers.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const fixed = port.shape?.[0];
    const fitting = Math.max(1, Math.min(largestBatch, Math.floor(batchBytes / (4 * cells))));
    this.batch = typeof fixed === "number" ? fixed : fitting;
    this.inputShape = [channels, height, width];
    const wanted = new Set(layers.map(({ name }) => name));
    const { imported } = model;
    // The weights are constants of this graph, so that the runtime may rearrange them once for all runs.
    const forward = collect(
      (x: Value) => imported.apply(imported.params, { [port.name]: x }),
      (name) => wanted.has(name),
    );
    this.compiled = compile(
      (x: Value) => {
        const { taps } = forward(x);
        return Object.fromEntries(layers.map((layer) => [layer.name, view(taps[layer.name], layer)]));
      },
      { cache: 1 },
    );
  }

  /**
   * Runs at most `batch` samples. The views, by layer, are of a whole batch: rows beyond the samples given are padding.
   * @throws CajalError `shape` when a sample is not [C, H, W] of the model
   */
  async run(samples: readonly Sample[]): Promise<Concrete<Record<string, T>>> {
    const size = this.inputShape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(this.batch * size);
    for (const [i, { input }] of samples.entries()) {
      if (input.size !== size || input.dtype !== "float32") {
        throw new CajalError("shape", `a sample is ${input}; the model takes float32[${this.inputShape.join(", ")}]`);
      }
      data.set(input.data as Float32Array, i * size);
    }
    return this.compiled(new Tensor("float32", [this.batch, ...this.inputShape], data));
  }

  release(): Promise<void> {
    return this.compiled.release();
  }
}
