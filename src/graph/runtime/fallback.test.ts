import { expect, it } from "vitest";
import { Tensor } from "../tensor.ts";
import { withFallback } from "./fallback.ts";
import type { Session } from "./runtime.ts";

/** A session whose result says where it ran; the runs whose number is listed fail. */
function place(name: number, failing: readonly number[], log: string[]): Session {
  let runs = 0;
  return {
    inputNames: ["x"],
    outputNames: ["y"],
    async run() {
      if (failing.includes(runs++)) throw new Error(`place ${name} fails`);
      return { y: Tensor.scalar(name) };
    },
    async release() {
      log.push(`released ${name}`);
    },
  };
}

const [device, processor] = [1, 2];

async function open(failing: readonly number[], log: string[]) {
  const words: string[] = [];
  const session = await withFallback(
    async () => place(device, failing, log),
    async () => place(processor, [], log),
    (reason) => words.push(reason),
  );
  return { words, where: async () => (await session.run({})).y.item(), session };
}

it("stays on a device that has run the model once, whatever happens later", async () => {
  const { words, where } = await open([1], []);
  expect(await where()).toBe(device);
  await expect(where()).rejects.toThrow("place 1 fails");
  expect(await where()).toBe(device);
  expect(words).toEqual([]);
});

it("moves to the processor once when the first run fails, also of calls at once", async () => {
  const log: string[] = [];
  const { words, where, session } = await open([0, 1], log);
  expect(await Promise.all([where(), where()])).toEqual([processor, processor]);
  expect(await where()).toBe(processor);
  expect(words).toEqual(["place 1 fails"]);
  await session.release();
  expect(log).toEqual(["released 1", "released 2"]);
});

it("goes to the processor when the device refuses the model", async () => {
  const words: string[] = [];
  const refuse = () => Promise.reject(new Error("refused"));
  const session = await withFallback(
    refuse,
    async () => place(processor, [], []),
    (reason) => words.push(reason),
  );
  expect((await session.run({})).y.item()).toBe(processor);
  expect(words).toEqual(["refused"]);
});
