/** @file Commands in a small language and the actions that they ask for: the set "scan". */

import { CajalError } from "../graph/index.ts";
import type { Split } from "./data-entry.ts";
import { type DataSource, unpacked } from "./source.ts";

export interface Command {
  /** "jump twice" */
  readonly command: string;
  /** "I_JUMP I_JUMP" */
  readonly actions: string;
}

/** The simple split: 16,728 commands for training, 4,182 for testing. @throws CajalError `bad-file`, or as the source */
export async function loadCommands(source: DataSource, split: Split): Promise<Command[]> {
  const path = `simple_split/tasks_${split}_simple.txt.gz`;
  const text = new TextDecoder().decode(await unpacked(source, "scan", path));
  return text
    .trimEnd()
    .split("\n")
    .map((line, i) => {
      const parts = line.match(/^IN: (.*) OUT: (.*)$/);
      if (parts === null) throw new CajalError("bad-file", `scan/${path}: line ${i + 1} is no command with actions`);
      return { command: parts[1], actions: parts[2] };
    });
}
