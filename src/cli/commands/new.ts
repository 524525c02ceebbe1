/** @file cajal new */

import type { Command } from "commander";
import { runCommand } from "../command.ts";

export const define = (command: Command) =>
  command
    .argument("<family/slug>", "where it goes: spiking/learned-delays")
    .option("--json", "print the result as JSON")
    .action((place: string, options: { json?: boolean }) =>
      runCommand(options, async ({ say, json }) => {
        const { layOutMethod } = await import("../../node/method-template.ts");
        const files = await layOutMethod(".", place);
        for (const file of files) say(`wrote ${file}`);
        say(`and its line in src/methods/registry.ts. Its tests fail now: npx vitest run --project fast ${place}`);
        json({ files });
      }),
    );
