/** @file cajal open */

import type { Command } from "commander";
import { modelArgument, runCommand } from "../command.ts";
import { type StudioFlags, serve, studioFlags } from "./studio.ts";

export const define = (command: Command) =>
  studioFlags(command.argument("<model>", modelArgument)).action((source: string, flags: StudioFlags) =>
    runCommand(flags, async (context) => {
      const { locateModel, open } = await import("../../node/index.ts");
      const path = await locateModel(source, context.progress, context.signal);
      // What is wrong with the file is said here, not first in the browser.
      await open(path);
      await serve(flags, [path], context);
    }),
  );
