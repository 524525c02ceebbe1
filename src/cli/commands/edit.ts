/** @file cajal edit */

import { type Command, InvalidArgumentError } from "commander";
import type { Edit } from "../../probe/index.ts";
import { imageSize, runCommand } from "../command.ts";

/** "fire9/relu:3,5-9=0" */
interface Assignment {
  readonly address: string;
  readonly value: number;
}

function assignment(text: string, earlier: readonly Assignment[] = []): Assignment[] {
  const at = text.lastIndexOf("=");
  const value = Number(text.slice(at + 1));
  if (at < 1 || text.slice(at + 1).trim() === "" || !Number.isFinite(value)) {
    throw new InvalidArgumentError("Write layer:units=number, as in fire9/relu:3,5-9=0.");
  }
  return [...earlier, { address: text.slice(0, at), value }];
}

function addresses(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

interface Options {
  readonly output: string;
  readonly ablate?: string[];
  readonly set?: Assignment[];
  readonly scale?: Assignment[];
  readonly add?: Assignment[];
  readonly size?: [number, number];
  readonly json?: boolean;
}

export const define = (command: Command) =>
  command
    .argument("<model>", "an ONNX file, or a known model's name")
    .requiredOption("-o, --output <file>", "where the edited ONNX file goes")
    .option("--ablate <layer:units>", "set to 0; units as in 3 or 3,5-9; may be repeated", addresses)
    .option("--set <layer:units=value>", "clamp to a value", assignment)
    .option("--scale <layer:units=factor>", "multiply", assignment)
    .option("--add <layer:units=amount>", "add", assignment)
    .option("--size <pixels>", "height (and width) of pictures, for a model that leaves them open", imageSize)
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  cajal edit net.onnx --ablate fire9/relu:3,17 --scale conv1:0-7=0.5 -o quiet.onnx",
    )
    .action((source: string, options: Options) =>
      runCommand(options, async ({ say, json, progress }) => {
        const { CajalError } = await import("../../graph/index.ts");
        const { locateModel, open, parseAddress } = await import("../../node/index.ts");
        const requests: [string, (units: { units?: number[] }) => Edit][] = [
          ...(options.ablate ?? []).map((address): (typeof requests)[number] => [
            address,
            (units) => ({ ...units, set: 0 }),
          ]),
          ...(options.set ?? []).map(({ address, value }): (typeof requests)[number] => [
            address,
            (units) => ({ ...units, set: value }),
          ]),
          ...(options.scale ?? []).map(({ address, value }): (typeof requests)[number] => [
            address,
            (units) => ({ ...units, scale: value }),
          ]),
          ...(options.add ?? []).map(({ address, value }): (typeof requests)[number] => [
            address,
            (units) => ({ ...units, add: value }),
          ]),
        ];
        if (requests.length === 0)
          throw new CajalError("argument", "edit: nothing to change", {
            advice: "Give --ablate, --set, --scale or --add.",
          });
        const edits: Record<string, Edit[]> = {};
        for (const [address, edit] of requests) {
          const { layer, units } = parseAddress(address);
          edits[layer] ??= [];
          edits[layer].push(edit(units === undefined ? {} : { units }));
        }
        const model = await open(await locateModel(source, progress), { ...(options.size && { size: options.size }) });
        await model.edit(edits).save(options.output);
        const touched = Object.entries(edits).map(([layer, list]) => ({ layer, edits: list }));
        for (const { layer, edits: list } of touched) {
          for (const { units, ...change } of list)
            say(
              `${layer}: ${units === undefined ? "all units" : `${units.length} unit${units.length === 1 ? "" : "s"}`} ${Object.entries(change).flat().join(" ")}`,
            );
        }
        say(`wrote ${options.output}`);
        json({ output: options.output, edits: touched });
      }),
    );
