/** @file Everything that reads untrusted bytes. */

import { npyTarget } from "../src/data/testing/fuzz/npy.ts";
import { npzTarget } from "../src/data/testing/fuzz/npz.ts";
import { onnxTarget } from "../src/graph/testing/fuzz/onnx.ts";
import { safetensorsTarget } from "../src/graph/testing/fuzz/safetensors.ts";
import type { FuzzTarget } from "../src/graph/testing/fuzz/target.ts";

export const targets: Readonly<Record<string, FuzzTarget>> = Object.fromEntries(
  [onnxTarget, safetensorsTarget, npyTarget, npzTarget].map((target) => [target.name, target]),
);
