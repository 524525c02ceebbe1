/** @file cajal record */

import type { Command } from "commander";
import { imageSize, layerFilter, positiveInteger, runCommand } from "../command.ts";

interface Options {
  readonly data: string;
  readonly output: string;
  readonly layers?: RegExp | string[];
  readonly preprocess?: string;
  readonly size?: [number, number];
  readonly limit?: number;
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument("<model>", "an ONNX file, or a known model's name")
    .requiredOption("--data <folder>", "a folder of pictures, or a known set's name")
    .option("-o, --output <file>", "where the Parquet file goes", "activity.parquet")
    .option(
      "--layers <names>",
      "names separated by commas, or a /pattern/; default: after activation functions",
      layerFilter,
    )
    .option("--preprocess <name>", "how pictures become numbers: imagenet, caffe, unit, signed, bytes")
    .option("--size <pixels>", "height (and width) of pictures, for a model that leaves them open", imageSize)
    .option("--limit <n>", "at most so many pictures, evenly spread", positiveInteger)
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nColumns: picture, layer, unit, maximum, mean, y, x (the cell of the maximum).")
    .action((source: string, options: Options) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { recordToFile } = await import("../../node/index.ts");
        const result = await recordToFile({ ...options, model: source, progress, signal });
        for (const { name, reason } of result.skipped) say(`skipped ${name}: ${reason}`);
        say(
          `${result.pictures.toLocaleString("en")} pictures × ${result.units.toLocaleString("en")} units of ${result.layers.length} layers`,
        );
        say(`wrote ${options.output}`);
        json(result);
      }),
    );
