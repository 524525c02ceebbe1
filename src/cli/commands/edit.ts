/** @file cajal edit */

import type { Command } from "commander";
import { imageSize, runCommand } from "../command.ts";
import { addEditFlags, describeEdits, type EditFlags, editsOf } from "../edit-flags.ts";

interface Options extends EditFlags {
  readonly output: string;
  readonly size?: [number, number];
  readonly json?: boolean;
}

export const define = (command: Command) =>
  addEditFlags(
    command
      .argument("<model>", "an ONNX file, or a known model's name")
      .requiredOption("-o, --output <file>", "where the edited ONNX file goes"),
  )
    .option("--size <pixels>", "height (and width) of pictures, for a model that leaves them open", imageSize)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  cajal edit net.onnx --ablate fire9/relu:3,17 --scale conv1:0-7=0.5 -o quiet.onnx",
    )
    .action((source: string, options: Options) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { CajalError } = await import("../../graph/index.ts");
        const { locateModel, open } = await import("../../node/index.ts");
        const edits = await editsOf(options);
        if (Object.keys(edits).length === 0)
          throw new CajalError("argument", "edit: nothing to change", {
            advice: "Give --ablate, --clamp, --scale or --add.",
          });
        const model = await open(await locateModel(source, progress, signal), {
          ...(options.size && { size: options.size }),
        });
        await model.edit(edits).save(options.output);
        for (const line of describeEdits(edits)) say(line);
        say(`wrote ${options.output}`);
        json({ output: options.output, edits: Object.entries(edits).map(([layer, list]) => ({ layer, edits: list })) });
      }),
    );
