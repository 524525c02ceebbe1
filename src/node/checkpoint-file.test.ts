import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { checkpointFile } from "./checkpoint-file.ts";

const dist = new URL("../../dist/", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "cajal-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const steps = 30;

/** Trains a network whose checkpoint of 4 MB is written after every step, and prints each loss. */
const program = `
  import { Rng, Tensor } from "${dist}graph/index.js";
  import { adamw, batches, dropout, fit, init, mlp, mse } from "${dist}nn/index.js";
  import { checkpointFile } from "${dist}node/index.js";
  const rng = new Rng(3);
  await fit({
    params: init.mlp(rng.split("weights"), [8, 512, 512, 1]),
    loss: (p, { x, y }, { noise }) => mse(mlp(p, x, (h) => dropout(h.relu(), noise, 0.1)), y),
    data: batches({ x: rng.normal([256, 8]), y: rng.normal([256, 1]) }, { size: 32, rng: rng.split("data") }),
    optimiser: adamw(1e-3),
    steps: ${steps},
    rng: rng.split("noise"),
    checkpoint: checkpointFile(process.argv[1]),
    checkpointEvery: 1,
    onStep: ({ step, loss }) => process.stdout.write(step + " " + Buffer.from(new Float64Array([loss]).buffer).toString("hex") + "\\n"),
  });
`;

/** Runs it, killing it without warning after so many steps, or during the write after them; its losses by step, as bits. */
function train(checkpoint: string, kill?: { after: number; writing: boolean }): Promise<Map<number, string>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, checkpoint]);
    const losses = new Map<number, string>();
    let [rest, errors] = ["", ""];
    const watch = setInterval(() => {
      if (kill === undefined || losses.size < kill.after) return;
      if (!kill.writing || unfinished().length > 0) child.kill("SIGKILL");
    }, 1);
    child.stdout.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) losses.set(Number(line.split(" ")[0]), line.split(" ")[1]);
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("close", (code, signal) => {
      clearInterval(watch);
      if (code === 0 || signal === "SIGKILL") resolve(losses);
      else reject(new Error(errors));
    });
  });
}

const unfinished = () => readdirSync(folder).filter((name) => name.endsWith(".part"));

it("training that is killed again and again, also while it writes, has the losses of one that is not", async () => {
  const whole = await train(join(folder, "whole.safetensors"));
  expect(whole.size).toBe(steps);
  const path = join(folder, "killed.safetensors");
  const seen = new Map<number, string>();
  let killedWriting = 0;
  for (let kills = 0; seen.size < steps && kills < 12; kills++) {
    const part = await train(path, kills < 6 ? { after: 2 + (kills % 3), writing: kills % 2 === 0 } : undefined);
    killedWriting += unfinished().length > 0 ? 1 : 0;
    for (const [step, loss] of part) {
      expect(loss).toBe(whole.get(step));
      seen.set(step, loss);
    }
  }
  expect(seen.size).toBe(steps);
  expect(killedWriting).toBeGreaterThan(0);
  expect(unfinished()).toEqual([]);
  expect(readFileSync(path)).toEqual(readFileSync(join(folder, "whole.safetensors")));
}, 300_000);

it("what a killed writer left behind is removed, other files are not", async () => {
  const path = join(folder, "lonely.safetensors");
  for (const name of ["lonely.safetensors.0123abcd.part", "lonely.safetensors.txt", "other.safetensors.0123abcd.part"])
    writeFileSync(join(folder, name), "x");
  const storage = checkpointFile(path);
  expect(await storage.read()).toBeUndefined();
  expect(readdirSync(folder)).not.toContain("lonely.safetensors.0123abcd.part");
  expect(readdirSync(folder)).toEqual(
    expect.arrayContaining(["lonely.safetensors.txt", "other.safetensors.0123abcd.part"]),
  );
  await storage.write(new Uint8Array([1, 2, 3]));
  expect(await storage.read()).toEqual(new Uint8Array([1, 2, 3]));
});
