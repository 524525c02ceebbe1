import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { preprocesses, scenePictures } from "../data/index.ts";
import { computeExemplars, type ExemplarStore, endpointCaptioner } from "../methods/interpret/milan/index.ts";
import type { MockAnswer, MockCall } from "../methods/language-model-client/index.ts";
import { describe as describeNetwork } from "./describe.ts";
import { openLlmClient } from "./language-model-files.ts";
import { mockServer } from "./mock-server.ts";
import { open } from "./open.ts";
import { silent } from "./progress.ts";
import { putIntoWords, type Speaker } from "./words.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "cajal-words-"));
const model = await open("assets/scene-network.onnx", { reads: "pictures" });
const pictures = scenePictures(5, 30);
let store: ExemplarStore;

beforeAll(async () => {
  store = await computeExemplars(model, pictures, {
    preprocess: preprocesses.signed,
    layers: ["concepts/Relu"],
    units: (_, unit) => unit < 6,
  });
});
beforeEach(({ task }) => {
  vi.stubEnv("CAJAL_CACHE", join(folder, task.id));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** What makes two calls the same question. */
const questionOf = ({ messages, seed }: MockCall) => JSON.stringify([messages, seed]);

/** What an endpoint that sees well says: always the same to the same question. */
function goodAnswer(call: MockCall): string {
  if (call.text.includes("have in common")) return `Shapes of kind ${questionOf(call).length % 7}-${call.seed}`;
  return `best: ${1 + (questionOf(call).length % 4)}\nalso: none`;
}

/** A server that counts how often each question is answered in full: what a provider charges for. */
async function endpoint(trouble: (call: MockCall, asked: number) => MockAnswer | undefined) {
  const asked = new Map<string, number>();
  const billed = new Map<string, number>();
  const server = await mockServer({
    rules: [
      {
        answer: (call) => {
          const question = questionOf(call);
          const before = asked.get(question) ?? 0;
          asked.set(question, before + 1);
          const failure = trouble(call, before);
          if (failure !== undefined) return failure;
          billed.set(question, (billed.get(question) ?? 0) + 1);
          return { text: goodAnswer(call), delayMs: 1 };
        },
      },
    ],
  });
  return { ...server, billed };
}

/** As `cajal describe` makes it, but that it gives up sooner. */
function speaker(url: string, retries = 8): Speaker {
  const client = openLlmClient({
    baseURL: url,
    model: "eyes",
    retries,
    timeoutMs: 2000,
    cacheDir: join(process.env.CAJAL_CACHE ?? "", "replies"),
  });
  return { captioner: endpointCaptioner(client, { samples: 4 }), release: async () => undefined, client };
}

const say = (who: Speaker) =>
  putIntoWords(store, who, { progress: silent, signal: new AbortController().signal }).then(({ byAddress }) =>
    [...byAddress.values()].map(({ text, runnersUp }) => [text, ...runnersUp.map((other) => other.text)]),
  );

it("slow, rate-limited, broken, cut-off and garbled replies lose nothing, and no answer is paid twice", async () => {
  const troubles: readonly MockAnswer[] = [
    { status: 429, headers: { "retry-after": "0.02" } },
    { status: 500 },
    { status: 503, body: "<h1>Back soon</h1>" },
    { fault: "reset" },
    { fault: "truncated" },
    { fault: "malformed" },
  ];
  const bad = await endpoint((call, asked) => (asked === 0 ? troubles[call.index % 12] : undefined));
  const good = await endpoint(() => undefined);
  // The cache's keys have the address in them: the two share nothing.
  const [told, expected] = [await say(speaker(bad.url)), await say(speaker(good.url))];
  expect(told).toEqual(expected);
  expect(bad.log.length).toBeGreaterThan(bad.billed.size);
  expect(bad.billed.size).toBe(good.billed.size);
  expect([...new Set(bad.billed.values())]).toEqual([1]);
  await Promise.all([bad.close(), good.close()]);
});

it("an endpoint that dies half-way: what was answered is kept, and the next run asks only for the rest", async () => {
  let dead = false;
  let left = 17;
  const server = await endpoint(() => {
    dead ||= left-- <= 0;
    return dead ? { fault: "reset" } : undefined;
  });
  const first = speaker(server.url, 1);
  await expect(say(first)).rejects.toMatchObject({ code: "network" });
  expect(first.client?.totals().calls).toBe(17);
  dead = false;
  left = Number.POSITIVE_INFINITY;
  const second = speaker(server.url, 1);
  const words = await say(second);
  expect(words.length).toBe(6);
  expect([...new Set(server.billed.values())]).toEqual([1]);
  expect(second.client?.totals()).toMatchObject({ calls: server.billed.size - 17, cached: 17 });
  // A third run reads whole layers, and asks nothing.
  const third = speaker(server.url, 1);
  expect(await say(third)).toEqual(words);
  expect(third.client?.totals()).toMatchObject({ calls: 0, cached: 0 });
  await server.close();
});

it("a page for people is named as what it is, and not kept as an answer", async () => {
  let portal = true;
  const server = await endpoint(() => (portal ? { status: 200, body: "<h1>Please log in</h1>" } : undefined));
  await expect(say(speaker(server.url))).rejects.toThrow(/does not answer as OpenAI's API does/);
  portal = false;
  expect((await say(speaker(server.url))).length).toBe(6);
  await server.close();
});

it("a captioner is shown 15 pictures of each neuron, however few are shown in the report", async () => {
  const server = await endpoint(() => undefined);
  const output = join(folder, "few.html");
  const { report } = await describeNetwork({
    pictures,
    output,
    layers: /conv1/,
    top: 3,
    captioner: "openai:eyes",
    baseUrl: server.url,
    command: "cajal describe --top 3",
    progress: silent,
    signal: new AbortController().signal,
  });
  const live = report.layers[0].neurons.filter(({ dead }) => !dead);
  expect(live.length).toBeGreaterThan(4);
  for (const { exemplars, description } of live) {
    expect(exemplars.length).toBeLessThanOrEqual(3);
    expect(description).toBeDefined();
  }
  expect(readFileSync(output, "utf8")).toContain(live[0].description?.text);
  // 15 tiles of 96 pixels, 5 in a row, 2 between: the PNG's height is 292. Pictures in which a neuron is off are left out.
  const heights = server.log.flatMap(({ messages }) =>
    messages.flatMap(({ content }) =>
      typeof content === "string"
        ? []
        : content.flatMap((part) =>
            part.type === "image_url" ? [Buffer.from(part.image_url.url.split(",")[1], "base64").readUInt32BE(20)] : [],
          ),
    ),
  );
  expect(Math.max(...heights)).toBe(292);
  await server.close();
});
