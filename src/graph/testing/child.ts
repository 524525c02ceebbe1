/** @file A child process that runs programs on a device, so that a driver that crashes takes nothing else down. */

import type { Device } from "../runtime/runtime.ts";
import { type PlainResults, runByName } from "./remote.ts";

/** What the child is asked: to run a program on a device. */
export interface Question {
  readonly device: Device;
  readonly program: string;
}

export type Answer = { readonly results: PlainResults } | { readonly error: string };

process.on("message", ({ device, program }: Question) => {
  runByName(device, program).then(
    (results) => process.send?.({ results } satisfies Answer),
    (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
  );
});
