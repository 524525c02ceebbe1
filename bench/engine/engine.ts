/** @file Steps of training four networks: Cajal beside PyTorch, tfjs and jax-js, and beside what the machine's matrix products allow. */

import { availableParallelism, cpus } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import * as ort from "onnxruntime-node";
import type { Bench } from "../main.ts";
import { type Timings, timingsOf } from "../timing.ts";
import { nodeEngine } from "./process-engine.ts";
import { type Engine, operations, type TaskName, type Training, taskNames } from "./task.ts";
import { torch } from "./torch.ts";
import { matmulRate, overhead } from "./yardstick.ts";

/** Engines take turns, so that a machine whose speed drifts favours none; a turn is at least so long. */
const turn = 400;
const turns = 9;
/** After a turn an engine's threads still look for work for a while. */
const rest = 60;

const titles: Readonly<Record<TaskName, string>> = {
  mlp: "(a) MLP 784-512-512-10, batch 128, Adam",
  cnn: "(b) CNN 32×32×3, batch 64, 32-64-128 channels, Adam",
  gpt: "(c) GPT 4 layers, width 128, 4 heads, context 128, batch 16, Adam",
  lif: "(d) recurrent LIF, 100 steps, batch 64, 256 units, gradients",
};

export const engineBench: Bench = async (say) => {
  const threads = availableParallelism();
  const rate = await matmulRate(threads);
  const call = await overhead(threads);
  const engines: Engine[] = [await nodeEngine("cajal"), await nodeEngine("cajal in eights")];
  const peer = await torch(threads, say);
  if (peer) engines.push(peer);
  else say("PyTorch is not there and could not be installed: left out");
  engines.push(await nodeEngine("tfjs"), await nodeEngine("jax-js"));
  say(
    `${cpus()[0]?.model ?? "processor"}, ${threads} threads; matrix product 1024³: ${(rate / 1e9).toFixed(0)} GFLOP/s`,
  );
  const tasks: Record<string, unknown> = {};
  for (const task of taskNames) {
    const timings = await race(task, engines);
    tasks[task] = report(task, timings, rate, say);
  }
  say(`tracing, differentiating and loading the GPT: ${call.startMs.toFixed(0)} ms`);
  say(
    `a cached call of its step takes ${call.callMs.toFixed(2)} ms, ONNX Runtime alone on the same graph ${call.rawMs.toFixed(2)} ms`,
  );
  for (const engine of engines) await engine.stop();
  return {
    threads,
    processor: cpus()[0]?.model,
    matmulGflops: Number((rate / 1e9).toFixed(1)),
    versions: {
      ...Object.fromEntries(engines.map(({ name, version }) => [name, version])),
      node: process.version,
      onnxruntime: ort.env.versions.node,
    },
    tasks,
    call,
  };
};

type Race = Record<string, Timings | string>;

/** Milliseconds per step of each engine, or why it cannot. */
async function race(task: TaskName, engines: readonly Engine[]): Promise<Race> {
  const results: Race = {};
  const running: { name: string; training: Training; steps: number; times: number[] }[] = [];
  for (const { name, start } of engines) {
    const training = await start(task);
    if ("cannot" in training) {
      results[name] = training.cannot;
      continue;
    }
    await training.step();
    const single = await timed(training, 2);
    running.push({ name, training, steps: Math.max(1, Math.round(turn / single)), times: [] });
  }
  for (let i = 0; i < turns; i++) {
    for (const { training, steps, times } of running) {
      times.push(await timed(training, steps));
      await pause(rest);
    }
  }
  for (const { name, training, times } of running) {
    results[name] = timingsOf(times);
    await training.release();
  }
  return results;
}

async function timed(training: Training, steps: number): Promise<number> {
  const { together = 1 } = training;
  const calls = Math.ceil(steps / together);
  const start = performance.now();
  for (let i = 0; i < calls; i++) await training.step();
  return (performance.now() - start) / (calls * together);
}

function report(task: TaskName, race: Race, rate: number, say: (line: string) => void) {
  say(titles[task]);
  const ours = Object.entries(race).filter(([name]) => name.startsWith("cajal"));
  const medians = ours.flatMap(([name, timings]) =>
    typeof timings === "string" ? [] : [[name, timings.median] as const],
  );
  const floor = (1e3 * operations[task]) / rate;
  const round = (value: number) => Number(value.toPrecision(4));
  const figures: Record<string, unknown> = {};
  for (const [name, timings] of Object.entries(race)) {
    if (typeof timings === "string") {
      say(`  ${name.padEnd(15)} ${timings}`);
      figures[name] = { cannot: timings };
      continue;
    }
    const { median, sorted } = timings;
    const ratios = name.startsWith("cajal") ? [] : medians.map(([our, each]) => [`÷ ${our}`, median / each] as const);
    const shown = ratios.map(([what, ratio]) => `   ${what} ${ratio.toFixed(2)}`).join("");
    say(
      `  ${name.padEnd(15)} ${median.toFixed(2).padStart(9)} ms (${sorted[0].toFixed(2)} … ${sorted[sorted.length - 1].toFixed(2)})${shown}`,
    );
    figures[name] = {
      ms: round(median),
      min: round(sorted[0]),
      ...Object.fromEntries(ratios.map(([what, ratio]) => [what, round(ratio)])),
    };
  }
  const floors = medians.map(([our, each]) => [`÷ ${our}`, floor / each] as const);
  say(
    `  ${"floor".padEnd(15)} ${floor.toFixed(2).padStart(9)} ms${floors.map(([what, ratio]) => `   ${what} ${ratio.toFixed(2)}`).join("")}`,
  );
  return {
    title: titles[task],
    engines: figures,
    floorMs: round(floor),
    floor: Object.fromEntries(floors.map(([what, ratio]) => [what, round(ratio)])),
  };
}
