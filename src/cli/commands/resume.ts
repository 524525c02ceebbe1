/** @file cajal resume */

import type { Command } from "commander";
import { runCommand } from "../command.ts";
import { addRunOptions, executeOptions, type RunOptions, showRun } from "../method-words.ts";

export const define = (command: Command) =>
  addRunOptions(command.argument("<run>", "a run's name or folder; cajal runs shows them")).action(
    (id: string, options: RunOptions) =>
      runCommand(options, async (context) => {
        const { execute } = await import("../../node/runs/execute.ts");
        const { findRun, runsFolder } = await import("../../node/runs/folder.ts");
        const { readRecord } = await import("../../node/runs/record.ts");
        const { loadMethod } = await import("../../methods/registry.ts");
        const folder = await findRun(options.runs ?? runsFolder(), id);
        const before = await readRecord(folder.record);
        const method = await loadMethod(before.method);
        if (before.state === "finished") context.say(`${before.id} is finished: nothing was left to do`);
        const executed = await execute(folder, method, await executeOptions(options, context));
        context.progress.finish();
        await showRun(executed, method, context.say);
        context.json({ folder: folder.path, ...executed.record, ...executed.findings });
      }),
  );
