/** @file cajal run */

import type { Command } from "commander";
import { runCommand, wholeNumber } from "../command.ts";
import { addFlags, readFlags } from "../method-flags.ts";
import { addRunOptions, executeOptions, methodInWords, type RunOptions, showRun } from "../method-words.ts";

interface Options extends RunOptions {
  readonly seed: number;
  readonly quick?: boolean;
}

export const define = async (command: Command) => {
  const method = await methodInWords("run");
  addRunOptions(command.argument("<method>", "its name; cajal list shows all"))
    .option("--seed <n>", "of all randomness", wholeNumber, 1)
    .option("--quick", "an experiment that takes seconds and reaches no bar");
  if (method) {
    command.summary(method.summary).description(`${method.paper.title} (${method.paper.year})\n${method.summary}`);
    addFlags(command, method);
  }
  command.action((slug: string, options: Options) =>
    runCommand(options, async (context) => {
      const { createRun, execute } = await import("../../node/runs/execute.ts");
      const { runsFolder } = await import("../../node/runs/folder.ts");
      const { loadMethod } = await import("../../methods/registry.ts");
      const chosen = await loadMethod(slug);
      const given = { ...(options.quick && chosen.quick), ...readFlags(chosen, { ...options }) };
      const settings = await executeOptions(options, context);
      const folder = await createRun(options.runs ?? runsFolder(), chosen, given, options.seed);
      try {
        const executed = await execute(folder, chosen, settings);
        context.progress.finish();
        await showRun(executed, chosen, context.say);
        context.json({ folder: folder.path, ...executed.record, ...executed.findings });
      } catch (error) {
        context.progress.finish();
        if (context.signal.aborted) context.say(`stopped; to go on: cajal resume ${folder.path}`);
        throw error;
      }
    }),
  );
};
