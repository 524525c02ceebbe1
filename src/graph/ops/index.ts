/** @file All ops that Cajal knows, by their ONNX name. */

import { CajalError } from "../error.ts";
import type { OpDefinition } from "../op.ts";
import { arrangeOps } from "./arrange.ts";
import { averagePoolOps } from "./average-pool.ts";
import { batchNormOps } from "./batch-norm.ts";
import { binaryOps } from "./binary.ts";
import { bitOps } from "./bits.ts";
import { convOps } from "./conv.ts";
import { depthSpaceOps } from "./depth-space.ts";
import { dftOps } from "./dft.ts";
import { dropoutOps } from "./dropout.ts";
import { einsumOps } from "./einsum.ts";
import { elementwiseOps } from "./elementwise.ts";
import { fusedAttentionOps } from "./fused-attention.ts";
import { fusedGroupedAttentionOps } from "./fused-grouped-attention.ts";
import { fusedOpaqueOps } from "./fused-opaque.ts";
import { fusedWeightsOps } from "./fused-weights.ts";
import { gatherOps } from "./gather.ts";
import { generateOps } from "./generate.ts";
import { gruOps } from "./gru.ts";
import { ifOps } from "./if.ts";
import { linearOps } from "./linear.ts";
import { loopOps } from "./loop.ts";
import { lrnOps } from "./lrn.ts";
import { lstmOps } from "./lstm.ts";
import { maxPoolOps } from "./max-pool.ts";
import { normPoolOps } from "./norm-pool.ts";
import { normaliseOps } from "./normalise.ts";
import { padOps } from "./pad.ts";
import { plainNormaliseOps } from "./plain-normalise.ts";
import { positionOps } from "./positions.ts";
import { qlinearOps } from "./qlinear.ts";
import { quantizeOps } from "./quantize.ts";
import { reduceOps } from "./reduce.ts";
import { resizeOps } from "./resize.ts";
import { rnnOps } from "./rnn.ts";
import { scanOps } from "./scan.ts";
import { scatterOps } from "./scatter.ts";
import { shapeOps } from "./shape.ts";
import { sliceOps } from "./slice.ts";
import { softmaxOps } from "./softmax.ts";
import { sortOps } from "./sort.ts";
import { windowFunctionOps } from "./window-functions.ts";

export const ops: Readonly<Record<string, OpDefinition>> = {
  ...elementwiseOps,
  ...binaryOps,
  ...reduceOps,
  ...linearOps,
  ...einsumOps,
  ...softmaxOps,
  ...normaliseOps,
  ...batchNormOps,
  ...lrnOps,
  ...plainNormaliseOps,
  ...dropoutOps,
  ...arrangeOps,
  ...generateOps,
  ...padOps,
  ...shapeOps,
  ...sliceOps,
  ...gatherOps,
  ...scatterOps,
  ...convOps,
  ...maxPoolOps,
  ...averagePoolOps,
  ...normPoolOps,
  ...resizeOps,
  ...depthSpaceOps,
  ...positionOps,
  ...sortOps,
  ...bitOps,
  ...dftOps,
  ...windowFunctionOps,
  ...scanOps,
  ...lstmOps,
  ...gruOps,
  ...rnnOps,
  ...quantizeOps,
  ...qlinearOps,
  ...ifOps,
  ...loopOps,
  ...fusedAttentionOps,
  ...fusedGroupedAttentionOps,
  ...fusedWeightsOps,
  ...fusedOpaqueOps,
};

/** @throws CajalError `unknown-op` */
export function findOp(name: string, where = ""): OpDefinition {
  if (!Object.hasOwn(ops, name)) {
    throw new CajalError("unknown-op", `${where}the op "${name}" is not known`, {
      advice: `${Object.keys(ops).length} ops of the ONNX standard are known here; see the manual's list of ops.`,
    });
  }
  return ops[name];
}
