/** @file cajal report */

import type { Command } from "commander";
import { runCommand } from "../command.ts";

interface Options {
  readonly runs?: string;
  readonly output?: string;
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument("<run>", "a run's name or folder; cajal runs shows them")
    .option("-o, --output <file>", "where the page goes (default: report.html in the run's folder)")
    .option("--runs <folder>", "where runs are kept (default: CAJAL_RUNS, else runs)")
    .option("--json", "print the result as JSON")
    .action((id: string, options: Options) =>
      runCommand(options, async ({ say, json }) => {
        const { findRun, readRecord, runReport, runsFolder, writeWhole } = await import("../../node/index.ts");
        const { loadMethod } = await import("../../methods/index.ts");
        const folder = await findRun(options.runs ?? runsFolder(), id);
        const method = await loadMethod((await readRecord(folder.record)).method);
        const output = options.output ?? folder.at("report.html");
        await writeWhole(output, [await runReport(folder, method)]);
        say(`wrote ${output}; open it in a browser`);
        json({ output });
      }),
    );
