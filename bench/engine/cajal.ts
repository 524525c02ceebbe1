/** @file The bench's four networks in Cajal. */

import {
  compile,
  customVjp,
  type Given,
  leavesOf,
  type Replace,
  Rng,
  scan,
  Tensor,
  type Value,
  valueAndGrad,
} from "cajal/graph";
import * as nn from "cajal/nn";
import { cnn, type Engine, gpt, learningRate, lif, mlp, type TaskName } from "./task.ts";

/** A step of training as a compiled function, with the arguments that it has come to. */
export interface Step {
  /** One step on, or several in one call as in `fit` with `stepsPerCall`; the loss. */
  advance(): Promise<number>;
  /** Runs on the same arguments again. */
  repeat(): Promise<unknown>;
  onnx(): Uint8Array;
  /** The arguments' tensors, in the order of the model's inputs. */
  inputs(): Tensor[];
  release(): Promise<void>;
}

interface Batch<T> {
  readonly x: T;
  readonly y: T;
}

/** @param initial parameters; the loss sees them as Values */
function withAdam<P>(
  initial: P,
  batch: Batch<Tensor>,
  together: number,
  loss: (params: Replace<P, Value>, batch: Batch<Value>) => Value,
): Step {
  type Params = Replace<P, Value>;
  const optimiser = nn.adam(learningRate);
  const compiled = compile((p: Params, state: nn.OptimiserState<Value>, b: Batch<Value>) => {
    let now = { loss: undefined as Value | undefined, params: p, state };
    for (let i = 0; i < together; i++) {
      const [value, gradients] = valueAndGrad(loss)(now.params, b);
      const { updates, state: next } = optimiser.update<Params>(gradients, now.state, now.params);
      now = { loss: value, params: nn.applyUpdates(now.params, updates) as Params, state: next };
    }
    return { ...now, loss: now.loss as Value };
  });
  let params = initial as Given<Params>;
  let state = optimiser.init(initial) as Given<nn.OptimiserState<Value>>;
  return {
    async advance() {
      const next = await compiled(params, state, batch);
      params = next.params as Given<Params>;
      state = next.state as Given<nn.OptimiserState<Value>>;
      return next.loss.item();
    },
    repeat: () => compiled(params, state, batch),
    onnx: () => compiled.onnx(params, state, batch),
    inputs: () => leavesOf([params, state, batch]) as Tensor[],
    release: () => compiled.release(),
  };
}

function labels(rng: Rng, shape: readonly number[], classes: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return Tensor.of(
    Array.from({ length: size }, () => rng.int(0, classes)),
    shape,
    "int64",
  );
}

function mlpStep(rng: Rng, together: number): Step {
  const params = nn.init.mlp(rng, [...mlp.widths]);
  const batch = { x: rng.normal([mlp.batch, mlp.widths[0]]), y: labels(rng, [mlp.batch], mlp.widths[3]) };
  return withAdam(params, batch, together, (p, b) =>
    nn.crossEntropy(
      nn.mlp(p, b.x, (h) => h.relu()),
      b.y,
    ),
  );
}

function cnnStep(rng: Rng, together: number): Step {
  const { batch, side, channels, classes } = cnn;
  const params = {
    convs: channels.slice(1).map((outputs, i) => nn.init.conv(rng.split(i), channels[i], outputs, 3)),
    dense: nn.init.linear(rng, channels[3] * (side / 8) ** 2, classes),
  };
  const data = { x: rng.normal([batch, channels[0], side, side]), y: labels(rng, [batch], classes) };
  return withAdam(params, data, together, (p, b) => {
    const features = p.convs.reduce((h, conv) => nn.maxPool(nn.conv(conv, h, { padding: "same" }).relu(), 2), b.x);
    return nn.crossEntropy(nn.linear(p.dense, features.flatten()), b.y);
  });
}

function gptStep(rng: Rng, together: number): Step {
  const { batch, context, heads, vocabulary } = gpt;
  const params = nn.init.gpt(rng, { ...gpt, tied: false });
  const data = { x: labels(rng, [batch, context], vocabulary), y: labels(rng, [batch, context], vocabulary) };
  return withAdam(params, data, together, (p, b) => nn.crossEntropy(nn.gpt(p, b.x, { heads }), b.y));
}

/** 1 above zero; backward 1/(1 + slope·|v|)². */
const spike = customVjp(
  (v: Value) => ({ result: v.greater(0).cast("float32"), saved: v }),
  (v, cotangent: Value) => [cotangent.div(v.abs().mul(lif.slope).add(1).square())],
);

function lifStep(rng: Rng): Step {
  const { steps, batch, inputs, units, beta, threshold } = lif;
  const params = {
    input: rng.normal([inputs, units], 0, 1 / Math.sqrt(inputs)),
    recurrent: rng.normal([units, units], 0, 0.3 / Math.sqrt(units)),
  };
  const data = {
    x: Tensor.of(
      Float64Array.from({ length: steps * batch * inputs }, () => (rng.random() < 0.2 ? 1 : 0)),
      [steps, batch, inputs],
    ),
    y: rng.uniform([batch, units]),
  };
  const zeros = Tensor.zeros([batch, units]);
  const compiled = compile((p: Replace<typeof params, Value>, b: Replace<typeof data, Value>) => {
    const [loss, gradients] = valueAndGrad((q: typeof p) => {
      const { ys } = scan(
        ({ u, s }: { u: Value; s: Value }, current: Value) => {
          const membrane = u.mul(beta).add(current).add(s.matmul(q.recurrent)).sub(s.mul(threshold));
          const spikes = spike(membrane.sub(threshold));
          return { state: { u: membrane, s: spikes }, y: spikes };
        },
        { u: b.x.tracer.lift(zeros, "float32"), s: b.x.tracer.lift(zeros, "float32") },
        b.x.matmul(q.input),
      );
      return ys.mean(0).sub(b.y).square().mean();
    })(p);
    return { loss, gradients };
  });
  return {
    advance: async () => (await compiled(params, data)).loss.item(),
    repeat: () => compiled(params, data),
    onnx: () => compiled.onnx(params, data),
    inputs: () => leavesOf([params, data]) as Tensor[],
    release: () => compiled.release(),
  };
}

const steps: Readonly<Record<TaskName, (rng: Rng, together: number) => Step>> = {
  mlp: mlpStep,
  cnn: cnnStep,
  gpt: gptStep,
  lif: lifStep,
};

export function stepOf(task: TaskName, together = 1): Step {
  return steps[task](new Rng(1), together);
}

/** @param together steps of one call */
export function cajal(name: string, together: number): Engine {
  return {
    name,
    version: "",
    start: async (task) => {
      if (task === "lif" && together > 1) return { cannot: "takes no step that another could begin from" };
      const step = stepOf(task, together);
      return { step: () => step.advance(), together, release: () => step.release() };
    },
    stop: async () => undefined,
  };
}
