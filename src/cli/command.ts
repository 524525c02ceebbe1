/** @file What all commands share: how they start, are interrupted, fail and print. */

import { InvalidArgumentError } from "commander";
import { CajalError } from "../graph/error.ts";
import { exitCode } from "./exit-code.ts";
import { ProgressDisplay } from "./progress.ts";

export interface CommandContext {
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: ProgressDisplay;
  /** A line for people, on standard output; nothing under --json. */
  say(line: string): void;
  /** Text for people as it comes, without the end of a line. */
  stream(text: string): void;
  /** The result for programs, on standard output; only under --json. */
  json(result: unknown): void;
}

/**
 * Runs a command's work: errors that users can mend become a sentence and advice, Ctrl-C ends cleanly, anything else is a defect
 * and shows its stack.
 */
export async function runCommand(
  options: { readonly json?: boolean },
  work: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    controller.abort(new CajalError("aborted", "interrupted"));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // A reader that goes away (| head) is no error of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCode.ok);
  });
  const progress = new ProgressDisplay();
  const json = options.json ?? false;
  try {
    await work({
      signal: controller.signal,
      progress,
      say: (line) => {
        if (!json) process.stdout.write(`${line}\n`);
      },
      stream: (text) => {
        if (!json) process.stdout.write(text);
      },
      json: (result) => {
        if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
      },
    });
  } catch (error) {
    progress.finish();
    process.exitCode = report(error, json);
  } finally {
    progress.finish();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

function report(error: unknown, json: boolean): number {
  if (!(error instanceof CajalError)) {
    process.stderr.write(
      `cajal: this is a defect of Cajal, please report it:\n${(error as Error)?.stack ?? String(error)}\n`,
    );
    return exitCode.defect;
  }
  const { code, message, advice } = error;
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, ...(advice && { advice }) } })}\n`);
  else process.stderr.write(`cajal: ${message}\n${advice ? `  ${advice}\n` : ""}`);
  return code === "aborted" ? exitCode.interrupted : exitCode.failed;
}

/** What commands that take any model say of it. */
export const modelArgument =
  "an ONNX file, the folder of a Hugging Face model, a checkpoint of llama2.c (.bin), hub:owner/name, or a known model's name";

// Readers of option values; commander shows the message beside the option.

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number above 0.");
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}

/** "224" or "224x320" (height × width). */
export function imageSize(text: string): [number, number] {
  const match = /^(\d+)(?:x(\d+))?$/.exec(text);
  const [height, width] = match === null ? [0, 0] : [Number(match[1]), Number(match[2] ?? match[1])];
  if (height < 1 || width < 1) throw new InvalidArgumentError("Write 224 or 224x320 (height x width).");
  return [height, width];
}

/** A pattern between slashes, or names separated by commas. */
export function layerFilter(text: string): RegExp | string[] {
  const match = /^\/(.*)\/([a-z]*)$/.exec(text);
  if (match === null) return text.split(",").map((name) => name.trim());
  try {
    return new RegExp(match[1], match[2]);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
