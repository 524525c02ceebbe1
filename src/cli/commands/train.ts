/** @file cajal train */

import type { Command } from "commander";
import { positiveInteger, runCommand, wholeNumber } from "../command.ts";

interface SceneOptions {
  readonly output: string;
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .command("scenes")
    .description("the embedded example: a small network on rendered scenes, with planted concept neurons")
    .option("-o, --output <file>", "where the ONNX file goes", "scene-network.onnx")
    .option("--steps <n>", "optimiser steps", positiveInteger, 2200)
    .option("--batch <n>", "scenes per step", positiveInteger, 32)
    .option("--seed <n>", "seed of weights and scenes", wholeNumber, 1)
    .option("--json", "print the result as JSON")
    .action((options: SceneOptions) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { trainScenes } = await import("../../node/index.ts");
        const result = await trainScenes({ ...options, signal, progress });
        say(
          `loss ${result.loss.toFixed(4)}, names the largest shape of ${(100 * result.accuracy).toFixed(1)} % of ${result.tested} fresh scenes`,
        );
        say(`wrote ${options.output}`);
        json(result);
      }),
    );
