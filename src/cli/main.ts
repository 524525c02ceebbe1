#!/usr/bin/env node
/** @file The command `cajal`. Commands load their work when they run, so that --help is quick. */

import { Command } from "commander";
import { version } from "../node/version.ts";
import { describeCommand } from "./commands/describe.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { editCommand } from "./commands/edit.ts";
import { layersCommand } from "./commands/layers.ts";
import { recordCommand } from "./commands/record.ts";
import { trainCommand } from "./commands/train.ts";

const program = new Command("cajal")
  .description("Read, explain, edit and build neural networks neuron by neuron.")
  .version(version)
  .showHelpAfterError("(cajal <command> --help shows its options)")
  .addCommand(describeCommand)
  .addCommand(layersCommand)
  .addCommand(recordCommand)
  .addCommand(editCommand)
  .addCommand(trainCommand)
  .addCommand(doctorCommand);

await program.parseAsync();
