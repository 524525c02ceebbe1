/** @file The one error that users are meant to see: a code for programs, a sentence for people, advice on what to do. */

/** What went wrong, in a word that programs can switch on. */
export type ErrorCode =
  | "shape"
  | "dtype"
  | "argument"
  | "no-derivative"
  | "not-static"
  | "unknown-op"
  | "bad-onnx"
  | "too-large"
  | "external-data"
  | "file-missing"
  | "no-data"
  | "bad-file"
  | "bad-image"
  | "bad-labels"
  | "not-finite"
  | "not-positive-definite"
  | "singular"
  | "unknown-layer"
  | "unknown-unit"
  | "unknown-method"
  | "unknown-architecture"
  | "disk-full"
  | "in-use"
  | "not-permitted"
  | "checksum"
  | "network"
  | "bad-reply"
  | "budget"
  | "runtime"
  | "aborted";

export interface CajalErrorOptions {
  /** What the person can do about it: one sentence. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/** An error that a user can cause and mend. Anything else that is thrown is a defect of Cajal. */
export class CajalError extends Error {
  override readonly name = "CajalError";
  readonly code: ErrorCode;
  readonly advice: string | undefined;

  constructor(code: ErrorCode, message: string, options: CajalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice;
  }
}
