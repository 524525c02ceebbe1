/** @file cajal studio */

import { type Command, InvalidArgumentError } from "commander";
import { runCommand } from "../command.ts";

interface Options {
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

export const define = (command: Command) =>
  command
    .option("--host <name>", "where others can reach it, a token is asked for", "127.0.0.1")
    .option("--port <n>", "0: any that is free", portNumber, 4321)
    .option("--runs <folder>", "where runs are kept; default CAJAL_RUNS, else runs")
    .option("--json", "print the address as JSON")
    .action((options: Options) =>
      runCommand(options, async ({ say, json, signal }) => {
        const { serveStudio } = await import("../../node/studio/serve.ts");
        const { host, port, runs } = options;
        const { url, close } = await serveStudio({ host, port, ...(runs !== undefined && { runs }) });
        json({ url });
        say(`The studio is at ${url}\nCtrl-C ends it; runs that it began go on.`);
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        await close();
      }),
    );
