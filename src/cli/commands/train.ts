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

interface CaptionerOptions {
  readonly output: string;
  readonly sets: number;
  readonly scenes: number;
  readonly epochs: number;
  readonly seed: number;
  readonly json?: boolean;
}

export const define = (command: Command) => {
  defineScenes(command);
  defineCaptioner(command);
};

const defineCaptioner = (command: Command) =>
  command
    .command("captioner")
    .description("the built-in captioner, which says in words what neurons look for")
    .option("-o, --output <folder>", "where its two files go", "captioner")
    .option("--sets <n>", "sets of regions with captions to learn from", positiveInteger, 4500)
    .option("--scenes <n>", "rendered scenes that the sets share", positiveInteger, 6000)
    .option("--epochs <n>", "passes over the captions, at most", positiveInteger, 5)
    .option("--seed <n>", "seed of scenes and weights", wholeNumber, 1)
    .option("--json", "print the result as JSON")
    .action((options: CaptionerOptions) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { trainCaptionerFiles } = await import("../../node/index.ts");
        const result = await trainCaptionerFiles({ ...options, signal, progress });
        const megabytes = (result.bytes / 1e6).toFixed(1);
        say(
          `${result.words} words, BLEU ${result.bleu.toFixed(3)} on sets kept apart, ${megabytes} MB in ${options.output}`,
        );
        json(result);
      }),
    );

const defineScenes = (command: Command) =>
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
