/**
 * @file cajal/graph: TypeScript functions become ONNX graphs, are differentiated as graphs, and run on ONNX Runtime;
 * ONNX models become functions.
 */

export { type Application, applicationsIn, nodesBehind } from "./applications.ts";
export { type Compiled, type CompileOptions, compile } from "./compile.ts";
export { cond } from "./cond.ts";
export { multiplyAdds } from "./cost.ts";
export { customVjp, grad, jvp, stopGradient, valueAndGrad, vjp } from "./derivative.ts";
export { DeviceTensor, release, toHost } from "./device-tensor.ts";
export type { DType, TypedArray } from "./dtype.ts";
export { CajalError, type CajalErrorOptions, type ErrorCode } from "./error.ts";
export { evaluate } from "./evaluate.ts";
export { concat } from "./functions.ts";
export { type EmitHostOp, type HostOp, hostOp } from "./host.ts";
export { hessian, hvp, type JacobianOptions, jacobian } from "./jacobian.ts";
export { collect, type Edit, intervene, scope, tap } from "./names.ts";
export { Noise } from "./noise.ts";
export { decodeModel, encodeModel } from "./onnx/codec.ts";
export { exportOnnx } from "./onnx/export-function.ts";
export {
  formatOpen,
  type ImportedModel,
  type ImportedNode,
  type ImportOptions,
  importModel,
  importOnnx,
  type OpenShape,
  type Port,
} from "./onnx/import.ts";
export type * as proto from "./onnx/schema.ts";
export { type ExternalData, tensorFromProto, tensorToProto } from "./onnx/tensor.ts";
export { ops } from "./ops/index.ts";
export type { Precision } from "./precision.ts";
export { Rng } from "./rng.ts";
export { availableDevices, openRuntime } from "./runtime/open.ts";
export type { Device, OpenOptions, Runtime, RuntimeOptions, Session, SessionOptions } from "./runtime/runtime.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./safetensors.ts";
export {
  type ByteSource,
  openSafetensors,
  openShardedSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  shardFiles,
} from "./safetensors-file.ts";
export { type ScanOptions, scan } from "./scan.ts";
export { argsort, type SortOptions, sort, type TopKOptions, topK } from "./sort.ts";
export { formatShape, type Shape, sizeOf, Tensor, type ValueType } from "./tensor.ts";
export { type Concrete, type Given, trace } from "./trace.ts";
export type { GraphNode } from "./tracer.ts";
export { forEachLeaf, leavesOf, mapLeaves, type Replace, type Tree, withLeaves } from "./tree.ts";
export { type Operand, Value } from "./value.ts";
export { type WhileLoopOptions, whileLoop } from "./while-loop.ts";
