/** @file cajal doctor */

import type { Command } from "commander";
import { runCommand } from "../command.ts";

export const define = (command: Command) =>
  command.option("--json", "print the result as JSON").action((options: { json?: boolean }) =>
    runCommand(options, async ({ say, json }) => {
      const { examine } = await import("../../node/doctor.ts");
      const checks = await examine();
      const mark = { ok: "✓", absent: "–", problem: "✗" } as const;
      const width = Math.max(...checks.map(({ name }) => name.length));
      for (const { name, state, detail, advice } of checks) {
        say(`${mark[state]} ${name.padEnd(width)}  ${detail}`);
        if (advice !== undefined) say(`  ${" ".repeat(width)}  ${advice}`);
      }
      json(checks);
      if (checks.some(({ state }) => state === "problem")) process.exitCode = 1;
    }),
  );
