/** @file cajal data list | get | verify */

import type { Command } from "commander";
import { runCommand } from "../command.ts";
import { formatTable } from "../table.ts";

export const define = (command: Command) => {
  command
    .command("list")
    .description("the data sets and pretrained models that Cajal knows by name")
    .option("--json", "print the result as JSON")
    .action((options: { json?: boolean }) =>
      runCommand(options, async ({ say, json }) => {
        const { dataSets } = await import("../../node/data-status.ts");
        const sets = await dataSets();
        json(sets);
        const rows = sets.map(({ name, kind, here, files, title }) => [
          name,
          kind,
          here === files ? "here" : here > 0 ? `${here} of ${files} files` : "–",
          title,
        ]);
        say(formatTable(["name", "kind", "here", "what it is"], rows));
      }),
    );
  command
    .command("get")
    .description("fetch data sets into the cache folder, or find them in the mirror; always checked")
    .argument("<names...>", "cajal data list shows them")
    .option("--json", "print the result as JSON")
    .action((names: string[], options: { json?: boolean }) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { getData } = await import("../../node/data-status.ts");
        const got = [];
        for (const name of names) {
          const { files, title, licence, homepage } = await getData(name, { progress, signal });
          progress.finish();
          got.push({ name, files });
          say(`${name}: ${title}\n  licence: ${licence}\n  from: ${homepage}`);
          for (const file of files) say(`  ${file}`);
        }
        json(got);
      }),
    );
  command
    .command("verify")
    .description("check what is here against the published SHA-256 sums")
    .argument("[names...]", "default: all that are here")
    .option("--json", "print the result as JSON")
    .action((names: string[], options: { json?: boolean }) =>
      runCommand(options, async ({ say, json, progress }) => {
        const { verifyData } = await import("../../node/data-status.ts");
        const checks = await verifyData(names, progress);
        progress.finish();
        json(checks);
        const words = { intact: "✓", absent: "–", damaged: "✗" } as const;
        for (const { name, intact, absent, damaged } of checks) {
          if (names.length === 0 && intact === 0 && damaged.length === 0) continue;
          const state = damaged.length > 0 ? "damaged" : absent > 0 ? "absent" : "intact";
          say(`${words[state]} ${name}: ${intact} intact${absent > 0 ? `, ${absent} not here` : ""}`);
          for (const message of damaged) say(`  ${message}`);
        }
        if (checks.some(({ damaged }) => damaged.length > 0)) process.exitCode = 1;
      }),
    );
};
