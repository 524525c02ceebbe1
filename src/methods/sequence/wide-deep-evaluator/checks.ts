/** @file What must hold exactly, as figures: position calibration, mirroring, the scripted network, limits, resumption. */

import type { Rng } from "../../../graph/index.ts";
import {
  type LlmClientOptions,
  llmClient,
  type MockCall,
  memoryJournal,
  mockEndpoint,
  type Rule,
  VirtualClock,
} from "../../language-model-client/index.ts";
import { cohensKappa } from "./agreement.ts";
import { fairEval, wideDeep } from "./evaluator.ts";
import { judgeModel, qualityTag } from "./judge-model.ts";
import type { Pair } from "./pair.ts";

function connect(rules: readonly Rule[], options: Partial<LlmClientOptions> = {}) {
  const clock = new VirtualClock();
  const endpoint = mockEndpoint({ rules }, clock);
  const starts: number[] = [];
  let flying = 0;
  const most = { inFlight: 0 };
  const client = llmClient({
    baseURL: "http://mock.invalid/v1",
    model: "mock",
    clock,
    fetch: (input, init) => {
      starts.push(clock.now());
      most.inFlight = Math.max(most.inFlight, ++flying);
      return endpoint.fetch(input, init).finally(() => flying--);
    },
    ...options,
  });
  return { client, log: endpoint.log, starts, most };
}

const named: Rule = { when: "From which angles", answer: "$Accuracy& …\n$Clarity& …\n$Tone& …" };

/** Words and scores that depend on every letter of the prompt. */
const moody: Rule = {
  answer: (_, rng) =>
    `Assistant ${rng.int(1, 3)} says ${rng.bits()}.\nScore of Assistant 1: ${rng.int(1, 11)}\nScore of Assistant 2: ${rng.int(1, 11)}`,
};

const pairOf = (i: number): Pair => ({ question: "Why?", answer1: `because ${i}`, answer2: `therefore ${i}` });

/** Three roles in two layers: how many calls there are, and how many of them quote what they must. */
export async function scriptedNetwork(): Promise<{ calls: number; quoting: number }> {
  const { client, log } = connect([named, moody], { concurrency: 1 });
  const { reviews } = await wideDeep(client).judge(pairOf(0));
  const first = reviews.filter(({ layer }) => layer === 1);
  const union = "angle of view: Accuracy; Clarity; Tone.";
  const says = (text: string) => text.match(/says \d+/)?.[0] ?? "";
  const quotes = (call: MockCall) =>
    call.text.includes(union) && first.every(({ text }) => call.text.includes(says(text)));
  return { calls: log.length, quoting: log.filter(quotes).length };
}

/** Equal answers before a judge that gives 3 points to the first: the difference of scores in both orders, and in one. */
export async function positionBias(): Promise<{ both: number; one: number }> {
  const { client } = connect([{ answer: judgeModel({ roles: ["Accuracy", "Clarity"], positionBias: 3 }) }]);
  const equal = { question: "Why?", answer1: `so ${qualityTag(6)}`, answer2: `thus ${qualityTag(6)}` };
  const both = (await wideDeep(client).judge(equal)).score;
  const one = (await fairEval(client, { evidences: 1, orders: "12" }).judge(equal)).score;
  return { both: Math.abs(both[0] - both[1]), one: one[0] - one[1] };
}

/** The largest difference between a pair's scores and those of the exchanged pair, exchanged. */
export async function mirroring(pairs: number): Promise<number> {
  const evaluator = wideDeep(connect([named, moody]).client, { layers: 3 });
  let largest = 0;
  for (let i = 0; i < pairs; i++) {
    const pair = pairOf(i);
    const there = await evaluator.judge(pair);
    const back = await evaluator.judge({ ...pair, answer1: pair.answer2, answer2: pair.answer1 });
    largest = Math.max(largest, Math.abs(there.score[0] - back.score[1]), Math.abs(there.score[1] - back.score[0]));
  }
  return largest;
}

/** The largest difference of κ from one minus disagreement over expected disagreement, on random tables. */
export function kappaDifference(tables: number, rng: Rng): number {
  let largest = 0;
  for (let t = 0; t < tables; t++) {
    const counts = [0, 1, 2].map(() => [0, 1, 2].map(() => rng.int(1, 50)));
    const total = counts.flat().reduce((a, b) => a + b);
    const off = (of: (row: number, column: number) => number) =>
      [0, 1, 2].reduce((sum, i) => sum + [0, 1, 2].reduce((more, j) => more + (i === j ? 0 : of(i, j)), 0), 0);
    const row = (i: number) => counts[i].reduce((a, b) => a + b);
    const column = (j: number) => counts.reduce((sum, one) => sum + one[j], 0);
    const kappa = 1 - off((i, j) => counts[i][j]) / off((i, j) => (row(i) * column(j)) / total);
    largest = Math.max(largest, Math.abs(kappa - cohensKappa(counts)));
  }
  return largest;
}

const say = (text: string) => [{ role: "user", content: text }] as const;

/** The most starts in a rolling minute, of 100 calls at 60 per minute; and the most in flight, of 100 slow ones at 4 at once. */
export async function limits(): Promise<{ perMinute: number; inFlight: number }> {
  const askAll = async (options: Partial<LlmClientOptions>) => {
    const connection = connect([{ answer: { text: "yes", delayMs: 500 } }], options);
    await Promise.all(Array.from({ length: 100 }, (_, i) => connection.client.chat(say(String(i)))));
    return connection;
  };
  const { starts } = await askAll({ rpm: 60, concurrency: 100 });
  const { most } = await askAll({ concurrency: 4 });
  const within = starts.map((start) => starts.filter((other) => other >= start && other < start + 60_000).length);
  return { perMinute: Math.max(...within), inFlight: most.inFlight };
}

/** Attempts at 500, 500, 200 and at 401; and the wait after a 429 that asks for 2 s, in seconds. */
export async function retries(): Promise<{ failing: number; refused: number; wait: number }> {
  const failing = await connect([{ times: 2, answer: { status: 500 } }, { answer: "yes" }]).client.chat(say("?"));
  const refused = connect([{ answer: { status: 401 } }]);
  await refused.client.chat(say("?")).catch(() => undefined);
  const limited = connect([{ times: 1, answer: { status: 429, headers: { "retry-after": "2" } } }, { answer: "yes" }]);
  await limited.client.chat(say("?"));
  return {
    failing: failing.attempts,
    refused: refused.log.length,
    wait: (limited.starts[1] - limited.starts[0]) / 1000,
  };
}

/** A judgement that is stopped after every possible number of calls, by its budget, and resumed from its journal. */
export async function resumption(): Promise<{ changed: number; repeated: number; over: number }> {
  const rules = [named, moody];
  const whole = connect(rules);
  const expected = JSON.stringify(await wideDeep(whole.client).judge(pairOf(0)));
  const calls = whole.log.length;
  let [changed, repeated, over] = [0, 0, 0];
  for (let k = 0; k <= calls; k++) {
    const journal = memoryJournal();
    const first = connect(rules, { journal, budget: { calls: k } });
    await wideDeep(first.client)
      .judge(pairOf(0))
      .catch(() => undefined);
    const second = connect(rules, { journal });
    const resumed = JSON.stringify(await wideDeep(second.client).judge(pairOf(0)));
    if (resumed !== expected) changed++;
    repeated += first.log.length + second.log.length - calls;
    over = Math.max(over, first.log.length - k);
  }
  return { changed, repeated, over };
}

/** Calls of a second run with the first one's cache. */
export async function cachedCalls(): Promise<number> {
  const cache = new Map<string, string>();
  const pairs = [0, 1, 2].map(pairOf);
  await wideDeep(connect([named, moody], { cache }).client).run(pairs);
  const { client, log } = connect([named, moody], { cache });
  await wideDeep(client).run(pairs);
  return log.length;
}
