/** @file What the machine can do, and what a compiled call costs beside the bare runtime. */

import { compile, Rng, type Value } from "cajal/graph";
import * as ort from "onnxruntime-node";
import { inTurn } from "../timing.ts";
import { stepOf } from "./cajal.ts";

/** Operations per second of a 1024³ float32 matrix product in ONNX Runtime. */
export async function matmulRate(threads: number): Promise<number> {
  const side = 1024;
  const rng = new Rng(1);
  const [a, b] = [rng.uniform([side, side]), rng.uniform([side, side])];
  // Only a sum leaves the session, so that copying the result isn't counted; the second operand is packed as weights are.
  const product = compile((x: Value) => x.matmul(b).max(), { threads });
  await product(a);
  const { product: times } = await inTurn({ product: () => product(a) }, 15);
  await product.release();
  return (2 * side ** 3) / (times.median / 1e3);
}

/** The GPT's step: from a function to a session that has run once, a call of it, and the same graph in ONNX Runtime's own API. */
export async function overhead(threads: number): Promise<{ startMs: number; callMs: number; rawMs: number }> {
  const step = stepOf("gpt");
  const start = performance.now();
  await step.repeat();
  const startMs = performance.now() - start;
  const session = await ort.InferenceSession.create(step.onnx(), {
    intraOpNumThreads: threads,
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
  });
  const leaves = step.inputs();
  const raw = () => {
    const feeds = session.inputNames.map((name, i) => {
      const { dtype, data, shape } = leaves[i];
      return [name, new ort.Tensor(dtype as "float32", data as Float32Array, [...shape])] as const;
    });
    return session.run(Object.fromEntries(feeds));
  };
  const times = await inTurn({ call: () => step.repeat(), raw }, 15);
  await session.release();
  await step.release();
  return { startMs, callMs: times.call.median, rawMs: times.raw.median };
}
