import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Rule } from "../methods/language-model-client/index.ts";
import { judgeModel, type Pair, qualityTag, wideDeep } from "../methods/sequence/wide-deep-evaluator/index.ts";
import { openLlmClient } from "./language-model-files.ts";
import { type MockServer, mockServer } from "./mock-server.ts";

const dist = new URL("../../dist/", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "cajal-evaluator-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pair: Pair = { question: "Why?", answer1: `so ${qualityTag(6)}`, answer2: `thus ${qualityTag(4)}` };

/** Judges the pair, one call after the other, and says when it is done. */
const program = `
  import { openLlmClient } from "${dist}node/language-model-files.js";
  import { wideDeep } from "${dist}methods/sequence/wide-deep-evaluator/index.js";
  const [baseURL, journal, pair] = process.argv.slice(1);
  await wideDeep(openLlmClient({ baseURL, model: "mock", concurrency: 1, journal })).judge(JSON.parse(pair));
  console.log("done");
  setInterval(() => {}, 1000);
`;

it("a process that is killed after any number of calls, and resumed: the same judgement, no finished call twice", async () => {
  const answer = judgeModel({ roles: ["X", "Y", "Z"], positionBias: 1, roleNoise: 2, shrinkage: 0.5 });
  const calls = 13;
  /** What this process's own run finds, and what it asks. */
  async function judgeHere(server: MockServer, journal: string) {
    const before = server.log.length;
    const judgement = await wideDeep(
      openLlmClient({ baseURL: server.url, model: "mock", concurrency: 1, journal }),
    ).judge(pair);
    return { judgement, prompts: server.log.slice(before).map(({ text }) => text) };
  }

  const undisturbed = await mockServer({ rules: [{ answer }] });
  const whole = await judgeHere(undisturbed, join(folder, "whole.jsonl"));
  await undisturbed.close();
  expect(whole.prompts.length).toBe(calls);

  for (let k = 0; k <= calls; k++) {
    let kill = () => {};
    const killing: Rule = {
      when: (call) => call.index === k,
      times: 1,
      answer: () => {
        kill();
        return { text: "too late", delayMs: 20_000 };
      },
    };
    // After all calls there is none that could kill: the process says that it is done.
    const server = await mockServer({ rules: [...(k < calls ? [killing] : []), { answer }] });
    const journal = join(folder, `${k}.jsonl`);
    const args = ["--input-type=module", "-e", program, server.url, journal, JSON.stringify(pair)];
    const child = spawn(process.execPath, args);
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.stdout.on("data", () => child.kill("SIGKILL"));
    kill = () => child.kill("SIGKILL");
    const signal = await new Promise((resolve) => child.on("close", (_, by) => resolve(by)));
    expect([signal, errors]).toEqual(["SIGKILL", ""]);
    expect(server.log.length).toBe(Math.min(k + 1, calls));

    const resumed = await judgeHere(server, journal);
    await server.close();
    expect(resumed.judgement).toEqual(whole.judgement);
    // Calls of one layer come in any order; each comes once.
    const finished = server.log.slice(0, k).map(({ text }) => text);
    expect([...finished, ...resumed.prompts].toSorted()).toEqual(whole.prompts.toSorted());
    // A line per call, one for the pair, and the last line's end.
    expect(readFileSync(journal, "utf8").split("\n").length).toBe(calls + 2);
  }
}, 120_000);
