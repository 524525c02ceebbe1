/** @file cajal layers */

import type { Command } from "commander";
import { imageSize, layerFilter, runCommand } from "../command.ts";

interface Options {
  readonly layers?: RegExp | string[];
  readonly size?: [number, number];
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument("<model>", "an ONNX file, or a known model's name")
    .option("--layers <names>", "names separated by commas, or a /pattern/", layerFilter)
    .option("--size <pixels>", "height (and width) of pictures, for a model that leaves them open", imageSize)
    .option("--json", "print the result as JSON")
    .action((source: string, options: Options) =>
      runCommand(options, async ({ say, json, progress }) => {
        const { locateModel, open } = await import("../../node/index.ts");
        const { formatTable } = await import("../table.ts");
        const model = await open(await locateModel(source, progress), { ...(options.size && { size: options.size }) });
        const layers = model.layers(options.layers);
        say(
          formatTable(
            ["layer", "kind", "units", "shape", "sees (pixels)", "step"],
            layers.map(({ name, kind, units, shape, receptiveField: field }) => [
              name,
              kind,
              String(units),
              shape.join("×"),
              field ? `${Math.round(field[0].size)}×${Math.round(field[1].size)}` : "all",
              field ? String(field[0].step) : "",
            ]),
          ),
        );
        say(
          `\n${layers.length} layers, ${layers.reduce((sum, { units }) => sum + units, 0).toLocaleString("en")} units, ${model.parameters.toLocaleString("en")} parameters`,
        );
        json(layers.map(({ receptiveField, ...layer }) => ({ ...layer, receptiveField: receptiveField ?? null })));
      }),
    );
