/** @file A cached call of a compiled function against raw ONNX Runtime on the same graph: what the trees of parameters cost. */

import { compile, leavesOf, Rng, type Tensor, type Value, valueAndGrad } from "cajal/graph";
import * as ort from "onnxruntime-node";
import type { Bench } from "./main.ts";
import { inTurn } from "./timing.ts";

type Layers<T> = readonly { readonly weight: T; readonly bias: T }[];

const width = 32;
const rounds = 1000;

const loss = (layers: Layers<Value>, x: Value): Value =>
  layers
    .reduce((hidden, { weight, bias }) => hidden.matmul(weight).add(bias).relu(), x)
    .square()
    .mean();

export const callBench: Bench = async (say) => {
  const rng = new Rng(1);
  const layers: Layers<Tensor> = Array.from({ length: 20 }, () => ({
    weight: rng.normal([width, width], 0, 0.2),
    bias: rng.normal([width]),
  }));
  const x = rng.normal([8, width]);
  const step = compile((p: Layers<Value>, batch: Value) => valueAndGrad(loss)(p, batch), { threads: 1 });
  const session = await ort.InferenceSession.create(step.onnx(layers, x), { intraOpNumThreads: 1 });
  const leaves = leavesOf([layers, x]) as Tensor[];
  const raw = () => {
    const feeds = session.inputNames.map((name, i) => {
      const { data, shape } = leaves[i];
      return [name, new ort.Tensor("float32", data as Float32Array, shape)] as const;
    });
    return session.run(Object.fromEntries(feeds));
  };
  const times = await inTurn({ raw, compiled: () => step(layers, x) }, rounds);
  const [compiled, bare] = [times.compiled.median, times.raw.median].map((ms) => Number(ms.toFixed(3)));
  const overhead = Number((times.compiled.median - times.raw.median).toFixed(3));
  say(`${leaves.length} tensors in, ${leaves.length} out: compiled ${compiled} ms, raw ONNX Runtime ${bare} ms a call`);
  say(`a cached call costs ${overhead} ms more`);
  await step.release();
  await session.release();
  return { tensors: leaves.length, compiled, raw: bare, overhead };
};
