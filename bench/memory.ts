/** @file Peak memory of recording, in memory and to a Parquet file, for few and for a hundred times as many pictures. */

import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PictureSet } from "cajal/data";
import { prepare, recordToFile, silent } from "cajal/node";
import { record } from "cajal/probe";
import type { Bench } from "./main.ts";

const few = 500;
const many = 50_000;

/** Pictures of stripes and noise, made on demand: the data itself takes no memory. */
function patterns(length: number): PictureSet {
  return {
    name: "patterns",
    length,
    labels: [],
    concepts: [],
    nameOf: (index) => `pattern ${index}`,
    async get(index, height, width) {
      const data = new Uint8Array(height * width * 3);
      for (let i = 0, state = index * 2654435761; i < data.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        data[i] = (state >>> 24) ^ ((i * (index % 7)) & 255);
      }
      return { name: `pattern ${index}`, picture: { width, height, data } };
    },
  };
}

/** In a process of its own: records so many pictures, to a file or not, and prints the peak memory in megabytes and the seconds taken. */
async function measure(pictures: number, toFile: boolean): Promise<void> {
  const start = performance.now();
  const layers = ["concepts/Relu"];
  if (toFile) {
    const output = join(tmpdir(), `cajal-memory-${process.pid}.parquet`);
    const { signal } = new AbortController();
    await recordToFile({ pictures: patterns(pictures), output, layers, signal, progress: silent });
    rmSync(output);
  } else {
    const { model, samples } = await prepare({ pictures: patterns(pictures), progress: silent });
    await record(model, samples, { layers });
  }
  process.stdout.write(`${process.resourceUsage().maxRSS / 1024} ${(performance.now() - start) / 1000}\n`);
}

function inItsOwnProcess(pictures: number, kind: string): { megabytes: number; seconds: number } {
  const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(pictures), kind], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [megabytes, seconds] = output.trim().split(" ").map(Number);
  return { megabytes: Math.round(megabytes), seconds: Number(seconds.toFixed(1)) };
}

export const memoryBench: Bench = async (say) => {
  const figures: Record<string, unknown> = {};
  for (const kind of ["record", "file"]) {
    const [small, large] = [inItsOwnProcess(few, kind), inItsOwnProcess(many, kind)];
    const ratio = Number((large.megabytes / small.megabytes).toFixed(3));
    figures[kind] = { [few]: small, [many]: large, ratio };
    const what = kind === "file" ? "recording to a Parquet file" : "recording";
    say(`${what}: peak ${small.megabytes} MB for ${few} pictures, ${large.megabytes} MB for ${many}: ratio ${ratio}`);
  }
  return figures;
};

if (process.argv[1] === fileURLToPath(import.meta.url))
  await measure(Number(process.argv[2]), process.argv[3] === "file");
