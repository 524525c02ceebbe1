/** @file The process of an engine in TypeScript: `node worker.js <engine>`, then lines as of `processEngine`. */

import { createInterface } from "node:readline";
import { cajal } from "./cajal.ts";
import { jax } from "./jax.ts";
import type { Engine, TaskName, Training } from "./task.ts";
import { tfjs } from "./tfjs.ts";

const engines: Readonly<Record<string, () => Engine | Promise<Engine>>> = {
  cajal: () => cajal("cajal", 1),
  "cajal in eights": () => cajal("cajal in eights", 8),
  "jax-js": jax,
  tfjs,
};

const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const engine = await engines[process.argv[2]]();
say({ version: engine.version });
let training: Training | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(" ");
  if (command === "step") say({ loss: await training?.step() });
  else {
    await training?.release();
    const started = await engine.start(argument as TaskName);
    training = "cannot" in started ? undefined : started;
    say("cannot" in started ? started : { together: started.together });
  }
}
