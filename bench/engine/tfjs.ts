/** @file The bench's four networks in TensorFlow.js, on its WebAssembly backend. */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { build } from "esbuild";
import { attempt } from "./attempt.ts";
import {
  type Arrays,
  type Block,
  cnnBeginning,
  type Dense,
  gptBeginning,
  lifBeginning,
  mlpBeginning,
  type Norm,
} from "./beginning.ts";
import { cnn, type Engine, gpt, learningRate, lif, mlp, type TaskName, type Training } from "./task.ts";

const { resolve } = createRequire(import.meta.url);

/**
 * On one thread: in Node.js the package keeps to its build without threads, and its other build does not start there.
 * @throws Error when the backend does not start
 */
export async function tfjs(): Promise<Engine> {
  wasm.setWasmPaths(`${dirname(resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: the WebAssembly backend does not start");
  await registerGradients();
  tf.unregisterGradient(tf.BatchMatMul);
  tf.registerGradient(productGradient);
  return {
    name: "tfjs",
    version: `${tf.version_core} (wasm, threads: ${wasm.getThreadsCount()})`,
    start: (task) => attempt(networks[task]()),
    stop: async () => tf.removeBackend("wasm"),
  };
}

/** The kernels' gradients: in the package only as modules that Node.js can't load before they are bundled. */
async function registerGradients(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [resolve("@tensorflow/tfjs-core/dist/register_all_gradients.js")],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

/** The backend multiplies a transposed operand ten times slower than one that was transposed before. */
const productGradient: tf.GradConfig = {
  kernelName: tf.BatchMatMul,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, [a, b]) => {
    if (Array.isArray(dy)) throw new Error("a product has one result");
    return { a: () => tf.matMul(dy, tf.transpose(b)), b: () => tf.matMul(tf.transpose(a), dy) };
  },
};

const networks: Readonly<Record<TaskName, () => Training>> = {
  mlp: () =>
    withAdam(mlpBeginning, ({ params, x, y }) => {
      const logits = params.reduce((h, layer, i) => dense(layer, i === 0 ? h : tf.relu(h)), x);
      return crossEntropy(logits, y, mlp.widths[3]);
    }),
  cnn: () =>
    withAdam(cnnBeginning, ({ params, x, y }) => {
      const features = params.convs.reduce(
        (h, { kernel, bias }) =>
          tf.maxPool(tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(h, kernel as tf.Tensor4D, 1, "same"), bias)), 2, 2, "valid"),
        x as tf.Tensor4D,
      );
      return crossEntropy(dense(params.dense, tf.reshape(features, [cnn.batch, -1])), y, cnn.classes);
    }),
  gpt: () => {
    const { batch, context, width, vocabulary } = gpt;
    const later = (_: unknown, i: number) => (i % context > Math.floor(i / context) ? -1e9 : 0);
    const hidden = tf.tensor(Float32Array.from({ length: context ** 2 }, later), [context, context]);
    return withAdam(gptBeginning, ({ params, x, y }) => {
      // The backend has no kernel for the gradient of gather.
      const tokens = tf.matMul(oneHot(tf.reshape(x, [-1]), vocabulary), params.tokens);
      const embedded = tf.add(tf.reshape(tokens, [batch, context, width]), params.positions);
      const stream = params.blocks.reduce((h, p) => block(p, h, hidden), tf.reshape(embedded, [-1, width]));
      return crossEntropy(tf.matMul(norm(params.norm, stream), params.head), tf.reshape(y, [-1]), vocabulary);
    });
  },
  lif: () => {
    const { beginning, variables, release } = begin(lifBeginning);
    return {
      step: async () => {
        const { value, grads } = tf.variableGrads(() => lifLoss(beginning), variables);
        const [loss] = await value.data();
        tf.dispose([value, grads]);
        return loss;
      },
      release,
    };
  },
};

/** Parameters as variables, the batch as tensors. */
function begin<B extends tf.TensorContainer>(make: (arrays: Arrays<tf.Tensor>) => B) {
  const variables: tf.Variable[] = [];
  const beginning = make({
    parameter: (values, shape) => {
      const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
      variables.push(variable);
      return variable;
    },
    constant: (values, shape) => tf.tensor(values, shape),
  });
  return { beginning, variables, release: async () => tf.dispose(beginning) };
}

function withAdam<B extends tf.TensorContainer>(
  make: (arrays: Arrays<tf.Tensor>) => B,
  loss: (beginning: B) => tf.Scalar,
): Training {
  const { beginning, variables, release } = begin(make);
  const optimiser = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
  return {
    step: async () => {
      const value = optimiser.minimize(() => loss(beginning), true, variables);
      const result = (await value?.data())?.[0];
      value?.dispose();
      return result;
    },
    release: () => {
      optimiser.dispose();
      return release();
    },
  };
}

/** x [batch, inputs] → [batch, outputs]. */
function dense({ weight, bias }: Dense<tf.Tensor>, x: tf.Tensor): tf.Tensor {
  return tf.add(tf.matMul(x, weight), bias);
}

/** The backend's one-hot kernel writes integers, whatever type it is asked for. */
function oneHot(labels: tf.Tensor, classes: number): tf.Tensor {
  return tf.cast(tf.oneHot(labels, classes), "float32");
}

function crossEntropy(logits: tf.Tensor, labels: tf.Tensor, classes: number): tf.Scalar {
  return tf.losses.softmaxCrossEntropy(oneHot(labels, classes), logits);
}

function norm({ scale, shift }: Norm<tf.Tensor>, x: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const standard = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(standard, scale), shift);
}

function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** x [batch·context, width]. */
function block(p: Block<tf.Tensor>, x: tf.Tensor, hidden: tf.Tensor): tf.Tensor {
  const { batch, context, heads, width } = gpt;
  const depth = width / heads;
  // Two steps: the backend is slow at transposing five axes.
  const [q, k, v] = tf
    .split(dense(p.qkv, norm(p.norm1, x)), 3, 1)
    .map((part) => tf.transpose(tf.reshape(part, [batch, context, heads, depth]), [0, 2, 1, 3]))
    .map((part) => tf.reshape(part, [batch * heads, context, depth]));
  const scores = tf.mul(batchProduct(q, tf.transpose(k, [0, 2, 1])), 1 / Math.sqrt(depth));
  const mixed = batchProduct(tf.softmax(tf.add(scores, hidden)), v);
  const joined = tf.transpose(tf.reshape(mixed, [batch, heads, context, depth]), [0, 2, 1, 3]);
  const middle = tf.add(x, dense(p.out, tf.reshape(joined, [batch * context, width])));
  return tf.add(middle, dense(p.down, gelu(dense(p.up, norm(p.norm2, middle)))));
}

/** a [n, i, j] · b [n, j, k], as n products: the backend's own product of batches is slower. */
function batchProduct(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const right = tf.unstack(b);
  return tf.stack(tf.unstack(a).map((left, i) => tf.matMul(left, right[i])));
}

/** 1 above zero; backward 1/(1 + slope·|v|)². */
const spike = tf.customGrad((v, save) => {
  if (typeof v === "function" || typeof save !== "function") throw new Error("spike takes one tensor");
  save([v]);
  return {
    value: tf.cast(tf.greater(v, 0), "float32"),
    gradFunc: (dy: tf.Tensor, [v]: tf.Tensor[]) => tf.div(dy, tf.square(tf.add(tf.mul(tf.abs(v), lif.slope), 1))),
  };
});

function lifLoss({ params, x, y }: ReturnType<typeof lifBeginning<tf.Tensor>>): tf.Scalar {
  const { steps, batch, inputs, units, beta, threshold } = lif;
  const currents = tf.matMul(tf.reshape(x, [steps * batch, inputs]), params.input);
  let membrane: tf.Tensor = tf.zeros([batch, units]);
  let spikes: tf.Tensor = tf.zeros([batch, units]);
  const seen = tf.unstack(tf.reshape(currents, [steps, batch, units])).map((current) => {
    const kept = tf.add(tf.mul(membrane, beta), current);
    membrane = tf.sub(tf.add(kept, tf.matMul(spikes, params.recurrent)), tf.mul(spikes, threshold));
    spikes = spike(tf.sub(membrane, threshold));
    return spikes;
  });
  return tf.mean(tf.squaredDifference(tf.div(tf.addN(seen), steps), y));
}
