/** @file What the engine bench trains: the same four networks for every engine, with the sizes in one place. */

/** (a) A multilayer perceptron, trained with Adam. */
export const mlp = { batch: 128, widths: [784, 512, 512, 10] } as const;

/** (b) A convolutional network: 3×3 convolutions, ReLU and 2×2 pooling after each, one dense layer; trained with Adam. */
export const cnn = { batch: 64, side: 32, channels: [3, 32, 64, 128], classes: 10 } as const;

/** (c) A decoder-only transformer, trained with Adam. */
export const gpt = { batch: 16, context: 128, layers: 4, width: 128, heads: 4, vocabulary: 65 } as const;

/**
 * (d) A recurrent layer of leaky integrate-and-fire neurons over 256 input lines: membrane uₜ = β·uₜ₋₁ + xₜ·W + sₜ₋₁·(R − θ·1), spike
 * sₜ = [uₜ > θ] with the derivative 1/(1 + slope·|u − θ|)²; gradients of the mean squared distance of firing rates to targets. No optimiser.
 */
export const lif = { steps: 100, batch: 64, inputs: 256, units: 256, beta: 0.9, threshold: 1, slope: 10 } as const;

export const taskNames = ["mlp", "cnn", "gpt", "lif"] as const;
export type TaskName = (typeof taskNames)[number];

export const learningRate = 1e-3;

const matmul = (m: number, k: number, n: number) => 2 * m * k * n;

/** Operations (a multiplication and an addition are two) in matrix products and convolutions of a forward and backward pass. */
export const operations: Readonly<Record<TaskName, number>> = {
  mlp: mlp.widths
    .slice(1)
    .reduce((sum, width, i) => sum + (i === 0 ? 2 : 3) * matmul(mlp.batch, mlp.widths[i], width), 0),
  cnn: cnn.channels.slice(1).reduce(
    (sum, channels, i) => {
      const pixels = cnn.batch * (cnn.side / 2 ** i) ** 2;
      return sum + (i === 0 ? 2 : 3) * matmul(pixels, 9 * cnn.channels[i], channels);
    },
    3 * matmul(cnn.batch, cnn.channels[3] * (cnn.side / 8) ** 2, cnn.classes),
  ),
  gpt: (() => {
    const { batch, context, layers, width, vocabulary } = gpt;
    const rows = batch * context;
    const scores = 2 * batch * matmul(context, width, context);
    return 3 * (layers * (matmul(rows, width, 12 * width) + scores) + matmul(rows, width, vocabulary));
  })(),
  lif: (() => {
    const rows = lif.steps * lif.batch;
    return 2 * matmul(rows, lif.inputs, lif.units) + 3 * matmul(rows, lif.units, lif.units);
  })(),
};

/** A network in training, in one engine. */
export interface Training {
  /** One step on the task's fixed batch, or `together` of them; the loss where asking for it costs nothing. */
  step(): Promise<number | undefined>;
  /** Steps of one call. Default 1. */
  readonly together?: number;
  release(): Promise<void>;
}

/** An engine: `undefined` where it cannot express the task, with the reason. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  start(task: TaskName): Promise<Training | { readonly cannot: string }>;
  stop(): Promise<void>;
}
