import { describe, expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { agreement } from "./agreement.ts";
import { type Evaluator, fairEval, wideDeep } from "./evaluator.ts";
import { reviewNetwork } from "./figures.ts";
import type { Pair } from "./pair.ts";
import { judgeAll, simulatedClient, simulatedPairs } from "./simulation.ts";

const signal = new AbortController().signal;

async function accuracyOf(evaluator: Evaluator, pairs: readonly Pair[]): Promise<number> {
  const { verdicts } = await judgeAll(evaluator, pairs, signal, () => undefined);
  return agreement(
    verdicts["mean-all"],
    pairs.flatMap(({ human }) => human ?? []),
  ).accuracy;
}

const quality = (answer: string) => Number(answer.match(/quality (.*)\]/)?.[1]);

/** Without the pairs whose difference may vanish when scores are rounded to whole points. */
const clear = (pairs: readonly Pair[]) =>
  pairs.filter(({ answer1, answer2, human }) => human === "tie" || Math.abs(quality(answer1) - quality(answer2)) > 1);

describe("what the network is made of, each without the others", () => {
  it("roles: eight of them know more than eight reviews of one, at the same cost", async () => {
    const pairs = simulatedPairs(40, 0, new Rng(2));
    const client = simulatedClient({ roleNoise: 2.5, seed: 2 });
    const wide = await accuracyOf(wideDeep(client, { layers: 1 }), pairs);
    const repeated = await accuracyOf(fairEval(client, { evidences: 8 }), pairs);
    expect(wide - repeated).toBeGreaterThan(0.1);
    expect(repeated).toBe(await accuracyOf(fairEval(client, { evidences: 1 }), pairs));
  });

  it("both orders: without them a bias of 3 points decides, with them none", async () => {
    const pairs = clear(simulatedPairs(40, 0.2, new Rng(3)));
    const client = simulatedClient({ positionBias: 3 });
    expect(await accuracyOf(wideDeep(client, { width: 2 }), pairs)).toBe(1);
    expect(await accuracyOf(wideDeep(client, { width: 2, orders: "12" }), pairs)).toBeLessThan(0.7);
  });

  it("where there is neither bias nor error, one review is enough", async () => {
    const pairs = clear(simulatedPairs(40, 0.2, new Rng(4)));
    expect(await accuracyOf(fairEval(simulatedClient({}), { evidences: 1, orders: "12" }), pairs)).toBe(1);
  });
});

it("simulated pairs have as many ties as are asked for, and people see the quality", () => {
  const pairs = simulatedPairs(2000, 0.2, new Rng(1));
  expect(pairs.filter(({ human }) => human === "tie").length / 2000).toBeCloseTo(0.2, 1);
  for (const { answer1, answer2, human } of pairs) {
    const ahead = Math.sign(quality(answer1) - quality(answer2));
    expect(human).toBe(ahead === 0 ? "tie" : ahead > 0 ? 1 : 2);
  }
});

it("a judgement is drawn with a neuron per role and layer, and an edge per reading", async () => {
  const [pair] = simulatedPairs(1, 0, new Rng(1));
  const client = simulatedClient({ roleNoise: 2 });
  const all = reviewNetwork(await wideDeep(client, { width: 4, layers: 3 }).judge(pair));
  expect([all.nodes.length, all.edges.length]).toEqual([3 * 4 + 1, 2 * 16]);
  const near = reviewNetwork(await wideDeep(client, { width: 4, layers: 3, window: 2 }).judge(pair), 2);
  expect(near.edges.length).toBe(2 * (2 + 3 + 3 + 2));
  expect(all.nodes.at(-1)?.label).toMatch(/^means \d+\.\d\d and \d+\.\d\d: (answer \d is better|a tie)$/);
});
