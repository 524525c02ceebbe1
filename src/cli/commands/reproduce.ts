/** @file cajal reproduce */

import { type Command, InvalidArgumentError } from "commander";
import { runCommand } from "../command.ts";
import { addRunOptions, barTable, executeOptions, type RunOptions } from "../method-words.ts";
import { formatDuration } from "../progress.ts";

interface Options extends RunOptions {
  readonly all?: boolean;
  readonly quick?: boolean;
  readonly seeds?: readonly number[];
  readonly output: string;
}

function seedList(text: string): number[] {
  const seeds = text.split(",").map(Number);
  if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 0))
    throw new InvalidArgumentError("Write whole numbers with commas: 1,2,3.");
  return seeds;
}

export const define = (command: Command) =>
  addRunOptions(command.argument("[methods...]", "their names; cajal list shows all"))
    .option("--all", "every method")
    .option("--seeds <list>", "instead of the method's own", seedList)
    .option("--quick", "an experiment that takes seconds, of one seed: shows that it works; no result is written")
    .option("-o, --output <folder>", "where the results go", "results")
    .action((slugs: string[], options: Options) =>
      runCommand(options, async (context) => {
        const { say, json, progress } = context;
        const { CajalError } = await import("../../graph/error.ts");
        const { loadMethod, methods } = await import("../../methods/index.ts");
        const { reproduce, runsFolder, writeResult } = await import("../../node/index.ts");
        const chosen = options.all ? Object.keys(methods) : slugs;
        if (chosen.length === 0)
          throw new CajalError("argument", "which methods?", { advice: "Name them, or say --all." });
        const settings = await executeOptions(options, context);
        const loaded = [];
        for (const slug of chosen) loaded.push(await loadMethod(slug));
        const results = [];
        for (const method of loaded) {
          const { quick } = options;
          const { result, drawings } = await reproduce(method, {
            ...settings,
            root: options.runs ?? runsFolder(),
            ...(quick ? { seeds: [1], options: method.quick } : options.seeds && { seeds: options.seeds }),
            onSeed: (seed, folder) => say(`${method.slug}, seed ${seed}: ${folder.path}`),
          });
          progress.finish();
          results.push(result);
          const seconds = result.seconds.reduce((sum, value) => sum + value, 0);
          if (quick) {
            say(`${method.slug}: works (${formatDuration(seconds)})`);
            continue;
          }
          await writeResult(options.output, result, drawings);
          say(`\n${barTable(result.bars)}`);
          const missed = result.bars.filter(({ met }) => !met).length;
          say(
            `\n${method.slug}: ${result.bars.length - missed} of ${result.bars.length} bars over seeds ${result.seeds.join(", ")} (${formatDuration(seconds)}); wrote ${options.output}/${method.slug}.json\n`,
          );
        }
        json(results);
      }),
    );
