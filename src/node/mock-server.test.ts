import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  type LlmClientOptions,
  llmClient,
  type Message,
  type Scenario,
} from "../methods/language-model-client/index.ts";
import { journalFile, openLlmClient } from "./language-model-files.ts";
import { mockServer } from "./mock-server.ts";

const folder = mkdtempSync(join(tmpdir(), "cajal-llm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const say = (text: string): Message[] => [{ role: "user", content: text }];

async function served<T>(
  scenario: Scenario,
  use: (server: Awaited<ReturnType<typeof mockServer>>) => Promise<T>,
): Promise<T> {
  const server = await mockServer(scenario);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

/** Waits pass at once. */
const hasty = {
  now: () => Date.now(),
  sleep: (ms: number) => (ms > 60_000 ? new Promise<void>(() => {}) : Promise.resolve()),
};

describe("the mock server speaks as OpenAI's API does", () => {
  const post = (url: string, body: unknown, headers = {}) =>
    fetch(`${url}/chat/completions`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers,
    });

  it("completions, with usage in words and a reply no longer than asked for", () =>
    served({ rules: [{ answer: "one two  three four" }] }, async ({ url, log }) => {
      const response = await post(url, { model: "m", messages: say("how many words?"), max_tokens: 3, seed: 5 });
      expect(await response.json()).toMatchObject({
        object: "chat.completion",
        model: "m",
        choices: [{ message: { role: "assistant", content: "one two  three" }, finish_reason: "length" }],
        usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
      });
      expect(log).toMatchObject([{ index: 0, text: "how many words?", maxTokens: 3, seed: 5, stream: false }]);
    }));

  it("the same as a stream of events", () =>
    served({ rules: [{ answer: "one two\nthree" }] }, async ({ url }) => {
      const response = await post(url, { model: "m", messages: say("?"), stream: true });
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      const events = (await response.text())
        .trim()
        .split("\n\n")
        .map((event) => event.replace("data: ", ""));
      expect(events.pop()).toBe("[DONE]");
      const chunks = events.map((event) => JSON.parse(event));
      expect(chunks.map(({ choices }) => choices[0].delta.content ?? "").join("")).toBe("one two\nthree");
      expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }], usage: { completion_tokens: 3 } });
    }));

  it("models, wrong keys, wrong bodies, unknown places", () =>
    served({ rules: [{ answer: "yes" }], models: ["a", "b"], key: "right" }, async ({ url, log }) => {
      const authorization = "Bearer right";
      const models = await (await fetch(`${url}/models`, { headers: { authorization } })).json();
      expect(models.data.map(({ id }: { id: string }) => id)).toEqual(["a", "b"]);
      const status = async (response: Promise<Response>) => (await response).status;
      const body = { model: "m", messages: say("?") };
      expect(await status(post(url, body, { authorization: "Bearer wrong" }))).toBe(401);
      expect(await status(post(url, body))).toBe(401);
      expect(await status(post(url, "{", { authorization }))).toBe(400);
      expect(await status(post(url, { model: "m", messages: [] }, { authorization }))).toBe(400);
      expect(await status(fetch(`${url}/files`, { headers: { authorization } }))).toBe(404);
      expect(await status(post(url, body, { authorization }))).toBe(200);
      expect(log.length).toBe(1);
    }));
});

describe("a client over HTTP", () => {
  it.each(["reset", "truncated", "malformed"] as const)("tries again after a fault (%s)", (fault) =>
    served({ rules: [{ times: 2, answer: { fault } }, { answer: "yes" }] }, async ({ url, log }) => {
      const client = llmClient({ baseURL: url, model: "m", clock: hasty });
      expect(await client.chat(say("?"))).toMatchObject({ text: "yes", attempts: 3 });
      expect(log.length).toBe(3);
    }),
  );

  it("gives up a late answer, also one that stops within its body", () =>
    served({ rules: [{ times: 1, answer: { text: "late", delayMs: 3000 } }, { answer: "yes" }] }, async ({ url }) => {
      expect((await llmClient({ baseURL: url, model: "m", timeoutMs: 200 }).chat(say("?"))).attempts).toBe(2);
    }));

  it("nobody there: says where, and why", async () => {
    const url = await served({ rules: [] }, async (server) => server.url);
    const call = llmClient({ baseURL: url, model: "m", retries: 0 }).chat(say("?"));
    await expect(call).rejects.toMatchObject({
      code: "network",
      message: expect.stringMatching(/\/v1\/chat\/completions cannot be reached: .*ECONNREFUSED/),
    });
  });
});

it("a key appears nowhere but in the header that carries it", async () => {
  const key = "sk-very-secret-0123456789";
  const printed: unknown[] = [];
  for (const name of ["log", "warn", "error", "debug", "info"] as const)
    vi.spyOn(console, name).mockImplementation((...all) => printed.push(...all));
  vi.stubEnv("CAJAL_TEST_KEY", key);
  vi.stubEnv("OPENAI_LOG", "debug");
  try {
    const echo = { error: { message: `Incorrect API key provided: ${key}` } };
    const scenario: Scenario = {
      key,
      rules: [
        { when: "refuse", answer: { status: 401, body: echo } },
        { when: "fail", answer: { status: 500, body: echo } },
        { when: "page", answer: { status: 200, body: `<html>${key}` } },
        { when: "break", answer: { fault: "reset" } },
        { answer: `as you said, ${key}` },
      ],
    };
    await served(scenario, async ({ url, log }) => {
      const cacheDir = join(folder, "secret-cache");
      const journal = join(folder, "secret.jsonl");
      const options: Omit<LlmClientOptions, "cache" | "journal"> = {
        baseURL: url,
        model: "m",
        apiKeyEnv: "CAJAL_TEST_KEY",
        retries: 1,
        clock: hasty,
      };
      const client = openLlmClient({ ...options, cacheDir, journal });
      const errors: unknown[] = [];
      for (const text of ["refuse", "fail", "page", "break"])
        await client.chat(say(text)).catch((error) => errors.push(error));
      expect(errors.length).toBe(4);
      const reply = await client.chat(say("hello"));
      expect(log.length).toBeGreaterThan(5);
      const all = (value: unknown): string => {
        if (!(value instanceof Error)) return JSON.stringify(value);
        const { message, stack, cause } = value;
        return JSON.stringify({ ...value, message, stack }) + (cause === undefined ? "" : all(cause));
      };
      const written = [
        journal,
        ...readdirSync(cacheDir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name)),
      ];
      expect(written.length).toBe(2);
      const everything = [
        ...errors.map(all),
        ...printed.map(all),
        all(reply),
        all(client),
        all(log),
        ...written.map((path) => path + readFileSync(path, "utf8")),
      ];
      for (const text of everything) expect(text).not.toContain(key);
      expect(errors.map(all).join()).toContain("CAJAL_TEST_KEY");
    });
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
});

describe("files", () => {
  it("a cache folder serves the next run, a journal the same one", () =>
    served({ rules: [{ answer: (call) => call.text.toUpperCase() }] }, async ({ url, log }) => {
      const options = { baseURL: url, model: "m", cacheDir: join(folder, "cache") };
      expect((await openLlmClient(options).chat(say("a"))).text).toBe("A");
      expect(await openLlmClient(options).chat(say("a"))).toMatchObject({ text: "A", cached: true });
      const run = { baseURL: url, model: "m", journal: join(folder, "new/run.jsonl") };
      await openLlmClient(run).chat(say("b"));
      expect(await openLlmClient(run).chat(say("b"))).toMatchObject({ text: "B", cached: true, attempts: 1 });
      expect(log.length).toBe(2);
    }));

  it("a line that was cut off is taken away, so that the next one stands alone", async () => {
    const path = join(folder, "cut.jsonl");
    writeFileSync(path, '{"a":1}\n{"b":2}\n{"c"');
    const journal = journalFile(path);
    expect(await journal.read()).toBe('{"a":1}\n{"b":2}\n');
    await Promise.all([journal.append('{"d":4}'), journal.append('{"e":5}')]);
    expect(readFileSync(path, "utf8")).toBe('{"a":1}\n{"b":2}\n{"d":4}\n{"e":5}\n');
  });

  it("a journal that cannot be written says so", async () => {
    await expect(journalFile(folder).append("x")).rejects.toMatchObject({
      code: "file-missing",
      message: expect.stringContaining(folder),
    });
  });
});
