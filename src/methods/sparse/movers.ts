/** @file Ops that change how a weight is arranged, and not what it is. */

/** By their names in ONNX. */
export const movers: ReadonlySet<string> = new Set([
  "Identity",
  "Transpose",
  "Reshape",
  "Flatten",
  "Squeeze",
  "Unsqueeze",
  "Cast",
]);
