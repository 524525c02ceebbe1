import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { open } from "./open.ts";
import { silent } from "./progress.ts";
import { trainLm } from "./train-lm.ts";

const folder = await mkdtemp(join(tmpdir(), "cajal-train-lm-"));
afterAll(() => rm(folder, { recursive: true }));

const sizes = { vocabulary: 300, width: 16, layers: 1, heads: 2, context: 16, batch: 8, rate: 0.02, seed: 1 };

it("learns a text, and writes a folder that opens; interrupted, it goes on and ends the same", async () => {
  const text = join(folder, "text.txt");
  await writeFile(text, "the cat sat on the mat and the dog ran to the door\n".repeat(200));
  const train = (output: string, steps: number, signal: AbortSignal) =>
    trainLm({ ...sizes, text, output: join(folder, output), steps, signal, progress: silent });
  const never = new AbortController().signal;
  const result = await train("whole", 60, never);
  // What repeats is learned: guessing among the tokens would cost ln 300 = 5.7.
  expect(result.validationNatsPerToken).toBeLessThan(2);
  expect((await readdir(join(folder, "whole"))).sort()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
  const model = await open(join(folder, "whole"), { reads: "text" });
  expect(model.parameters).toBe(result.parameters);
  expect(model.decode(model.encode("the dog ran"))).toBe("the dog ran");
  const first = (await model.logits("the cat")).numbers();

  const stopped = new AbortController();
  const progress = { update: (_stage: string, done: number) => done === 20 && stopped.abort(new Error("stopped")) };
  const options = { ...sizes, text, output: join(folder, "cut"), steps: 60 };
  await expect(trainLm({ ...options, signal: stopped.signal, progress: { ...silent, ...progress } })).rejects.toThrow(
    "stopped",
  );
  expect(await readdir(join(folder, "cut"))).toEqual(["training.safetensors"]);
  await train("cut", 60, never);
  const again = await open(join(folder, "cut"), { reads: "text" });
  expect((await again.logits("the cat")).numbers()).toEqual(first);
  await Promise.all([model.release(), again.release()]);
});

it("says what a text must be", async () => {
  const text = join(folder, "short.txt");
  await writeFile(text, "too short");
  const given = { ...sizes, output: folder, steps: 1, signal: new AbortController().signal, progress: silent };
  await expect(trainLm({ ...given, text })).rejects.toThrow("too few to learn from");
  await expect(trainLm({ ...given, text: "nothing" })).rejects.toThrow("neither a text file nor a set of text");
});
