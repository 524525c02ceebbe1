/** @file cajal train */

import type { Command } from "commander";
import { positiveInteger, positiveNumber, runCommand, wholeNumber } from "../command.ts";

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

interface LmOptions {
  readonly output: string;
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly context: number;
  readonly batch: number;
  readonly rate: number;
  readonly steps: number;
  readonly minutes?: number;
  readonly seed: number;
  readonly json?: boolean;
}

export const define = (command: Command) => {
  defineScenes(command);
  defineCaptioner(command);
  defineLm(command);
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

const defineLm = (command: Command) =>
  command
    .command("lm")
    .description("a small language model (Llama) on a text of yours, or on a set of text")
    .argument("<text>", "a text file; or tinystories, tinyshakespeare, wikitext-2")
    .option("-o, --output <folder>", "where config.json, model.safetensors and tokenizer.json go", "language-model")
    .option("--vocabulary <n>", "tokens of the byte-pair encoding that is learned from the text", positiveInteger, 1024)
    .option("--width <n>", "of the residual stream", positiveInteger, 128)
    .option("--layers <n>", "blocks", positiveInteger, 4)
    .option("--heads <n>", "attention heads of each", positiveInteger, 4)
    .option("--context <n>", "tokens that it reads at once", positiveInteger, 128)
    .option("--batch <n>", "windows per step", positiveInteger, 16)
    .option("--rate <r>", "highest learning rate of AdamW", positiveNumber, 3e-3)
    .option("--steps <n>", "optimiser steps", positiveInteger, 1500)
    .option("--minutes <m>", "at most so long: what was learned by then is written", positiveNumber)
    .option("--seed <n>", "seed of weights and windows", wholeNumber, 1)
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nInterrupted, it goes on where it was when it is called again with the same options.")
    .action((text: string, options: LmOptions) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { trainLm } = await import("../../node/index.ts");
        const result = await trainLm({ ...options, text, signal, progress });
        const { parameters, tokens, steps, validationNatsPerToken: nats } = result;
        say(
          `${parameters.toLocaleString("en")} parameters, ${steps} steps on ${tokens.toLocaleString("en")} tokens: ${nats.toFixed(3)} nats per token of text not seen`,
        );
        say(`wrote ${result.output}: cajal neurons ${result.output} --prompt "…"`);
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
