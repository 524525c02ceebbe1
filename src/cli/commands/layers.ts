/** @file cajal layers */

import type { Command } from "commander";
import type { Layer, TextLayer } from "../../probe/index.ts";
import { imageSize, layerFilter, modelArgument, runCommand } from "../command.ts";

interface Options {
  readonly layers?: RegExp | string[];
  readonly size?: [number, number];
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument("<model>", modelArgument)
    .option("--layers <names>", "names separated by commas, or a /pattern/", layerFilter)
    .option("--size <pixels>", "height (and width) of pictures, for a model that leaves them open", imageSize)
    .option("--json", "print the result as JSON")
    .action((source: string, options: Options) =>
      runCommand(options, async ({ say, json, progress, signal }) => {
        const { locateModel, open } = await import("../../node/index.ts");
        const { formatTable } = await import("../table.ts");
        const model = await open(await locateModel(source, progress, signal), {
          ...(options.size && { size: options.size }),
        });
        const layers = model.layers(options.layers);
        say(
          formatTable(
            ["layer", "kind", "units", "shape", ...(model.reads === "pictures" ? ["sees (pixels)", "step"] : [])],
            layers.map((layer) => [
              layer.name,
              layer.kind,
              String(layer.units),
              layer.shape.join("×"),
              ...(model.reads === "pictures" ? fieldCells(layer) : []),
            ]),
          ),
        );
        say(
          `\n${layers.length} layers, ${layers.reduce((sum, { units }) => sum + units, 0).toLocaleString("en")} units, ${model.parameters.toLocaleString("en")} parameters`,
        );
        json(
          layers.map((layer) =>
            model.reads === "pictures" ? { ...layer, receptiveField: fieldOf(layer) ?? null } : layer,
          ),
        );
      }),
    );

function fieldOf(layer: Layer | TextLayer): Layer["receptiveField"] {
  return "receptiveField" in layer ? layer.receptiveField : undefined;
}

/** What a cell of the layer sees, and how far it is to the next. */
function fieldCells(layer: Layer | TextLayer): string[] {
  const field = fieldOf(layer);
  return field ? [`${Math.round(field[0].size)}×${Math.round(field[1].size)}`, String(field[0].step)] : ["all", ""];
}
