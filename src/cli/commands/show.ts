/** @file cajal show */

import type { Command } from "commander";
import { runCommand } from "../command.ts";
import { describeFlags } from "../method-flags.ts";
import { barTable, formatDemand } from "../method-words.ts";
import { formatTable } from "../table.ts";

export const define = (command: Command) =>
  command
    .argument("<method>", "its name; cajal list shows all")
    .option("--json", "print the result as JSON")
    .action((slug: string, options: { json?: boolean }) =>
      runCommand(options, async ({ say, json }) => {
        const { loadMethod } = await import("../../methods/registry.ts");
        const { committedResults, readResults } = await import("../../node/runs/results.ts");
        const method = await loadMethod(slug);
        const { family, paper, summary, bars, data = [] } = method;
        const result = (await readResults(committedResults)).get(slug);
        json({ slug, family, paper, summary, data, bars: result?.bars ?? bars });
        say(`${slug} (${family})\n\n${summary}\n`);
        const where = [paper.venue, paper.year].filter(Boolean).join(" ");
        say(`${paper.title}\n${paper.authors}; ${where}`);
        if (paper.arxiv) say(`https://arxiv.org/abs/${paper.arxiv}`);
        if (paper.doi) say(`https://doi.org/${paper.doi}`);
        if (paper.code) say(`the authors' code: ${paper.code}`);
        if (data.length > 0) say(`data: ${data.join(", ")}`);
        say("\nOptions of cajal run");
        say(
          formatTable(
            ["  option", "default", ""],
            describeFlags(method).map(({ flag, value, about }) => [`  --${flag}`, value, about]),
          ),
        );
        if (result) {
          say(`\nBars, over seeds ${result.seeds.join(", ")} (${result.environment.processor})`);
          say(barTable(result.bars));
          for (const { metric, note, met } of result.bars) if (note && !met) say(`\n✗ ${metric}: ${note}`);
        } else if (bars.length > 0) {
          say(`\nBars (not reproduced here yet: cajal reproduce ${slug})`);
          say(
            formatTable(
              ["  bar", "must reach", "paper"],
              bars.map((bar) => [`  ${bar.metric}`, formatDemand(bar), String(bar.paper ?? "–")]),
            ),
          );
        }
      }),
    );
