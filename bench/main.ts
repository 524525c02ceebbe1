/** @file npm run bench -- <name> [word…] [--json] */

import { parseArgs } from "node:util";
import { callBench } from "./call.ts";
import { describeBench } from "./describe.ts";
import { engineBench } from "./engine/engine.ts";
import { interpretBench } from "./interpret.ts";
import { learnBench } from "./learn.ts";
import { memoryBench } from "./memory.ts";
import { recordBench } from "./record.ts";

/** A benchmark prints lines for people and returns figures for programs. */
export type Bench = (say: (line: string) => void, words: readonly string[]) => Promise<Record<string, unknown>>;

const benches: Readonly<Record<string, Bench>> = {
  engine: engineBench,
  call: callBench,
  record: recordBench,
  describe: describeBench,
  memory: memoryBench,
  learn: learnBench,
  interpret: interpretBench,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false } },
});
const bench = benches[positionals[0] ?? ""];
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- <${Object.keys(benches).join(" | ")}> [--json]\n`);
  process.exitCode = 2;
} else {
  const result = await bench((line) => {
    if (!values.json) process.stdout.write(`${line}\n`);
  }, positionals.slice(1));
  if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
