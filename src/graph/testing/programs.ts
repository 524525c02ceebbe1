/**
 * @file Programs that every device must run alike: each draws its arguments from a seed and gives its results by name.
 * They hold nothing of any platform, so that a browser page runs the very same.
 */

import { compile } from "../compile.ts";
import { grad, jvp, valueAndGrad } from "../derivative.ts";
import { release, toHost } from "../device-tensor.ts";
import { concat } from "../functions.ts";
import type { Attributes } from "../op.ts";
import { Rng } from "../rng.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Tensor } from "../tensor.ts";
import type { Given } from "../trace.ts";
import { forEachLeaf, mapLeaves } from "../tree.ts";
import type { Operand, Value } from "../value.ts";

export interface Program {
  readonly name: string;
  /** Largest difference between devices, relative to the largest element of a result. */
  readonly tolerance: number;
  run(runtime: Runtime): Promise<Record<string, Tensor>>;
}

type Tensors<A> = { [K in keyof A]: Given<A[K]> };

function program<A extends readonly unknown[], R>(
  name: string,
  draw: (rng: Rng) => Tensors<A>,
  fn: (...args: A) => R,
  tolerance = 1e-4,
): Program {
  const run = async (runtime: Runtime) => {
    const compiled = compile(fn, { runtime });
    const results: Record<string, Tensor> = {};
    forEachLeaf(await compiled(...draw(new Rng(1).split(name))), (leaf, path) => {
      if (leaf instanceof Tensor) results[path] = leaf;
    });
    await compiled.release();
    return results;
  };
  return { name, tolerance, run };
}

const oneHot = (rng: Rng, rows: number, classes: number): Tensor =>
  Tensor.of(
    Array.from({ length: rows }, () => {
      const label = rng.int(0, classes);
      return Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0));
    }),
  );

const crossEntropy = (logits: Value, targets: Value): Value => logits.logSoftmax().mul(targets).sum(-1).mean().neg();

interface Mlp<T> {
  readonly w1: T;
  readonly b1: T;
  readonly w2: T;
  readonly b2: T;
}

const drawMlp = (rng: Rng): Mlp<Tensor> => ({
  w1: rng.normal([20, 33], 0, 0.3),
  b1: rng.normal([33], 0, 0.1),
  w2: rng.normal([33, 5], 0, 0.3),
  b2: rng.normal([5], 0, 0.1),
});

const mlpLoss = (p: Mlp<Value>, x: Value, y: Value): Value =>
  crossEntropy(x.matmul(p.w1).add(p.b1).relu().matmul(p.w2).add(p.b2), y);

/** One step of Adam (Kingma & Ba 2015) on the perceptron's parameters. */
function adamStep(p: Mlp<Value>, m: Mlp<Value>, v: Mlp<Value>, step: Value, x: Value, y: Value) {
  const [loss, g] = valueAndGrad(mlpLoss)(p, x, y);
  const correction = (beta: number) => step.tracer.lift(beta, "float32").pow(step).neg().add(1);
  const update = (name: keyof Mlp<Value>) => {
    const mean = m[name].mul(0.9).add(g[name].mul(0.1));
    const square = v[name].mul(0.999).add(g[name].square().mul(0.001));
    const change = mean.div(correction(0.9)).div(square.div(correction(0.999)).sqrt().add(1e-8));
    return { p: p[name].sub(change.mul(1e-2)), m: mean, v: square };
  };
  return { loss, w1: update("w1"), b1: update("b1"), w2: update("w2"), b2: update("b2") };
}

interface ConvNet<T> {
  readonly first: T;
  readonly bias: T;
  readonly second: T;
  readonly up: T;
  readonly head: T;
}

const same: Attributes = { pads: [1, 1, 1, 1] };

function convNetLoss(p: ConvNet<Value>, x: Value, y: Value): Value {
  const first = x.op("Conv", [p.first, p.bias], same).relu();
  const pooled = first.op("MaxPool", [], { kernel_shape: [2, 2], strides: [2, 2] });
  const second = pooled.op("Conv", [p.second], { ...same, strides: [2, 2], group: 2 }).op("Gelu");
  const up = second.op("ConvTranspose", [p.up], { strides: [2, 2] });
  const average = up.op("AveragePool", [], { kernel_shape: [3, 3], ...same, count_include_pad: 0 });
  return crossEntropy(average.op("GlobalAveragePool").flatten().matmul(p.head), y);
}

interface Attention<T> {
  readonly gain: T;
  readonly bias: T;
  readonly qkv: T;
  readonly out: T;
}

/** A causal self-attention block before its residual: x [batch, time, width], two heads. */
function attention(p: Attention<Value>, x: Value): Value {
  const [batch, time, width] = x.shape;
  const [heads, depth] = [2, width / 2];
  const normal = x.op("LayerNormalization", [p.gain, p.bias], { axis: -1 });
  const split = normal.matmul(p.qkv).reshape([batch, time, 3, heads, depth]).transpose([2, 0, 3, 1, 4]);
  const [q, k, v] = [0, 1, 2].map((i) => split.slice([i], [i + 1], [0]).squeeze(0));
  const scores = q.matmul(k.transpose([0, 1, 3, 2])).div(Math.sqrt(depth));
  const future = Array.from({ length: time * time }, (_, i) => (i % time > Math.floor(i / time) ? -1e9 : 0));
  const weights = scores.add(Tensor.of(future, [time, time])).softmax();
  const mixed = weights.matmul(v).transpose([0, 2, 1, 3]).reshape([batch, time, width]);
  return x.add(mixed.matmul(p.out));
}

/** The sum of squares of everything in a list, so that its gradient reaches all of it. */
const energy = (values: readonly Value[]): Value =>
  values.map((value) => value.square().sum()).reduce((total, term) => total.add(term));

const integers = (values: readonly number[], shape: readonly number[], dtype: "int64" | "int32" = "int64"): Tensor =>
  Tensor.of(values, shape, dtype);

const reductions = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceLogSumExp"];
const activations = [
  ...["Sigmoid", "Tanh", "Erf", "Softplus", "Softsign", "Elu", "Selu", "Gelu", "Mish", "HardSigmoid", "HardSwish"],
  ...["Exp", "Atan", "LeakyRelu"],
];

/** Three steps of descent whose parameters stay on the device from call to call, and whose losses come to the host. */
const staying: Program = {
  name: "steps whose parameters stay on the device",
  tolerance: 1e-4,
  async run(runtime) {
    const rng = new Rng(1).split(this.name);
    const [x, y] = [rng.normal([16, 20]), oneHot(rng, 16, 5)];
    const descend = (p: Mlp<Value>, x: Value, y: Value) => {
      const [loss, g] = valueAndGrad(mlpLoss)(p, x, y);
      return { p: mapLeaves(p, (leaf, path) => (leaf as Value).sub(g[path as keyof Mlp<Value>].mul(0.1))), loss };
    };
    const step = compile(descend, { runtime, stay: (path) => path.startsWith("p/") });
    let p: Mlp<Tensor> = drawMlp(rng);
    const losses: Record<string, Tensor> = {};
    for (let i = 0; i < 3; i++) {
      const next = await step(p, x, y);
      release(p);
      p = next.p;
      losses[`loss ${i}`] = next.loss;
    }
    const results = { ...losses, ...(await toHost(p)) };
    release(p);
    await step.release();
    return results;
  },
};

export const programs: readonly Program[] = [
  staying,
  program(
    "a step of Adam on a perceptron",
    (rng) => {
      const p = drawMlp(rng);
      const zero = () => mapLeaves(p, ({ shape }) => Tensor.zeros(shape));
      return [p, zero(), zero(), Tensor.scalar(1), rng.normal([16, 20]), oneHot(rng, 16, 5)];
    },
    adamStep,
    // Where a gradient is nearly zero, Adam's first step keeps its sign alone.
    1e-3,
  ),
  program(
    "a convolutional network and its gradient",
    (rng) => [
      {
        first: rng.normal([8, 3, 3, 3], 0, 0.3),
        bias: rng.normal([8], 0, 0.1),
        second: rng.normal([6, 4, 3, 3], 0, 0.3),
        up: rng.normal([6, 4, 2, 2], 0, 0.3),
        head: rng.normal([4, 5], 0, 0.5),
      },
      rng.normal([2, 3, 12, 12]),
      oneHot(rng, 2, 5),
    ],
    (p: ConvNet<Value>, x: Value, y: Value) => valueAndGrad(convNetLoss)(p, x, y),
  ),
  program(
    "an attention block and its gradient",
    (rng) => [
      {
        gain: rng.normal([16], 1, 0.1),
        bias: rng.normal([16], 0, 0.1),
        qkv: rng.normal([16, 48], 0, 0.3),
        out: rng.normal([16, 16], 0, 0.3),
      },
      rng.normal([2, 6, 16]),
    ],
    (p: Attention<Value>, x: Value) => ({
      y: attention(p, x),
      g: grad((q: Attention<Value>) => attention(q, x).square().mean())(p),
    }),
  ),
  program(
    "reductions and their gradients",
    (rng) => [rng.normal([3, 4, 5])],
    (x: Value) => {
      const all = (z: Value) =>
        reductions.flatMap((op) =>
          [[1], [0, 2]].map((axes) => z.tracer.emit(op, [z, z.tracer.constant(axes, "int64")], { keepdims: 0 })),
        );
      return {
        results: all(x),
        gradient: grad((z: Value) => energy(all(z)))(x),
        where: x.op("ArgMax", [], { axis: 1 }),
        running: x.op("CumSum", [x.tracer.constant(2, "int64")]),
      };
    },
  ),
  program(
    "gathering, scattering and their gradients",
    (rng) => [rng.normal([6, 4]), rng.normal([3, 4]), integers([5, 0, 5], [3])],
    (x: Value, updates: Value, rows: Value) => {
      const columns = integers([0, 3, 1, 1, 2, 0], [6, 1]);
      const indexed = (z: Value) => [
        z.gather(rows),
        z.op("GatherElements", [columns], { axis: 1 }),
        z.op("ScatterND", [rows.unsqueeze(1), updates], { reduction: "add" }),
        z.op("ScatterElements", [integers([0, 1, 2, 3], [1, 4]), updates.slice([0], [1])], { axis: 0 }),
      ];
      return { results: indexed(x), gradient: grad((z: Value) => energy(indexed(z)))(x) };
    },
  ),
  program(
    "integers, booleans and casts",
    (rng) => [integers([7, -8, 9, 2 ** 40], [4]), integers([2, 3, -4, 5], [4], "int32"), rng.normal([4])],
    (long: Value, short: Value, x: Value) => {
      const wide = short.cast("int64");
      const chosen = wide.greater(0).op("And", [x.greater(-1)]);
      return {
        sum: long.add(wide),
        product: wide.mul(wide).sub(3),
        quotient: long.div(wide),
        rest: long.op("Mod", [wide]),
        chosen,
        mixed: chosen.where(long, -1),
        bytes: chosen.cast("uint8"),
        truncated: x.mul(10).cast("int32"),
        equal: wide.equal(integers([2, 0, -4, 0], [4])).not(),
      };
    },
  ),
  program(
    "float16",
    (rng) => [rng.normal([5, 7]), rng.normal([7, 3])],
    (x: Value, y: Value) => {
      const product = x.cast("float16").matmul(y.cast("float16"));
      return { product, softmax: product.add(1).softmax().cast("float32") };
    },
    4e-3,
  ),
  program(
    "float64",
    (rng) => [Tensor.of(rng.normal([5, 7]).numbers(), [5, 7], "float64")],
    (x: Value) => ({ gram: x.matmul(x.transpose()), norm: x.square().sum().sqrt(), long: x.sub(1e-9) }),
    1e-12,
  ),
  program(
    "broadcasting and its gradient",
    (rng) => [rng.normal([4, 1, 3]), rng.uniform([2, 1], 0.5, 1.5)],
    (x: Value, y: Value) => {
      const all = (a: Value, b: Operand) => [a.add(b), a.sub(b), a.mul(b), a.div(b), a.abs().add(1).pow(b)];
      const both = grad((p: { a: Value; b: Value }) => energy(all(p.a, p.b)));
      return { results: all(x, y), gradient: both({ a: x, b: y }), larger: x.op("Max", [y]), less: x.less(y) };
    },
  ),
  program(
    "softmax of large and small logits, and its gradient",
    (rng) => [rng.normal([3, 4, 5], 0, 30)],
    (x: Value) => {
      const all = (z: Value) => [z.softmax(), z.softmax(1), z.logSoftmax(), z.logSoftmax(0), z.logSumExp(2)];
      return { results: all(x), gradient: grad((z: Value) => energy(all(z)))(x) };
    },
  ),
  program(
    "activations and their gradients",
    (rng) => [rng.normal([4, 9])],
    (x: Value) => {
      const all = (z: Value) => activations.map((op) => z.op(op));
      return { results: all(x), gradient: grad((z: Value) => energy(all(z)))(x) };
    },
  ),
  program(
    "sine, cosine and their gradients",
    (rng) => [rng.uniform([4, 9], -3, 3)],
    (x: Value) => ({ sine: x.sin(), slope: grad((z: Value) => z.cos().sum())(x) }),
    // WGSL promises an absolute error of 2⁻¹¹ and no more.
    1e-3,
  ),
  program(
    "slices, tiles, pads, transposes, and their gradients",
    (rng) => [rng.normal([2, 8, 3, 3])],
    (x: Value) => {
      const list = (values: readonly number[]) => x.tracer.constant(values, "int64");
      const all = (z: Value) => [
        concat([z.slice([1], [8], [1], [3]), z.slice([-1], [-9], [1], [-2])], 1),
        z.op("Tile", [list([1, 1, 2, 1])]),
        z.op("Pad", [list([0, 0, 1, 1, 0, 0, 0, 2])], { mode: "reflect" }),
        z.transpose([3, 1, 0, 2]).reshape([3, -1]),
        z.op("DepthToSpace", [], { blocksize: 2 }),
        z.op("Resize", [undefined, x.tracer.constant([1, 1, 2, 2], "float32")], { mode: "linear" }),
        z.op("Einsum", [], { equation: "bcij->cj" }),
      ];
      return { results: all(x), gradient: grad((z: Value) => energy(all(z)))(x) };
    },
  ),
  program(
    "what WebGPU gets wrong",
    (rng) => [rng.normal([2, 4, 6]), rng.normal([4, 1, 3]), rng.normal([1, 2, 3, 4, 4]), rng.normal([2, 2, 2, 2, 2])],
    (x: Value, kernel: Value, volume: Value, block: Value) => ({
      grouped: x.op("ConvTranspose", [kernel], { group: 2, strides: [2] }),
      volume: volume.op("ConvTranspose", [block], { strides: [2, 2, 2] }),
      small: x.op("Resize", [undefined, x.tracer.constant([1, 1, 0.5], "float32")], { mode: "linear", antialias: 1 }),
      middle: volume
        .reshape([2, 3, 4, 4])
        .op("Resize", [undefined, x.tracer.constant([1, 2, 2, 1], "float32")], { mode: "linear" }),
      einsum: x.op("Einsum", [kernel], { equation: "...ij,i...k->...jk" }),
      backwards: x.slice([2, 4], [-9, 0], [1, 2], [-1, -2]),
      wrapped: x.op("Pad", [x.tracer.constant([0, 0, 1, 0, 0, 2], "int64")], { mode: "wrap" }),
      squares: x.tracer.emit("ReduceSumSquare", [x, x.tracer.constant([], "int64")], { noop_with_empty_axes: 1 }),
      pooled: x.op("MaxPool", [], { kernel_shape: [2] }),
    }),
  ),
  program(
    "a Hessian times a vector",
    (rng) => [drawMlp(rng), drawMlp(rng), rng.normal([4, 20]), oneHot(rng, 4, 5)],
    (p: Mlp<Value>, direction: Mlp<Value>, x: Value, y: Value) =>
      jvp((q: Mlp<Value>) => grad(mlpLoss)(q, x, y), [p], [direction]).tangent,
  ),
];
