/** @file The main job as a user runs it, from the command to the report on disk. */

import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench } from "./main.ts";

export const describeBench: Bench = async (say) => {
  const folder = await mkdtemp(join(tmpdir(), "cajal-bench-"));
  const output = join(folder, "neurons.html");
  const real = process.env.CAJAL_MIRROR !== undefined;
  // CIFAR-10's pictures, enlarged to what the network takes, make up the number.
  const source = real ? ["squeezenet1.1", "--data", "cifar10", "--limit", "500"] : [];
  const start = performance.now();
  const code = await new Promise<number | null>((resolve) => {
    spawn(process.execPath, ["dist/cli/main.js", "describe", ...source, "-o", output], {
      stdio: ["ignore", "ignore", "inherit"],
      // Words that an earlier run has kept would not have to be found.
      env: { ...process.env, CAJAL_CACHE: join(folder, "cache") },
    }).on("exit", resolve);
  });
  const seconds = (performance.now() - start) / 1000;
  const { size } = await stat(output);
  await rm(folder, { recursive: true });
  const figures = {
    command: `cajal describe ${source.join(" ")}`.trim(),
    exitCode: code,
    seconds: Number(seconds.toFixed(1)),
    reportMegabytes: Number((size / 1e6).toFixed(1)),
  };
  say(`${figures.command}: ${figures.seconds} s, report of ${figures.reportMegabytes} MB`);
  return figures;
};
