#!/usr/bin/env node
/** @file The command `cajal`. Only the command that is called is loaded, and its work only when it runs: --help is quick. */

import type { Command } from "commander";
import { exitCode } from "./exit-code.ts";

interface Entry {
  readonly summary: string;
  /** Adds arguments, options and what the command does. */
  load(): Promise<{ define(command: Command): unknown }>;
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
  neurons: {
    summary: "what neurons of a language model write, when they fire, and its text with them changed",
    load: () => import("./commands/neurons.ts"),
  },
  edit: {
    summary: "ablate, clamp, scale or shift neurons and save the changed ONNX file",
    load: () => import("./commands/edit.ts"),
  },
  list: { summary: "the methods, by family, with what they reach", load: () => import("./commands/list.ts") },
  show: { summary: "what a method is, its options, its bars", load: () => import("./commands/show.ts") },
  run: { summary: "run a method's experiment", load: () => import("./commands/run.ts") },
  resume: { summary: "go on with a run that was stopped or killed", load: () => import("./commands/resume.ts") },
  runs: { summary: "list the runs, the newest first", load: () => import("./commands/runs.ts") },
  report: { summary: "make a page of a run", load: () => import("./commands/report.ts") },
  reproduce: {
    summary: "run experiments over their seeds and write results/<method>.json",
    load: () => import("./commands/reproduce.ts"),
  },
  studio: { summary: "models, methods and runs in the browser", load: () => import("./commands/studio.ts") },
  open: { summary: "the studio on a model of yours", load: () => import("./commands/open.ts") },
  data: { summary: "list, fetch and check data sets", load: () => import("./commands/data.ts") },
  new: { summary: "lay out the room of a new method", load: () => import("./commands/new.ts") },
  train: {
    summary: "train a small language model on a text, or the network that ships with Cajal",
    load: () => import("./commands/train.ts"),
  },
  doctor: {
    summary: "what runs here: processor, threads, runtimes, folders, versions",
    load: () => import("./commands/doctor.ts"),
  },
};

const description = "Read, explain, edit and build neural networks neuron by neuron.";
const words = process.argv.slice(2);

if (words.length === 0 || (words.length === 1 && ["--help", "-h", "help"].includes(words[0]))) {
  // What most people ask first is answered without loading the parser of options.
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`);
  process.stdout.write(
    `Usage: cajal <command> [options]\n\n${description}\n\n${lines.join("\n")}\n\ncajal <command> --help shows its options; cajal --version the version.\n`,
  );
} else {
  const { program } = await import("commander");
  const { version } = await import("../node/version.ts");
  program
    .name("cajal")
    .description(description)
    .version(version)
    .showHelpAfterError("(cajal <command> --help shows its options)")
    .exitOverride(({ exitCode: code }) => process.exit(code === 0 ? exitCode.ok : exitCode.usage));
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = program.command(name).description(summary);
    if (words.includes(name)) await (await load()).define(command);
  }
  await program.parseAsync();
}
