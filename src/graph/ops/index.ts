/** @file All ops that Cajal knows, by their ONNX name. */

import { CajalError } from "../error.ts";
import type { OpDefinition } from "../op.ts";
import { arrangeOps } from "./arrange.ts";
import { binaryOps } from "./binary.ts";
import { einsumOps } from "./einsum.ts";
import { elementwiseOps } from "./elementwise.ts";
import { gatherOps } from "./gather.ts";
import { generateOps } from "./generate.ts";
import { linearOps } from "./linear.ts";
import { padOps } from "./pad.ts";
import { reduceOps } from "./reduce.ts";
import { scatterOps } from "./scatter.ts";
import { shapeOps } from "./shape.ts";
import { sliceOps } from "./slice.ts";

export const ops: Readonly<Record<string, OpDefinition>> = {
  ...elementwiseOps,
  ...binaryOps,
  ...reduceOps,
  ...linearOps,
  ...einsumOps,
  ...arrangeOps,
  ...generateOps,
  ...padOps,
  ...shapeOps,
  ...sliceOps,
  ...gatherOps,
  ...scatterOps,
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
