/** @file cajal list */

import type { Command } from "commander";
import { runCommand } from "../command.ts";
import { formatTable } from "../table.ts";

export const define = (command: Command) =>
  command
    .argument("[family]", "only its methods")
    .option("--json", "print the result as JSON")
    .action((family: string | undefined, options: { json?: boolean }) =>
      runCommand(options, async ({ say, json }) => {
        const { CajalError } = await import("../../graph/error.ts");
        const { families } = await import("../../methods/families.ts");
        const { methods } = await import("../../methods/registry.ts");
        const { committedResults, readResults } = await import("../../node/runs/results.ts");
        if (family !== undefined && !families.some((name) => name === family))
          throw new CajalError("argument", `there is no family "${family}"`, {
            advice: `The families: ${families.join(", ")}.`,
          });
        const results = await readResults(committedResults);
        const listed = Object.entries(methods)
          .filter(([, method]) => family === undefined || method.family === family)
          .map(([slug, { title, family: of }]) => {
            const bars = results.get(slug)?.bars;
            return {
              slug,
              family: of,
              title,
              ...(bars && { bars: bars.length, met: bars.filter(({ met }) => met).length }),
            };
          });
        json(listed);
        const rows = families.flatMap((name) => {
          const group = listed.filter((method) => method.family === name);
          const lines = group.map(({ slug, title, bars, met }) => [
            `  ${slug}`,
            title,
            bars === undefined ? "not reproduced here yet" : `${met} of ${bars} bars`,
          ]);
          return group.length > 0 ? [[name, "", ""], ...lines] : [];
        });
        say(formatTable(["method", "what it is", "results"], rows));
      }),
    );
