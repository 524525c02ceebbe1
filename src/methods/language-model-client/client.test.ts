import { describe, expect, it } from "vitest";
import { Rng } from "../../graph/index.ts";
import type { Message } from "./chat.ts";
import { type LlmClientOptions, llmClient } from "./client.ts";
import { VirtualClock } from "./clock.ts";
import { memoryJournal } from "./journal.ts";
import { mockEndpoint } from "./mock/endpoint.ts";
import type { Rule, Scenario } from "./mock/scenario.ts";
import { backoff, retryAfterMs } from "./retry.ts";

const say = (text: string): Message[] => [{ role: "user", content: text }];

/** A client of a mock endpoint, both on the same virtual clock; and when each request came. */
function connect(rules: readonly Rule[], options: Partial<LlmClientOptions> = {}, scenario: Partial<Scenario> = {}) {
  const clock = new VirtualClock();
  const endpoint = mockEndpoint({ rules, ...scenario }, clock);
  const starts: number[] = [];
  let flying = 0;
  const flight = { most: 0 };
  const client = llmClient({
    baseURL: "http://mock.test/v1",
    model: "mock",
    clock,
    rng: new Rng(1),
    fetch: async (input, init) => {
      starts.push(clock.now());
      flight.most = Math.max(flight.most, ++flying);
      return endpoint.fetch(input, init).finally(() => flying--);
    },
    ...options,
  });
  return { client, endpoint, clock, starts, flight };
}

describe("retries", () => {
  it("wait at least as long as Retry-After says", async () => {
    const { client, starts } = connect([
      { times: 1, answer: { status: 429, headers: { "retry-after": "2" } } },
      { answer: "at last" },
    ]);
    expect(await client.chat(say("?"))).toMatchObject({ text: "at last", attempts: 2 });
    expect(starts[1] - starts[0]).toBeGreaterThanOrEqual(2000);
    expect(client.totals()).toMatchObject({ calls: 1, retries: 1 });
  });

  it.each([408, 409, 429, 500, 503])("%i, %i, 200: three attempts", async (status) => {
    const { client, endpoint } = connect([{ times: 2, answer: { status } }, { answer: "yes" }]);
    expect((await client.chat(say("?"))).attempts).toBe(3);
    expect(endpoint.log.length).toBe(3);
  });

  it.each(["reset", "truncated", "malformed"] as const)("after a fault (%s)", async (fault) => {
    const { client } = connect([{ times: 2, answer: { fault } }, { answer: "yes" }]);
    expect(await client.chat(say("?"))).toMatchObject({ text: "yes", attempts: 3 });
  });

  it("after a timeout, which is of one attempt", async () => {
    const { client, starts } = connect([{ times: 1, answer: { text: "late", delayMs: 5000 } }, { answer: "in time" }], {
      timeoutMs: 1000,
    });
    expect(await client.chat(say("?"))).toMatchObject({ text: "in time", attempts: 2 });
    expect(starts[1] - starts[0]).toBeGreaterThanOrEqual(1000);
  });

  it.each([
    [400, "argument"],
    [401, "not-permitted"],
    [403, "not-permitted"],
    [404, "bad-reply"],
    [422, "argument"],
  ])("none after %i", async (status, code) => {
    const { client, endpoint } = connect([{ answer: { status, body: { detail: "this is why" } } }]);
    const failure = client.chat(say("?"));
    await expect(failure).rejects.toMatchObject({ code });
    await expect(failure).rejects.toThrow(
      `http://mock.test/v1/chat/completions answers ${status}: {"detail":"this is why"}`,
    );
    expect(endpoint.log.length).toBe(1);
  });

  it("end after so many, with the last failure", async () => {
    const { client, endpoint } = connect([{ answer: { status: 500, body: "<h1>down</h1>" } }], { retries: 3 });
    await expect(client.chat(say("?"))).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("<h1>down</h1>"),
    });
    expect(endpoint.log.length).toBe(4);
  });

  it("back off by full jitter: anything up to 0.5 s · 2^k, at most 30 s", () => {
    const rng = new Rng(3);
    for (let k = 0; k < 12; k++) {
      const waits = Array.from({ length: 2000 }, () => backoff(k, undefined, rng));
      const most = Math.min(30_000, 500 * 2 ** k);
      expect(Math.max(...waits)).toBeLessThanOrEqual(most);
      expect(Math.max(...waits)).toBeGreaterThan(0.98 * most);
      expect(waits.reduce((a, b) => a + b) / waits.length / most).toBeCloseTo(0.5, 1);
    }
    expect(backoff(0, 7000, rng)).toBe(7000);
  });

  it("read Retry-After as seconds or as a date", () => {
    const now = Date.parse("Tue, 01 Aug 2023 10:00:00 GMT");
    expect(retryAfterMs("1.5", now)).toBe(1500);
    expect(retryAfterMs("Tue, 01 Aug 2023 10:00:03 GMT", now)).toBe(3000);
    expect(retryAfterMs("soon", now)).toBeUndefined();
    expect(retryAfterMs(null, now)).toBeUndefined();
  });
});

describe("limits", () => {
  it("60 requests per minute: never more in any rolling minute, and not slower than that", async () => {
    const { client, starts } = connect([{ answer: "yes" }], { rpm: 60, concurrency: 100 });
    await Promise.all(Array.from({ length: 100 }, (_, i) => client.chat(say(String(i)))));
    const inMinute = starts.map((start) => starts.filter((other) => other >= start && other < start + 60_000).length);
    expect(Math.max(...inMinute)).toBe(60);
    expect(starts[99]).toBe(99_000);
  });

  it("retries count, too", async () => {
    const { client, starts } = connect([{ times: 30, answer: { status: 500 } }, { answer: "yes" }], { rpm: 60 });
    await Promise.all(Array.from({ length: 60 }, (_, i) => client.chat(say(String(i)))));
    expect(starts.length).toBe(90);
    for (const [i, start] of starts.entries())
      expect(starts.slice(i).filter((other) => other < start + 60_000).length).toBeLessThanOrEqual(60);
  });

  it("tokens per minute: estimated before, corrected by what was used", async () => {
    const tokens = (answer: string) => connect([{ answer }], { tpm: 6000, concurrency: 100 });
    // 100 tokens a second; each call is reckoned with 500 and takes 6.
    const frugal = tokens("one two three four five");
    await Promise.all(Array.from({ length: 20 }, () => frugal.client.chat(say("?"), { maxTokens: 495 })));
    expect(frugal.starts[19]).toBeGreaterThan(0);
    expect(frugal.starts[19]).toBeLessThan(100_000);
    const greedy = tokens("word ".repeat(495));
    await Promise.all(Array.from({ length: 20 }, () => greedy.client.chat(say("?"), { maxTokens: 495 })));
    // 19 calls of 496 tokens before the last one, less what the bucket held.
    expect(greedy.starts[19]).toBeGreaterThan((1000 * (19 * 496 - 200)) / 100);
  });

  it("four at once, never five", async () => {
    const { client, flight } = connect([{ answer: { text: "yes", delayMs: 100 } }], { concurrency: 4 });
    const clock = await Promise.all(Array.from({ length: 40 }, (_, i) => client.chat(say(String(i)))));
    expect([flight.most, clock.length]).toEqual([4, 40]);
  });

  it("an aborted call leaves the queue and says why; the others go on", async () => {
    const { client, endpoint } = connect([{ answer: { text: "yes", delayMs: 1000 } }], { concurrency: 1 });
    const abort = new AbortController();
    const calls = [client.chat(say("a")), client.chat(say("b"), { signal: abort.signal }), client.chat(say("c"))];
    abort.abort(new Error("stopped by hand"));
    await expect(calls[1]).rejects.toThrow("stopped by hand");
    expect((await calls[2]).text).toBe("yes");
    expect(endpoint.log.map((call) => call.text)).toEqual(["a", "c"]);
  });

  it("an aborted call ends while it is under way, and while it waits for its next attempt", async () => {
    for (const answer of [
      { text: "late", delayMs: 60_000 },
      { status: 429, headers: { "retry-after": "60" } },
    ]) {
      const { client, clock } = connect([{ answer }]);
      const abort = new AbortController();
      const call = client.chat(say("?"), { signal: abort.signal });
      clock.sleep(5000).then(() => abort.abort(new Error("enough")));
      await expect(call).rejects.toThrow("enough");
      expect(clock.now()).toBeLessThan(60_000);
    }
  });
});

describe("cost", () => {
  const prices = { mock: { input: 2, output: 10 } };

  it("is tokens times price; without a price it is null and the tokens are counted", async () => {
    const rules = [{ answer: "one two three" }];
    const dear = connect(rules, { prices });
    expect((await dear.client.chat(say("four words of prompt"))).cost).toBeCloseTo((4 * 2 + 3 * 10) / 1e6, 15);
    const unknown = connect(rules);
    expect((await unknown.client.chat(say("four words of prompt"))).cost).toBeNull();
    expect(unknown.client.totals()).toEqual({ calls: 1, cached: 0, retries: 0, tokensIn: 4, tokensOut: 3, cost: null });
  });

  it("a budget of calls is kept exactly", async () => {
    const { client, endpoint } = connect([{ answer: { text: "yes", delayMs: 10 } }], {
      budget: { calls: 7 },
      concurrency: 5,
    });
    const all = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => client.chat(say(String(i)))));
    expect(all.filter(({ status }) => status === "fulfilled").length).toBe(7);
    expect(endpoint.log.length).toBe(7);
    await expect(client.chat(say("more"))).rejects.toMatchObject({ code: "budget" });
  });

  it.each([1, 6])("a budget of money is left by one call at most, %i at once", async (concurrency) => {
    const perCall = (1 * 2 + 50 * 10) / 1e6;
    const { client, endpoint } = connect([{ answer: { text: "word ".repeat(50), delayMs: 10 } }], {
      prices,
      budget: 10.5 * perCall,
      concurrency,
    });
    await Promise.allSettled(Array.from({ length: 30 }, (_, i) => client.chat(say(String(i)), { maxTokens: 50 })));
    expect(endpoint.log.length).toBe(11);
    expect(client.totals().cost).toBeCloseTo(11 * perCall, 12);
  });

  it("a budget of money needs a price", () => {
    expect(() => connect([], { budget: 1 })).toThrow(/"mock" has no price/);
  });
});

describe("cache and journal", () => {
  it("a second run asks nothing; another temperature, prompt, length, sample or model does", async () => {
    const cache = new Map<string, string>();
    const ask = async (text: string, options = {}, model = "mock") => {
      const { client, endpoint } = connect([{ answer: (call) => `${call.text} ${call.seed}` }], { cache, model });
      return { ...(await client.chat(say(text), options)), asked: endpoint.log.length };
    };
    const first = await ask("a");
    expect(first).toMatchObject({ text: "a 0", cached: false, asked: 1, attempts: 1 });
    expect(await ask("a")).toMatchObject({ text: "a 0", cached: true, asked: 0, attempts: 0, usage: first.usage });
    for (const [text, options, model] of [
      ["b", {}, "mock"],
      ["a", { temperature: 0 }, "mock"],
      ["a", { maxTokens: 9 }, "mock"],
      ["a", { sample: 1 }, "mock"],
      ["a", {}, "other"],
    ] as const)
      expect((await ask(text, options, model)).asked).toBe(1);
    expect((await ask("a", { sample: 1 })).text).toBe("a 1");
  });

  it("the same call twice at once is made once", async () => {
    const { client, endpoint } = connect([{ answer: { text: "yes", delayMs: 10 } }], { cache: new Map() });
    const replies = await Promise.all([client.chat(say("a")), client.chat(say("a")), client.chat(say("b"))]);
    expect(replies.map(({ cached }) => cached)).toEqual([false, true, false]);
    expect(endpoint.log.length).toBe(2);
  });

  it("a damaged entry of the cache is asked for again", async () => {
    const cache = new Map<string, string>();
    await connect([{ answer: "yes" }], { cache }).client.chat(say("a"));
    for (const key of cache.keys()) cache.set(key, "{");
    expect((await connect([{ answer: "yes" }], { cache }).client.chat(say("a"))).cached).toBe(false);
  });

  it("a resumed run repeats nothing, and goes on counting and paying where the first one ended", async () => {
    const journal = memoryJournal();
    const options = { journal, prices: { mock: { input: 1, output: 1 } } };
    const first = connect([{ answer: "yes" }], options).client;
    for (const text of ["a", "b"]) await first.chat(say(text));
    const { client, endpoint } = connect([{ answer: "yes" }], { ...options, budget: { calls: 3 } });
    expect(await client.chat(say("a"))).toMatchObject({ cached: true, attempts: 1, cost: 2e-6 });
    await client.chat(say("c"));
    expect(endpoint.log.map((call) => call.text)).toEqual(["c"]);
    expect(client.totals()).toEqual({ ...first.totals(), calls: 3, cached: 1, tokensIn: 3, tokensOut: 3, cost: 6e-6 });
    await expect(client.chat(say("d"))).rejects.toMatchObject({ code: "budget" });
  });

  it("a line that was cut off is ignored, a damaged one within is not", async () => {
    const journal = memoryJournal();
    const { client } = connect([{ answer: "yes" }], { journal });
    for (const text of ["a", "b"]) await client.chat(say(text));
    const whole = await journal.read();
    const read = (text: string) =>
      connect([{ answer: "no" }], { journal: { read: async () => text, append: async () => {} } });
    const cut = read(whole.slice(0, -5));
    expect((await cut.client.chat(say("a"))).text).toBe("yes");
    expect((await cut.client.chat(say("b"))).text).toBe("no");
    await expect(read(whole.replace('"text"', "text")).client.chat(say("a"))).rejects.toThrow(
      /line 1 of the journal is damaged/,
    );
  });

  it("work of several calls is done once per journal, and only what it depends on counts", async () => {
    const journal = memoryJournal();
    const { client } = connect([{ answer: "yes" }], { journal });
    let done = 0;
    const work = async () => ({ done: ++done });
    expect(await client.once("pair", { b: 1, a: [2] }, work)).toEqual({ done: 1 });
    const again = connect([{ answer: "yes" }], { journal }).client;
    expect(await again.once("pair", { a: [2], b: 1 }, work)).toEqual({ done: 1 });
    expect(await again.once("pair", { a: [2], b: 2 }, work)).toEqual({ done: 2 });
    expect(await again.once("plan", { a: [2], b: 1 }, work)).toEqual({ done: 3 });
  });

  it("what cannot be written down is not used", async () => {
    const journal = { read: async () => "", append: () => Promise.reject(new Error("disk full")) };
    await expect(connect([{ answer: "yes" }], { journal }).client.chat(say("a"))).rejects.toThrow("disk full");
  });
});

describe("what the user gets wrong", () => {
  it("names the variable that holds no key", () => {
    expect(() => connect([], { apiKeyEnv: "MY_KEY", env: {} })).toThrow("the environment variable MY_KEY holds no key");
  });

  it("no endpoint, or one of another kind, shows what came back", async () => {
    expect(() => connect([], { baseURL: "api.openai.com" })).toThrow("baseURL is no address");
    for (const baseURL of ["http://user:secret@mock.test/v1", "http://mock.test/v1?key=secret"])
      expect(() => connect([], { baseURL })).toThrow(/^((?!secret).)*mock.test holds a password((?!secret).)*$/);
    const page = `<html>${"x".repeat(500)}`;
    const other = connect([{ answer: { status: 200, body: page } }], {
      baseURL: "http://mock.test/v1/",
    });
    const failure = other.client.chat(say("?"));
    await expect(failure).rejects.toMatchObject({ code: "bad-reply" });
    await expect(failure).rejects.toThrow(page.slice(0, 200));
    await expect(failure).rejects.not.toThrow(page.slice(0, 201));
    await expect(connect([{ answer: { status: 200, body: { hello: 1 } } }]).client.chat(say("?"))).rejects.toThrow(
      '{"hello":1}',
    );
  });

  it("says by how many tokens a prompt is too long", async () => {
    const { client, endpoint } = connect([{ answer: "yes" }], { context: 100 });
    await expect(client.chat(say("x".repeat(400)), { maxTokens: 20 })).rejects.toThrow(
      "about 24 tokens over the context of 100",
    );
    expect(endpoint.log.length).toBe(0);
    const message =
      "This model's maximum context length is 4097 tokens. However, you requested 5000 tokens (4488 in the messages, 512 in the completion).";
    const told = connect([{ answer: { status: 400, body: { error: { message } } } }]);
    await expect(told.client.chat(say("?"))).rejects.toMatchObject({
      code: "too-large",
      message: expect.stringContaining("903 tokens over"),
    });
  });

  it("limits that are no numbers above 0", () => {
    expect(() => connect([], { rpm: 0 })).toThrow(/rpm is 0/);
    expect(() => connect([], { concurrency: Number.NaN })).toThrow(/concurrency/);
  });
});

it("what the SDK's environment says goes to no endpoint, and no key to one that wants none", async () => {
  const seen: Headers[] = [];
  const variables = {
    OPENAI_API_KEY: "k1",
    OPENAI_ADMIN_KEY: "k2",
    OPENAI_ORG_ID: "o",
    OPENAI_CUSTOM_HEADERS: "x-mine: 1",
  };
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    const endpoint = mockEndpoint({ rules: [{ answer: "yes" }] });
    const client = llmClient({
      baseURL: "http://mock.test/v1",
      model: "mock",
      fetch: (input, init) => {
        seen.push(new Headers(init?.headers));
        return endpoint.fetch(input, init);
      },
    });
    await client.chat(say("?"));
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
  expect(seen.map((headers) => [...headers.keys()])).toEqual([["accept", "content-type"]]);
});

it("the same seed gives the same times on the virtual clock", async () => {
  const run = async () => {
    const rules = [{ when: /[05]$/, times: 8, answer: { status: 500 } }, { answer: { text: "yes", delayMs: 700 } }];
    const { client, starts } = connect(rules, { rpm: 120, concurrency: 3 });
    await Promise.all(Array.from({ length: 40 }, (_, i) => client.chat(say(String(i)))));
    return starts;
  };
  expect(await run()).toEqual(await run());
});

it("pictures go along", async () => {
  const { client, endpoint } = connect([{ when: "what", answer: "a cat" }]);
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } } as const;
  await client.chat([{ role: "user", content: [{ type: "text", text: "what is this?" }, image] }]);
  expect(endpoint.log[0].messages[0].content).toContainEqual(expect.objectContaining({ type: "image_url" }));
});
