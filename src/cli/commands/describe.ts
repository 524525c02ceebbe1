/** @file cajal describe */

import type { Command } from "commander";
import { imageSize, layerFilter, positiveInteger, runCommand, wholeNumber } from "../command.ts";

interface Options {
  readonly data?: string;
  readonly output: string;
  readonly layers?: RegExp | string[];
  readonly top: number;
  readonly preprocess?: string;
  readonly size?: [number, number];
  readonly limit?: number;
  readonly seed: number;
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument("[model]", "an ONNX file, or a known model's name; default: the embedded example on rendered scenes")
    .option("--data <folder>", "a folder of pictures, or a known set's name")
    .option("-o, --output <file>", "where the report goes", "neurons.html")
    .option(
      "--layers <names>",
      "names separated by commas, or a /pattern/; default: after activation functions",
      layerFilter,
    )
    .option("--top <n>", "pictures shown of each neuron", positiveInteger, 15)
    .option("--preprocess <name>", "how pictures become numbers: imagenet, caffe, unit, signed, bytes")
    .option("--size <pixels>", "height (and width) of pictures, for a model that leaves them open", imageSize)
    .option("--limit <n>", "at most so many pictures, evenly spread", positiveInteger)
    .option("--seed <n>", "seed of the shuffled labellings", wholeNumber, 1)
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      `
Labels come from index.json or labels.csv (file, label) in the folder, else from its subfolders; concept masks from
concepts/<concept>/<picture>.png. Without them the report shows regions and figures, and no words.

Examples:
  cajal describe
  cajal describe net.onnx --data pictures/
  cajal describe squeezenet1.1 --data photos-caltech101 --layers /fire9/`,
    )
    .action((source: string | undefined, options: Options) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { describe } = await import("../../node/index.ts");
        const command = ["cajal", ...process.argv.slice(2)]
          .map((word) => (/^[\w./:=,-]+$/.test(word) ? word : JSON.stringify(word)))
          .join(" ");
        const { report, summary } = await describe({ ...options, model: source, command, progress, signal });
        for (const { file, reason } of report.data.skipped) say(`skipped ${file}: ${reason}`);
        const { formatTable } = await import("../table.ts");
        const words = report.data.concepts > 0;
        say(
          formatTable(
            ["layer", "neurons", "dead", ...(words ? ["explained", "most frequent concepts"] : [])],
            summary.layers.map(({ name, neurons, dead, explained, concepts }) => [
              name,
              String(neurons),
              String(dead),
              ...(words
                ? [String(explained), concepts.map(({ concept, neurons: n }) => `${concept} ${n}`).join(", ")]
                : []),
            ]),
          ),
        );
        if (!words) say("\nThe pictures have no labels and no concept masks, so nothing is explained in words.");
        if (summary.planted)
          say(
            `\n${summary.planted.found} of ${summary.planted.neurons} planted neurons are explained by the concept they were planted for.`,
          );
        for (const note of report.notes) say(`\n${note}`);
        say(
          `\nwrote ${options.output}: ${report.layers.reduce((sum, { neurons }) => sum + neurons.length, 0).toLocaleString("en")} neurons on ${report.data.pictures.toLocaleString("en")} pictures; open it in a browser`,
        );
        json({ output: options.output, ...summary });
      }),
    );
