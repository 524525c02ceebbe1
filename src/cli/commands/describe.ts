/** @file cajal describe */

import { type Command, InvalidArgumentError } from "commander";
import type { Totals } from "../../methods/language-model-client/index.ts";
import { imageSize, layerFilter, positiveInteger, positiveNumber, runCommand, wholeNumber } from "../command.ts";

interface Options {
  readonly data?: string;
  readonly output: string;
  readonly layers?: RegExp | string[];
  readonly top: number;
  readonly preprocess?: string;
  readonly size?: [number, number];
  readonly limit?: number;
  readonly seed: number;
  readonly captioner?: string;
  readonly baseUrl?: string;
  readonly apiKeyEnv?: string;
  readonly price?: [number, number];
  readonly maxCost?: number;
  readonly rpm?: number;
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument(
      "[model]",
      "an ONNX file, hub:owner/name/path.onnx, or a known model's name; default: the embedded example on rendered scenes",
    )
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
    .option("--captioner <name>", "who puts neurons into words: none, built-in (default), or openai:<model>")
    .option("--base-url <url>", "endpoint of openai:<model>; default: OpenAI's own")
    .option("--api-key-env <name>", "environment variable with the endpoint's key; default: OPENAI_API_KEY if set")
    .option("--price <in,out>", "what the endpoint takes for a million tokens read and written", pricePair)
    .option("--max-cost <n>", "ask no more when so much is spent", positiveNumber)
    .option("--rpm <n>", "requests per minute that the endpoint allows", positiveInteger)
    .option("--json", "print what was found as JSON")
    .addHelpText(
      "after",
      `
The captioner looks at the regions that excite a neuron most. The built-in one works offline, with some 200
words of photographs and those of rendered scenes. An endpoint is sent those pictures; its replies
are kept: after a failure or Ctrl-C the same command goes on, and asks nothing twice.

Labels come from index.json or labels.csv (file, label) in the folder, else from its subfolders; concept masks from
concepts/<concept>/<picture>.png: the report says which of them agrees with a neuron, beside what the captioner says.

Examples:
  cajal describe
  cajal describe net.onnx --data pictures/
  cajal describe squeezenet1.1 --data photos-caltech101 --layers /fire9/
  cajal describe net.onnx --data pictures/ --captioner openai:qwen2.5vl --base-url http://127.0.0.1:11434/v1`,
    )
    .action((source: string | undefined, options: Options) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { describe } = await import("../../node/index.ts");
        const command = ["cajal", ...process.argv.slice(2)]
          .map((word) => (/^[\w./:=,-]+$/.test(word) ? word : JSON.stringify(word)))
          .join(" ");
        let asked: Totals | undefined;
        const { report, summary } = await describe({
          ...options,
          model: source,
          command,
          progress,
          signal,
          onEstimate: ({ calls, tokensIn, tokensOut, cost }) =>
            say(
              `at most ${count(calls)} calls, ${count(tokensIn)} tokens to read and ${count(tokensOut)} to write` +
                (cost === null ? "" : `: ${cost.toFixed(2)} by the given price`),
            ),
          onTotals: (totals) => {
            asked = totals;
            say(
              `${count(totals.calls)} calls (${count(totals.cached)} more were kept), ${count(totals.tokensIn + totals.tokensOut)} tokens` +
                (totals.cost === null ? "" : `, ${totals.cost.toFixed(2)} by the given price`),
            );
          },
        });
        for (const { file, reason } of report.data.skipped) say(`skipped ${file}: ${reason}`);
        const { formatTable } = await import("../table.ts");
        const words = report.data.concepts > 0;
        const described = report.captioner !== undefined;
        say(
          formatTable(
            [
              "layer",
              "neurons",
              "dead",
              ...(words ? ["explained", "most frequent concepts"] : []),
              ...(described ? ["most frequent descriptions"] : []),
            ],
            summary.layers.map(({ name, neurons, dead, explained, concepts, descriptions }) => [
              name,
              String(neurons),
              String(dead),
              ...(words
                ? [String(explained), concepts.map(({ concept, neurons: n }) => `${concept} ${n}`).join(", ")]
                : []),
              ...(described
                ? [descriptions.map(({ description, neurons: n }) => `${description} ${n}`).join(", ")]
                : []),
            ]),
          ),
        );
        if (!words && !described)
          say("\nThe pictures have no labels and no concept masks, so nothing is explained in words.");
        if (summary.planted)
          say(
            `\n${summary.planted.found} of ${summary.planted.neurons} planted neurons are explained by the concept they were planted for.`,
          );
        for (const note of report.notes) say(`\n${note}`);
        say(
          `\nwrote ${options.output}: ${report.layers.reduce((sum, { neurons }) => sum + neurons.length, 0).toLocaleString("en")} neurons on ${report.data.pictures.toLocaleString("en")} pictures; open it in a browser`,
        );
        json({ output: options.output, ...summary, ...(asked && { asked }) });
      }),
    );

const count = (value: number) => value.toLocaleString("en");

/** "0.15,0.6" */
function pricePair(text: string): [number, number] {
  const [input, output, ...more] = text.split(",").map(Number);
  if (more.length > 0 || !(input >= 0) || !(output >= 0))
    throw new InvalidArgumentError("Write two numbers: 0.15,0.6.");
  return [input, output];
}
