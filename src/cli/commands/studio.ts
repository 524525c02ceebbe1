/** @file cajal studio */

import { type Command, InvalidArgumentError } from "commander";
import { type CommandContext, runCommand } from "../command.ts";

export interface StudioFlags {
  readonly host: string;
  readonly port: number;
  readonly runs?: string;
  readonly json?: boolean;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError("It must be 0 to 65535.");
  return port;
}

export const studioFlags = (command: Command) =>
  command
    .option("--host <name>", "where others can reach it, a token is asked for", "127.0.0.1")
    .option("--port <n>", "0: any that is free", portNumber, 4321)
    .option("--runs <folder>", "where runs are kept; default CAJAL_RUNS, else runs")
    .option("--json", "print the address as JSON");

/** Serves until Ctrl-C. @param models files to show, of which the first is the one to begin with */
export async function serve(
  { host, port, runs }: StudioFlags,
  models: readonly string[],
  { say, json, signal }: CommandContext,
): Promise<void> {
  const { serveStudio } = await import("../../node/studio/serve.ts");
  const { url, close } = await serveStudio({ host, port, models, ...(runs !== undefined && { runs }) });
  json({ url });
  say(`The studio is at ${url}\nCtrl-C ends it; runs that it began go on.`);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await close();
}

export const define = (command: Command) =>
  studioFlags(command).action((flags: StudioFlags) => runCommand(flags, (context) => serve(flags, [], context)));
