import { describe, expect, it } from "vitest";
import { type MockCall, memoryJournal, type Rule } from "../../language-model-client/index.ts";
import { fairEval, wideDeep } from "./evaluator.ts";
import { judgeModel, qualityTag } from "./judge-model.ts";
import type { Pair } from "./pair.ts";
import { exchangeNames } from "./replies.ts";
import { mockClient } from "./testing/mock-client.ts";

const pair: Pair = { question: "Why?", answer1: "A", answer2: "B" };

/** Prompts that can be written out by hand. */
const plain = {
  roles: "ROLES {answer1}|{answer2}",
  fewRoles: "ROLES({count}) {answer1}|{answer2}",
  system: "SYSTEM",
  review: "{history}REVIEW {angles}: {answer1}|{answer2}",
  history: "OWN <{own}> OTHERS <{others}> ",
};
const templates = { question: plain };
const angles = (...names: string[]) => names.map((name) => `$${name}& about it`).join("\n");

/** Each review says which it is: r0, r1, … in the order of asking. Those of exchanged answers name the assistants, too. */
function reviewer(): (call: MockCall) => string {
  let count = 0;
  return () => `r${count++}: Assistant 1 beats Assistant 2.\nScore of Assistant 1: 7\nScore of Assistant 2: 4`;
}

/** As the network quotes them: the second of two reviews was of exchanged answers. */
const quote = (n: number) => (n % 2 === 0 ? asShown(n) : exchangeNames(asShown(n)));
const asShown = (n: number) =>
  `r${n}: Assistant 1 beats Assistant 2.\nScore of Assistant 1: 7\nScore of Assistant 2: 4`;

describe("three roles, two layers", () => {
  it("1 + 6 + 6 calls, each with the prompt that the method says", async () => {
    const { client, endpoint } = mockClient([{ when: "ROLES", answer: angles("X", "Y", "Z") }, { answer: reviewer() }]);
    const judgement = await wideDeep(client, { templates }).judge(pair);
    const prompts = endpoint.log.map(({ messages }) => messages.map(({ content }) => content));
    const own = (order: string, first: string, second: string, others: string[]) => [
      "SYSTEM",
      `OWN <${first}\n\n${second}> OTHERS <${others.join("\n\n")}> REVIEW X; Y; Z: ${order}`,
    ];
    const ahead = (n: number) => [quote(n), quote(n + 1)];
    const behind = (n: number) => [exchangeNames(quote(n + 1)), exchangeNames(quote(n))];
    expect(prompts).toEqual([
      ["ROLES A|B"],
      ["SYSTEM", "REVIEW X: A|B"],
      ["SYSTEM", "REVIEW X: B|A"],
      ["SYSTEM", "REVIEW Y: A|B"],
      ["SYSTEM", "REVIEW Y: B|A"],
      ["SYSTEM", "REVIEW Z: A|B"],
      ["SYSTEM", "REVIEW Z: B|A"],
      own("A|B", quote(0), quote(1), [...ahead(2), ...ahead(4)]),
      own("B|A", exchangeNames(quote(1)), exchangeNames(quote(0)), [...behind(2), ...behind(4)]),
      own("A|B", quote(2), quote(3), [...ahead(0), ...ahead(4)]),
      own("B|A", exchangeNames(quote(3)), exchangeNames(quote(2)), [...behind(0), ...behind(4)]),
      own("A|B", quote(4), quote(5), [...ahead(0), ...ahead(2)]),
      own("B|A", exchangeNames(quote(5)), exchangeNames(quote(4)), [...behind(0), ...behind(2)]),
    ]);
    // What an exchanged review said of Assistant 1 is said of the second answer.
    expect(prompts[7][1]).toContain(
      "r1: Assistant 2 beats Assistant 1.\nScore of Assistant 2: 7\nScore of Assistant 1: 4",
    );
    expect(judgement.reviews.map(({ scores }) => scores)).toEqual(
      Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? [7, 4] : [4, 7])),
    );
    expect(judgement).toMatchObject({
      verdict: "tie",
      score: [5.5, 5.5],
      roles: ["X", "Y", "Z"],
      failures: 0,
      usualRoles: false,
    });
  });

  it("roles are asked for at temperature 0, reviews at the endpoint's own; 512 tokens each", async () => {
    const { client, endpoint } = mockClient([{ when: "ROLES", answer: angles("X") }, { answer: reviewer() }]);
    await wideDeep(client, { templates, layers: 1 }).judge(pair);
    expect(endpoint.log.map(({ temperature, maxTokens }) => [temperature, maxTokens])).toEqual([
      [0, 512],
      [undefined, 512],
      [undefined, 512],
    ]);
  });

  it("a window of 2 reads neighbours only, and angles spread one neuron per layer", async () => {
    const { client, endpoint } = mockClient([
      { when: "ROLES", answer: angles("V", "W", "X", "Y", "Z") },
      { answer: reviewer() },
    ]);
    const { reviews } = await wideDeep(client, { templates, window: 2, layers: 3, orders: "12" }).judge(pair);
    expect(reviews.filter(({ layer }) => layer === 2).map((review) => review.angles.join(""))).toEqual([
      "VW",
      "VWX",
      "WXY",
      "XYZ",
      "YZ",
    ]);
    expect(reviews.filter(({ layer }) => layer === 3).map((review) => review.angles.join(""))).toEqual([
      "VWX",
      "VWXY",
      "VWXYZ",
      "WXYZ",
      "XYZ",
    ]);
    const quotes = (text: string) => [...text.matchAll(/r(\d+):/g)].map(([, n]) => Number(n));
    expect(endpoint.log.slice(6, 11).map(({ text }) => quotes(text))).toEqual([
      [0, 1],
      [1, 0, 2],
      [2, 1, 3],
      [3, 2, 4],
      [4, 3],
    ]);
  });

  it("with a memory of 2, a neuron reads its own reviews of two layers, and others' of the last one", async () => {
    const { client, endpoint } = mockClient([{ when: "ROLES", answer: angles("X", "Y") }, { answer: reviewer() }]);
    await wideDeep(client, { templates, layers: 3, memory: 2, orders: "12" }).judge(pair);
    expect(endpoint.log[5].text).toContain(`OWN <${asShown(0)}\n\n${asShown(2)}> OTHERS <${asShown(3)}> `);
  });

  it("a lone neuron has no history, and each layer is another sample", async () => {
    const { client, endpoint } = mockClient([{ when: "ROLES", answer: angles("X") }, { answer: reviewer() }], {
      cache: new Map(),
    });
    await wideDeep(client, { templates, layers: 3, orders: "12" }).judge(pair);
    expect(endpoint.log.slice(1).map(({ messages }) => messages[1].content)).toEqual(
      new Array(3).fill("REVIEW X: A|B"),
    );
    expect(new Set(endpoint.log.slice(1).map(({ seed }) => seed)).size).toBe(3);
  });
});

describe("width", () => {
  it("is as many as the model names, however many", async () => {
    const names = Array.from({ length: 13 }, (_, i) => `angle ${i}`);
    const { client, endpoint } = mockClient([{ when: "ROLES", answer: angles(...names) }, { answer: reviewer() }]);
    const { roles } = await wideDeep(client, { templates }).judge(pair);
    expect(roles).toEqual(names);
    expect(endpoint.log.length).toBe(1 + 13 * 2 * 2);
  });

  it("a limit is asked for, and kept when the model gives more", async () => {
    const { client, endpoint } = mockClient([
      { when: "ROLES(2)", answer: angles("X", "Y", "Z") },
      { answer: reviewer() },
    ]);
    expect((await wideDeep(client, { templates, width: 2 }).judge(pair)).roles).toEqual(["X", "Y"]);
    expect(endpoint.log.length).toBe(1 + 8);
  });

  it("asks again for angles, at most ten times, then takes the usual ones", async () => {
    const late = mockClient([
      { when: "ROLES", times: 10, answer: "no idea" },
      { when: "ROLES", answer: angles("X") },
      { answer: reviewer() },
    ]);
    expect(await wideDeep(late.client, { templates, layers: 1 }).judge(pair)).toMatchObject({
      roles: ["X"],
      usualRoles: false,
    });
    expect(late.endpoint.log.slice(0, 11).map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const never = mockClient([{ when: "ROLES", answer: "no idea" }, { answer: reviewer() }]);
    expect(await wideDeep(never.client, { templates, layers: 1 }).judge(pair)).toMatchObject({
      roles: ["Accuracy", "Relevance"],
      usualRoles: true,
    });
    expect(never.endpoint.log.length).toBe(11 + 4);
  });

  it("code names its angles between $ and @", async () => {
    const { client, endpoint } = mockClient([
      { when: "From which angles", answer: "$a && b@ of pointers" },
      { answer: reviewer() },
    ]);
    expect((await wideDeep(client, { layers: 1 }).judge({ ...pair, kind: "code" })).roles).toEqual(["a && b"]);
    expect(endpoint.log[0].text).toContain("between $ and @");
  });
});

describe("replies without scores", () => {
  const noScores: Rule = { when: "REVIEW X: A|B", answer: "I would rather not say." };

  it("are asked for again, as other samples, and paid for; after ten more the review is 0, 0 and flagged", async () => {
    const rules = [{ when: "ROLES", answer: angles("X") }, noScores, { answer: reviewer() }];
    const { client, endpoint } = mockClient(rules, { prices: { mock: { input: 1, output: 1 } }, cache: new Map() });
    const judgement = await wideDeep(client, { templates, layers: 1 }).judge(pair);
    expect(judgement.reviews[0]).toMatchObject({
      scores: [0, 0],
      attempts: 11,
      failed: true,
      text: "I would rather not say.",
    });
    expect(judgement).toMatchObject({ failures: 1, score: [2, 3.5] });
    const asked = endpoint.log.filter(({ text }) => text.includes("REVIEW X: A|B"));
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(11);
    expect(judgement.cost).toBeCloseTo(client.totals().cost ?? 0, 15);
    expect(client.totals().calls).toBe(1 + 11 + 1);
  });

  it("the eleventh reply still counts", async () => {
    const rules = [{ when: "ROLES", answer: angles("X") }, { ...noScores, times: 10 }, { answer: reviewer() }];
    const { reviews } = await wideDeep(mockClient(rules).client, { templates, layers: 1 }).judge(pair);
    expect(reviews[0]).toMatchObject({ scores: [7, 4], attempts: 11, failed: false });
  });

  it("many of them: the report warns", async () => {
    const rules = [{ when: "ROLES", answer: angles("X") }, noScores, { answer: reviewer() }];
    const report = await wideDeep(mockClient(rules).client, { templates, layers: 1 }).run([pair]);
    expect(report).toMatchObject({ failures: 1, reviews: 2 });
    expect(report.warnings).toEqual([expect.stringContaining('the prompts do not suit "mock"')]);
  });
});

describe("position", () => {
  const equal: Pair = { question: "Why?", answer1: `so ${qualityTag(6)}`, answer2: `thus ${qualityTag(6)}` };

  it("a judge that favours the first answer by 3 points: both orders make a tie, one order does not", async () => {
    const judge = judgeModel({ roles: ["X", "Y", "Z"], positionBias: 3, shrinkage: 0.5 });
    const { client } = mockClient([{ answer: judge }]);
    for (const layers of [1, 2, 3]) {
      const { verdict, score } = await wideDeep(client, { layers }).judge(equal);
      expect([verdict, score[0] - score[1]]).toEqual(["tie", 0]);
      expect((await wideDeep(client, { layers, orders: "12" }).judge(equal)).verdict).toBe(1);
    }
    expect((await fairEval(client).judge(equal)).verdict).toBe("tie");
    expect((await fairEval(client, { evidences: 1, orders: "12" }).judge(equal)).verdict).toBe(1);
  });

  it.each(["all", 2] as const)(
    "exchanging the answers exchanges everything, whatever the judge makes of its prompts (window %s)",
    async (window) => {
      /** Scores and words that depend on every letter of the prompt. */
      const moody: Rule[] = [
        { when: "From which angles", answer: angles("V", "W", "X", "Y") },
        {
          answer: (_, rng) =>
            `Assistant ${rng.int(1, 3)} says ${rng.bits()}.\nScore of Assistant 1: ${rng.int(1, 11)}\nScore of Assistant 2: ${rng.int(1, 11)}`,
        },
      ];
      const evaluator = wideDeep(mockClient(moody).client, { layers: 3, window, memory: 2 });
      const differences = new Set<number>();
      for (let i = 0; i < 10; i++) {
        const one: Pair = { question: "Why?", answer1: `because ${i}`, answer2: `therefore ${i}` };
        const there = await evaluator.judge(one);
        const back = await evaluator.judge({ ...one, answer1: one.answer2, answer2: one.answer1 });
        expect(back.score).toEqual([there.score[1], there.score[0]]);
        expect(back.verdict).toBe(there.verdict === "tie" ? "tie" : 3 - there.verdict);
        differences.add(there.score[0] - there.score[1]);
      }
      expect(differences.size).toBeGreaterThan(5);
    },
  );
});

describe("many pairs", () => {
  const rules: Rule[] = [{ answer: judgeModel({ roles: ["X", "Y", "Z"], roleNoise: 2 }) }];
  const pairs: Pair[] = Array.from({ length: 9 }, (_, i) => ({
    id: String(i),
    question: "Why?",
    answer1: `so ${i} ${qualityTag(4 + (i % 3))}`,
    answer2: `thus ${i} ${qualityTag(5)}`,
    human: i % 3 === 0 ? 2 : i % 3 === 1 ? "tie" : 1,
  }));

  it("a report has judgements in the order of the pairs, agreement with people, and progress", async () => {
    const { client } = mockClient(rules, { concurrency: 5 });
    const seen: (number | undefined)[][] = [];
    const report = await wideDeep(client).run(pairs, { onProgress: (...at) => seen.push(at) });
    expect(report.judged.map(({ pair: { id } }) => id)).toEqual(pairs.map(({ id }) => id));
    expect(seen).toEqual(pairs.map((_, i) => [i + 1, 9]));
    const right = report.judged.filter(({ pair: { human }, judgement: { verdict } }) => human === verdict).length;
    expect(report.agreement?.accuracy).toBe(right / 9);
    expect(report).toMatchObject({ stopped: undefined, tooLong: [], warnings: [], reviews: 9 * 12, failures: 0 });
    const stream = (async function* () {
      yield* pairs;
    })();
    expect((await wideDeep(mockClient(rules).client).run(stream)).judged).toEqual(report.judged);
    expect((await wideDeep(client).run(pairs.map(({ human, ...rest }) => rest))).agreement).toBeUndefined();
  });

  it("stopped after any number of calls and resumed: the same judgements, no finished call twice", async () => {
    const two = pairs.slice(0, 2);
    const whole = mockClient(rules);
    const expected = await wideDeep(whole.client).run(two, { atOnce: 1 });
    const calls = whole.endpoint.log.length;
    for (let k = 0; k <= calls; k++) {
      const journal = memoryJournal();
      const first = mockClient(rules, { journal, budget: { calls: k } });
      const stopped = await wideDeep(first.client).run(two, { atOnce: 1 });
      expect([first.endpoint.log.length, stopped.stopped === undefined]).toEqual([k, k === calls]);
      const second = mockClient(rules, { journal });
      const resumed = await wideDeep(second.client).run(two, { atOnce: 1 });
      expect(second.endpoint.log.length).toBe(calls - k);
      expect(resumed.judged).toEqual(expected.judged);
      expect(resumed.totals).toMatchObject({
        calls,
        tokensIn: expected.totals.tokensIn,
        tokensOut: expected.totals.tokensOut,
      });
    }
  });

  it("a finished pair is judged anew when the evaluator is another one", async () => {
    const journal = memoryJournal();
    await wideDeep(mockClient(rules, { journal }).client, { layers: 1 }).judge(pairs[0]);
    const { client, endpoint } = mockClient(rules, { journal });
    const { reviews } = await wideDeep(client, { layers: 2 }).judge(pairs[0]);
    expect([reviews.length, endpoint.log.length]).toEqual([12, 6]);
  });

  it("a second run with a cache asks nothing", async () => {
    const cache = new Map<string, string>();
    const first = await wideDeep(mockClient(rules, { cache }).client).run(pairs);
    const again = mockClient(rules, { cache });
    expect((await wideDeep(again.client).run(pairs)).judged).toEqual(first.judged);
    expect(again.endpoint.log.length).toBe(0);
  });

  it("a pair that is too long is named and left out; a key that is refused ends the run", async () => {
    const { client } = mockClient(rules, { context: 2000 });
    const long = { ...pairs[0], answer1: "word ".repeat(2000) };
    const report = await wideDeep(client, { layers: 1 }).run([pairs[0], long, pairs[1]]);
    expect(report.judged.length).toBe(2);
    expect(report.tooLong).toEqual([
      { pair: long, reason: expect.stringMatching(/about \d+ tokens over the context of 2000/) },
    ]);
    const refused = mockClient([{ answer: { status: 401 } }]);
    await expect(wideDeep(refused.client).run(pairs)).rejects.toMatchObject({ code: "not-permitted" });
    expect(refused.endpoint.log.length).toBe(1);
  });

  it("ends with the signal's reason", async () => {
    const abort = new AbortController();
    const { client } = mockClient(rules);
    const onProgress = () => abort.abort(new Error("stopped by hand"));
    await expect(wideDeep(client).run(pairs, { signal: abort.signal, onProgress })).rejects.toThrow("stopped by hand");
  });

  it("marks empty and identical answers, and judges them", async () => {
    const { client } = mockClient(rules);
    expect((await wideDeep(client).judge({ question: "?", answer1: " ", answer2: "B" })).marks).toEqual([
      "empty answer",
    ]);
    const same = await wideDeep(client).judge({ question: "?", answer1: "B", answer2: "B" });
    expect([same.marks, same.verdict]).toEqual([["identical answers"], "tie"]);
  });
});

it("options and templates that make no sense say so", async () => {
  const { client } = mockClient([]);
  expect(() => wideDeep(client, { layers: 0 })).toThrow(/0 layers/);
  expect(() => wideDeep(client, { width: 1.5 })).toThrow(/width of 1.5/);
  expect(() => wideDeep(client, { roles: [] })).toThrow(/no roles/);
  expect(() => fairEval(client, { evidences: 0 })).toThrow(/0 evidences/);
  const without = { question: { review: "Which one? {answer1} {answer2} {history}" } };
  await expect(wideDeep(client, { templates: without }).judge(pair)).rejects.toThrow(
    'the template "review" of question has no {angles}',
  );
});

it("an answer may contain the names of places and of assistants", async () => {
  const { client, endpoint } = mockClient([{ when: "ROLES", answer: angles("X", "Y") }, { answer: reviewer() }]);
  await wideDeep(client, { templates }).judge({ ...pair, answer1: "{answer2} of Assistant 2 $& $1" });
  expect(endpoint.log[1].text).toContain("REVIEW X: {answer2} of Assistant 2 $& $1|B");
  expect(endpoint.log.at(-1)?.text).toContain("REVIEW X; Y: B|{answer2} of Assistant 2 $& $1");
});
