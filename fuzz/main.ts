/** @file npm run fuzz -- [--count 1000000] [--seed 1] [--only onnx,npz] [--workers 2] [--index 123]: damaged files, by the million. */

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { inputAt } from "../src/graph/testing/fuzz/target.ts";
import { Worker } from "./pool.ts";
import { Progress } from "./progress.ts";
import { targets } from "./targets.ts";
import type { Found, Range } from "./worker.ts";

/** Inputs that a worker takes at once. */
const chunk = 500;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: Object.keys(targets).join() },
    workers: { type: "string", default: String(availableParallelism()) },
    index: { type: "string" },
  },
});
const [count, seed, workers] = [values.count, values.seed, values.workers].map(Number);
const names = values.only.split(",");
if (names.some((name) => !Object.hasOwn(targets, name)) || ![count, seed, workers].every(Number.isSafeInteger)) {
  process.stderr.write(
    `usage: npm run fuzz -- [--count n] [--seed n] [--only ${Object.keys(targets).join()}] [--workers n] [--index n]\n`,
  );
  process.exitCode = 2;
} else if (values.index !== undefined) {
  process.stdout.write(inputAt(targets[names[0]], seed, Number(values.index)));
} else {
  process.exitCode = (await fuzzAll()) > 0 ? 1 : 0;
}

/** The number of findings, by signature. */
async function fuzzAll(): Promise<number> {
  const ranges = chunks();
  const progress = new Progress(count);
  const seen = new Map<string, number>();
  const work = async () => {
    const worker = new Worker();
    for (let range = ranges.next(); !range.done; range = ranges.next()) {
      for (const found of await worker.run(range.value)) report(range.value, found, seen, progress);
      progress.add(range.value.to - range.value.from);
    }
    worker.stop();
  };
  await Promise.all(Array.from({ length: workers }, work));
  progress.end(
    `${count} inputs from seed ${seed}: ${seen.size === 0 ? "no findings" : `${seen.size} kinds of findings`}`,
  );
  for (const [signature, times] of seen) process.stdout.write(`${times} × ${signature}\n`);
  return seen.size;
}

/** The series of all targets in turn, so that a stopped run has seen each. */
function* chunks(): Generator<Range, undefined> {
  const each = Math.ceil(count / names.length);
  for (let from = 0; from < each; from += chunk) {
    for (const target of names) yield { target, seed, from, to: Math.min(each, from + chunk) };
  }
}

function report({ target, seed: from }: Range, found: Found, seen: Map<string, number>, progress: Progress): void {
  const signature = `${target}: ${found.kind}: ${found.signature}`;
  const times = (seen.get(signature) ?? 0) + 1;
  seen.set(signature, times);
  if (times > 1) return;
  progress.say(
    `${target}, seed ${from}, index ${found.index}: ${found.kind}: ${found.what}\n  ${found.input || `(npm run fuzz -- --only ${target} --seed ${from} --index ${found.index})`}`,
  );
}
