import { type ChildProcess, fork } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expectAlike } from "../testing/alike.ts";
import { bundle } from "../testing/bundle.ts";
import type { Answer, Question } from "../testing/child.ts";
import { softwareVulkan } from "../testing/chromium.ts";
import { programs } from "../testing/programs.ts";
import { tensorsOf } from "../testing/remote.ts";
import { runtime as native } from "./native.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

describe.skipIf(!softwareVulkan)("on WebGPU in Node.js (needs Chromium's Vulkan driver)", () => {
  let folder = "";
  let child: ChildProcess;

  const ask = (question: Question) =>
    new Promise<Answer>((resolve, reject) => {
      child.removeAllListeners();
      child.once("message", (answer: Answer) => resolve(answer));
      child.once("exit", (code, signal) => reject(new Error(`the process ended with ${signal ?? code}`)));
      child.send(question);
    });

  beforeAll(async () => {
    // Inside the project, so that the bundle finds the project's packages.
    await mkdir(join(root, "dist"), { recursive: true });
    folder = await mkdtemp(join(root, "dist", "child-"));
    await bundle("child.ts", folder);
    const env = { ...process.env, ...softwareVulkan };
    child = fork(join(folder, "child.js"), { env, serialization: "advanced" });
  });
  afterAll(async () => {
    child?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(programs)("$name: as on the processor", async (program) => {
    const answer = await ask({ device: "webgpu", program: program.name });
    if ("error" in answer) throw new Error(answer.error);
    expectAlike(program, tensorsOf(answer.results), await program.run(native));
  });
});
