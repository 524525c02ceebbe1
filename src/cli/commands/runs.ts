/** @file cajal runs */

import type { Command } from "commander";
import { runCommand } from "../command.ts";
import { formatDuration } from "../progress.ts";
import { formatTable } from "../table.ts";

export const define = (command: Command) =>
  command
    .argument("[method]", "only its runs")
    .option("--runs <folder>", "where runs are kept (default: CAJAL_RUNS, else runs)")
    .option("--json", "print the result as JSON")
    .action((method: string | undefined, options: { runs?: string; json?: boolean }) =>
      runCommand(options, async ({ say, json }) => {
        const { listRuns, runsFolder } = await import("../../node/runs/folder.ts");
        const root = options.runs ?? runsFolder();
        const runs = (await listRuns(root)).filter(({ record }) => method === undefined || record.method === method);
        json(runs.map(({ folder, record }) => ({ folder: folder.path, ...record })));
        if (runs.length === 0) say(`there are no runs in ${root}; cajal run <method> makes one`);
        else
          say(
            formatTable(
              ["run", "method", "seed", "state", "time", "began"],
              runs.map(({ record }) => [
                record.id,
                record.method,
                String(record.seed),
                record.error ? `${record.state}: ${record.error.message.split("\n")[0].slice(0, 60)}` : record.state,
                formatDuration(record.seconds),
                record.started.slice(0, 16).replace("T", " "),
              ]),
            ),
          );
      }),
    );
