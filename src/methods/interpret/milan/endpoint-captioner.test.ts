import { expect, it } from "vitest";
import { generateScene } from "../../../data/index.ts";
import { Rng } from "../../../graph/index.ts";
import {
  type LlmClientOptions,
  llmClient,
  type MockCall,
  mockEndpoint,
  type Rule,
  VirtualClock,
} from "../../language-model-client/index.ts";
import { rankByInformation } from "./captioner.ts";
import { endpointCaptioner, estimateEndpoint } from "./endpoint-captioner.ts";
import { litTile, sheetOf } from "./sheet.ts";

const side = 32;
const sets = [1, 2, 3].map((seed) => ({
  pictures: [0, 1].map((i) => generateScene(new Rng(10 * seed + i), { size: side }).picture),
  masks: [0, 1].map(() => new Uint8Array(side * side).fill(1, 100, 300)),
}));

function client(rules: readonly Rule[], options: Partial<LlmClientOptions> = {}) {
  const endpoint = mockEndpoint({ rules });
  return {
    endpoint,
    client: llmClient({
      baseURL: "http://mock.test/v1",
      model: "eyes",
      fetch: endpoint.fetch,
      clock: new VirtualClock(),
      ...options,
    }),
  };
}

const imagesOf = ({ messages }: MockCall) =>
  messages.flatMap(({ content }) =>
    typeof content === "string"
      ? []
      : content.flatMap((part) => (part.type === "image_url" ? [part.image_url.url] : [])),
  );

it("an answer that leads back to its sheet outranks one that fits all", async () => {
  const own = new Map<string, number>();
  const { client: eyes, endpoint } = client([
    {
      when: "have in common",
      answer: (call) => {
        const [url] = imagesOf(call);
        own.set(url, own.get(url) ?? own.size);
        return (call.seed ?? 0) % 2 === 0 ? `"Thing number ${own.get(url)}."` : "Shapes";
      },
    },
    {
      when: /described the lit regions/,
      answer: (call) => {
        const [, named] = call.text.match(/thing number (\d)/) ?? [];
        const urls = imagesOf(call);
        if (named === undefined) return "best: 1\nalso: 2, 3";
        return `best: ${urls.findIndex((url) => own.get(url) === Number(named)) + 1}\nalso: none`;
      },
    },
  ]);
  const captioner = endpointCaptioner(eyes, { samples: 4, rng: new Rng(1) });
  const candidates = await captioner.candidates(sets, 50);
  expect(candidates.map((list) => list.map(({ text }) => text).sort())).toEqual(
    [0, 1, 2].map((i) => ["shapes", `thing number ${i}`]),
  );
  const ranked = await rankByInformation(captioner, candidates, 0.2);
  expect(ranked.map(([best]) => best.text)).toEqual(["thing number 0", "thing number 1", "thing number 2"]);
  for (const [best] of ranked) expect(best).toMatchObject({ logp: 1, logPrior: 0, pmi: 1 });
  // Four questions per unit, and one for each of two different answers.
  expect(endpoint.log.length).toBe(3 * 4 + 3 * 2);
});

it("says what is wrong: no entry, no more calls, nothing to say of anything", async () => {
  const of = (rules: readonly Rule[]) => endpointCaptioner(client(rules, { retries: 1 }).client, { samples: 1 });
  await expect(of([{ answer: { status: 401 } }]).candidates(sets, 1)).rejects.toMatchObject({ code: "not-permitted" });
  await expect(of([{ answer: { status: 400, body: { detail: "no images" } } }]).candidates(sets, 1)).rejects.toThrow(
    /no images/,
  );
  await expect(of([{ answer: "." }]).candidates(sets, 1)).rejects.toMatchObject({ code: "bad-reply" });
});

it("a reply that answers nothing counts against a description, and stops nothing", async () => {
  let first = true;
  const { client: eyes } = client([
    {
      when: "have in common",
      answer: ({ seed }) => {
        if (seed !== 0) return "...";
        // One unit has nothing said of it at all.
        const answer = first ? "..." : "dots";
        first = false;
        return answer;
      },
    },
    { answer: ({ index }) => ["I cannot tell.", "best: 17\nalso: 99", "also: all of them", ""][index % 4] },
  ]);
  const captioner = endpointCaptioner(eyes, { samples: 2 });
  const candidates = await captioner.candidates(sets, 50);
  expect(candidates).toEqual([[], [{ text: "dots", logp: 0 }], [{ text: "dots", logp: 0 }]]);
  expect(await captioner.logPrior(["dots"])).toEqual([0]);
});

it("a stopped captioner asks no more, and hears out what is paid for", async () => {
  const kept = new Map<string, string>();
  const stop = new AbortController();
  const endpoint = mockEndpoint({
    rules: [
      {
        answer: ({ index }) => {
          if (index === 5) stop.abort(new Error("enough"));
          return { text: `thing ${index}`, delayMs: 20 };
        },
      },
    ],
  });
  const eyes = llmClient({ baseURL: "http://mock.test/v1", model: "eyes", fetch: endpoint.fetch, cache: kept });
  await expect(endpointCaptioner(eyes).candidates(sets, 50, { signal: stop.signal })).rejects.toThrow("enough");
  expect(endpoint.log.length).toBeLessThan(12);
  expect(kept.size).toBe(endpoint.log.length);
});

it("after a failure no more is asked; what was answered before is not asked again", async () => {
  const kept = new Map<string, string>();
  let left = 11;
  const rules: Rule[] = [
    {
      when: "have in common",
      answer: ({ seed }) => (left-- > 0 ? `thing ${seed}` : { status: 401 }),
    },
    { answer: "best: 1\nalso: none" },
  ];
  const samples = 8;
  const first = client(rules, { cache: kept });
  await expect(endpointCaptioner(first.client, { samples }).candidates(sets, 50)).rejects.toMatchObject({
    code: "not-permitted",
  });
  // Of 24 questions 11 were answered, and the failed one had at most 7 others beside it.
  expect(kept.size).toBe(11);
  expect(first.endpoint.log.length).toBeLessThanOrEqual(11 + 8);
  left = 1000;
  const second = client(rules, { cache: kept });
  await endpointCaptioner(second.client, { samples }).candidates(sets, 50);
  expect(second.endpoint.log.filter(({ text }) => text.includes("have in common")).length).toBe(24 - 11);
});

it("what it will cost is known before", () => {
  const prices = { eyes: { input: 1, output: 2 } };
  const estimate = estimateEndpoint(10, "eyes", { samples: 2, choices: 4 }, prices);
  expect(estimate.calls).toBe(40);
  expect(estimate.cost).toBeCloseTo((estimate.tokensIn + 2 * estimate.tokensOut) / 1e6);
  expect(estimateEndpoint(10, "other", {}, prices).cost).toBeNull();
});

it("tiles are dim outside, rimmed in yellow, and as they are inside", () => {
  const picture = { width: 8, height: 8, data: new Uint8Array(3 * 64).fill(200) };
  const mask = new Uint8Array(64);
  for (const i of [27, 28, 35, 36]) mask[i] = 1;
  const { data } = litTile(picture, mask, 8);
  const at = (i: number) => [...data.subarray(3 * i, 3 * i + 3)];
  expect(at(27)).toEqual([200, 200, 200]);
  expect(at(26)).toEqual([255, 220, 0]);
  expect(at(0)).toEqual([100, 100, 100]);
  expect(data.filter((value, i) => i % 3 === 2 && value === 0).length).toBe(8);
  const sheet = sheetOf(sets[0], { tile: 16, columns: 5 });
  expect([sheet.width, sheet.height]).toEqual([88, 16]);
});
