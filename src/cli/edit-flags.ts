/** @file --ablate, --clamp, --scale and --add: edits of neurons as flags. */

import { type Command, InvalidArgumentError } from "commander";
import type { Edit } from "../probe/index.ts";

/** "fire9/relu:3,5-9=0" */
interface Assignment {
  readonly address: string;
  readonly value: number;
}

export interface EditFlags {
  readonly ablate?: string[];
  readonly clamp?: Assignment[];
  readonly scale?: Assignment[];
  readonly add?: Assignment[];
}

function assignment(text: string, earlier: readonly Assignment[] = []): Assignment[] {
  const at = text.lastIndexOf("=");
  const value = Number(text.slice(at + 1));
  if (at < 1 || text.slice(at + 1).trim() === "" || !Number.isFinite(value)) {
    throw new InvalidArgumentError("Write layer:units=number, as in fire9/relu:3,5-9=0.");
  }
  return [...earlier, { address: text.slice(0, at), value }];
}

/** Values of a flag that may be repeated. */
export function repeated(text: string, earlier: readonly string[] = []): string[] {
  return [...earlier, text];
}

export function addEditFlags(command: Command): Command {
  return command
    .option("--ablate <layer:units>", "set to 0; units as in 3 or 3,5-9; may be repeated", repeated)
    .option("--clamp <layer:units=value>", "set to a value", assignment)
    .option("--scale <layer:units=factor>", "multiply", assignment)
    .option("--add <layer:units=amount>", "add", assignment);
}

/** The edits by layer. @throws CajalError `argument` for an address that is none */
export async function editsOf({
  ablate = [],
  clamp = [],
  scale = [],
  add = [],
}: EditFlags): Promise<Record<string, Edit[]>> {
  const { parseAddress } = await import("../node/index.ts");
  const edits: Record<string, Edit[]> = {};
  const take = (address: string, change: { set: number } | { scale: number } | { add: number }) => {
    const { layer, units } = parseAddress(address);
    edits[layer] ??= [];
    edits[layer].push({ ...(units && { units }), ...change });
  };
  for (const address of ablate) take(address, { set: 0 });
  for (const { address, value } of clamp) take(address, { set: value });
  for (const { address, value } of scale) take(address, { scale: value });
  for (const { address, value } of add) take(address, { add: value });
  return edits;
}

/** "block2/mlp: 3 units set 0" */
export function describeEdits(edits: Readonly<Record<string, readonly Edit[]>>): string[] {
  return Object.entries(edits).flatMap(([layer, list]) =>
    list.map(({ units, ...change }) => {
      const count =
        units === undefined ? "all units" : units.length === 1 ? `unit ${units[0]}` : `${units.length} units`;
      return `${layer}: ${count} ${Object.entries(change).flat().join(" ")}`;
    }),
  );
}
