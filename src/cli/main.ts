#!/usr/bin/env node
/** @file The command `cajal`. Only the command that is called is loaded, and its work only when it runs: --help is quick. */

import { Command } from "commander";
import { version } from "../node/version.ts";
import { exitCode } from "./exit-code.ts";

interface Entry {
  readonly summary: string;
  /** Adds arguments, options and what the command does. */
  load(): Promise<{ define(command: Command): void }>;
}

const commands: Readonly<Record<string, Entry>> = {
  describe: {
    summary: "show what every neuron of an image network responds to, as an HTML report",
    load: () => import("./commands/describe.ts"),
  },
  layers: {
    summary: "list the layers of a model: name, kind, units, shape, receptive field",
    load: () => import("./commands/layers.ts"),
  },
  record: {
    summary: "record what every neuron does on every picture, as a Parquet file",
    load: () => import("./commands/record.ts"),
  },
  edit: {
    summary: "ablate, clamp, scale or shift neurons and save the changed ONNX file",
    load: () => import("./commands/edit.ts"),
  },
  train: { summary: "train the networks that ship with Cajal", load: () => import("./commands/train.ts") },
  doctor: {
    summary: "what runs here: processor, threads, runtimes, folders, versions",
    load: () => import("./commands/doctor.ts"),
  },
};

const program = new Command("cajal")
  .description("Read, explain, edit and build neural networks neuron by neuron.")
  .version(version)
  .showHelpAfterError("(cajal <command> --help shows its options)")
  .exitOverride(({ exitCode: code }) => process.exit(code === 0 ? exitCode.ok : exitCode.usage));

const words = process.argv.slice(2);
for (const [name, { summary, load }] of Object.entries(commands)) {
  const command = program.command(name).description(summary);
  if (words.includes(name)) (await load()).define(command);
}

await program.parseAsync();
