/** @file The bench's four networks in jax-js, on its WebAssembly backend. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  blockUntilReady,
  defaultDevice,
  type JsTree,
  jit,
  lax,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { attempt } from "./attempt.ts";
import {
  type Arrays,
  type Block,
  type Conv,
  cnnBeginning,
  type Dense,
  gptBeginning,
  lifBeginning,
  mlpBeginning,
  type Norm,
} from "./beginning.ts";
import { cnn, type Engine, gpt, learningRate, lif, mlp, type TaskName, type Training } from "./task.ts";

/** On one thread: jax-js has threads only where there are web workers. */
export function jax(): Engine {
  const entry = createRequire(import.meta.url).resolve("@jax-js/jax");
  const { version }: { version: string } = JSON.parse(readFileSync(join(dirname(entry), "../package.json"), "utf8"));
  defaultDevice("wasm");
  return {
    name: "jax-js",
    version: `${version} (wasm, threads: 1)`,
    start: (task) => attempt(networks[task]()),
    stop: async () => undefined,
  };
}

type Beginning<P> = { params: P; x: np.Array; y: np.Array };
type Loss<P> = (params: P, x: np.Array, y: np.Array) => np.Array;

const arrays: Arrays<np.Array> = {
  parameter: (values, shape) => np.array(values, { shape }),
  constant: (values, shape) => np.array(values, { shape }),
};

const networks: Readonly<Record<TaskName, () => Training>> = {
  mlp: () => withAdam(mlpBeginning(arrays), mlpLoss),
  cnn: () => withAdam(cnnBeginning(arrays), cnnLoss),
  gpt: () => withAdam(gptBeginning(arrays), gptLoss),
  lif: () => {
    const { params, x, y } = lifBeginning(arrays);
    const gradients = valueAndGrad(lifLoss);
    return {
      step: async () => {
        const [loss, gradient] = gradients(tree.ref(params), x.ref, y.ref);
        await blockUntilReady([loss, gradient]);
        tree.dispose(gradient);
        return (await loss.data())[0];
      },
      release: async () => tree.dispose([params, x, y]),
    };
  },
};

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

function withAdam<P extends JsTree<np.Array>>({ params, x, y }: Beginning<P>, loss: Loss<P>): Training {
  const [leaves, structure] = tree.flatten<np.Array>(params);
  const lossOf = (flat: np.Array[], x: np.Array, y: np.Array) => loss(tree.unflatten(structure, flat) as P, x, y);
  // corrections: 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ).
  const update = jit((state: State, x: np.Array, y: np.Array, corrections: { first: np.Array; second: np.Array }) => {
    const { first, second } = corrections;
    const [value, gradients] = valueAndGrad(lossOf)(tree.ref(state.params), x, y);
    const next: State = { params: [], means: [], squares: [] };
    for (const [i, gradient] of gradients.entries()) {
      const mean = state.means[i].mul(beta1).add(gradient.ref.mul(1 - beta1));
      const square = state.squares[i].mul(beta2).add(np.square(gradient).mul(1 - beta2));
      const deviation = np.sqrt(square.ref.mul(second.ref)).add(epsilon);
      next.params.push(state.params[i].sub(mean.ref.mul(first.ref).div(deviation).mul(learningRate)));
      next.means.push(mean);
      next.squares.push(square);
    }
    tree.dispose(corrections);
    return { value, next };
  });
  let state: State = {
    params: leaves,
    means: leaves.map(({ shape }) => np.zeros(shape)),
    squares: leaves.map(({ shape }) => np.zeros(shape)),
  };
  let steps = 0;
  return {
    step: async () => {
      steps++;
      const corrections = { first: np.array(1 / (1 - beta1 ** steps)), second: np.array(1 / (1 - beta2 ** steps)) };
      const { value, next } = update(state, x.ref, y.ref, corrections);
      state = next;
      await blockUntilReady(state);
      return (await value.data())[0];
    },
    release: async () => {
      update.dispose();
      tree.dispose([state, x, y]);
    },
  };
}

type State = { params: np.Array[]; means: np.Array[]; squares: np.Array[] };

function mlpLoss(layers: Dense<np.Array>[], x: np.Array, y: np.Array): np.Array {
  const logits = layers.reduce((h, layer, i) => dense(layer, i === 0 ? h : nn.relu(h)), x);
  return crossEntropy(logits, y, mlp.widths[3]);
}

function cnnLoss(params: ReturnType<typeof cnnBeginning<np.Array>>["params"], x: np.Array, y: np.Array): np.Array {
  const features = params.convs.reduce((h, p) => maxPool(nn.relu(conv(p, h))), x);
  return crossEntropy(dense(params.dense, features.reshape([cnn.batch, -1])), y, cnn.classes);
}

function gptLoss(params: ReturnType<typeof gptBeginning<np.Array>>["params"], x: np.Array, y: np.Array): np.Array {
  const { batch, context, width, vocabulary } = gpt;
  const embedded = np.take(params.tokens, x, 0).add(params.positions);
  const stream = params.blocks.reduce((h, p) => block(p, h), embedded.reshape([batch * context, width]));
  return crossEntropy(np.matmul(norm(params.norm, stream), params.head), y.reshape([-1]), vocabulary);
}

/** A step of the layer, compiled alone: all the steps as one program take minutes to compile. */
const lifStep = jit(
  ({ membrane, spikes }: { membrane: np.Array; spikes: np.Array }, current: np.Array, recurrent: np.Array) => {
    const fed = np.matmul(spikes.ref, recurrent).sub(spikes.mul(lif.threshold));
    const next = membrane.mul(lif.beta).add(current).add(fed);
    return { membrane: next.ref, spikes: spike(next.sub(lif.threshold)) };
  },
);

function lifLoss(params: ReturnType<typeof lifBeginning<np.Array>>["params"], x: np.Array, y: np.Array): np.Array {
  const { steps, batch, units } = lif;
  let state = { membrane: np.zeros([batch, units]), spikes: np.zeros([batch, units]) };
  let count = np.zeros([batch, units]);
  for (const current of np.split(np.matmul(x, params.input), steps)) {
    state = lifStep(state, current.reshape([batch, units]), params.recurrent.ref);
    count = count.add(state.spikes.ref);
  }
  tree.dispose([state, params.recurrent]);
  return np.mean(np.square(count.mul(1 / steps).sub(y)));
}

/** 1 above zero; backward 1/(1 + slope·|v|)², the slope of v/(1 + slope·|v|). */
function spike(v: np.Array): np.Array {
  const soft = v.ref.div(np.absolute(v.ref).mul(lif.slope).add(1));
  const hard = v.greater(0).astype(np.float32);
  return lax.stopGradient(hard).add(soft.ref.sub(lax.stopGradient(soft)));
}

/** x [rows, inputs] → [rows, outputs]. */
function dense({ weight, bias }: Dense<np.Array>, x: np.Array): np.Array {
  return np.matmul(x, weight).add(bias);
}

/** x [batch, height, width, inputs] → the same with outputs, as a product of patches: fifty times faster than lax.conv here. */
function conv({ kernel, bias }: Conv<np.Array>, x: np.Array): np.Array {
  const [batch, height, width, inputs] = x.shape;
  const outputs = bias.shape[0];
  const padded = np.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const shifts = [0, 1, 2];
  const taps = shifts.flatMap((i) => shifts.map((j) => padded.ref.slice([], [i, i + height], [j, j + width], [])));
  padded.dispose();
  const patches = np.concatenate(taps, 3).reshape([batch * height * width, 9 * inputs]);
  return dense({ weight: kernel.reshape([9 * inputs, outputs]), bias }, patches).reshape([
    batch,
    height,
    width,
    outputs,
  ]);
}

/** The largest of each 2×2; x [batch, height, width, channels]. */
function maxPool(x: np.Array): np.Array {
  const [batch, height, width, channels] = x.shape;
  return np.max(x.reshape([batch, height / 2, 2, width / 2, 2, channels]), [2, 4]);
}

function norm({ scale, shift }: Norm<np.Array>, x: np.Array): np.Array {
  return nn.standardize(x).mul(scale).add(shift);
}

/** x [batch·context, width]. */
function block(p: Block<np.Array>, x: np.Array): np.Array {
  const { batch, context, heads, width } = gpt;
  const depth = width / heads;
  const qkv = dense(p.qkv, norm(p.norm1, x.ref)).reshape([batch, context, 3, heads, depth]).transpose([2, 0, 3, 1, 4]);
  const [q, k, v] = np.split(qkv, 3).map((part) => part.reshape([batch, heads, context, depth]));
  const scores = np.matmul(q, np.matrixTranspose(k)).mul(1 / Math.sqrt(depth));
  const seen = np.tri(context, context, 0, { dtype: np.bool });
  const mixed = np.matmul(nn.softmax(np.where(seen, scores, -1e9)), v);
  const joined = mixed.transpose([0, 2, 1, 3]).reshape([batch * context, width]);
  const middle = x.add(dense(p.out, joined));
  const hidden = nn.gelu(dense(p.up, norm(p.norm2, middle.ref)), { approximate: false });
  return middle.add(dense(p.down, hidden));
}

/** logits [rows, classes], labels [rows]. */
function crossEntropy(logits: np.Array, labels: np.Array, classes: number): np.Array {
  const rows = labels.shape[0];
  return nn
    .logSoftmax(logits)
    .mul(nn.oneHot(labels, classes))
    .sum()
    .mul(-1 / rows);
}
