/** @file A child process that runs programs on a device, so that a driver that crashes takes nothing else down. */

import { openRuntime } from "../runtime/open.ts";
import type { Device } from "../runtime/runtime.ts";
import { type PlainResults, runByName } from "./remote.ts";

/** What the child is asked: whether a device works, or also to run a program on it. */
export interface Question {
  readonly device: Device;
  readonly program?: string;
}

export type Answer = { readonly results: PlainResults } | { readonly error: string };

async function answer({ device, program }: Question): Promise<Answer> {
  try {
    if (program !== undefined) return { results: await runByName(device, program) };
    await openRuntime(device);
    return { results: {} };
  } catch (error) {
    return { error: String(error) };
  }
}

process.on("message", async (question: Question) => process.send?.(await answer(question)));
