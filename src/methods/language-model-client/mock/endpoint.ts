/** @file A mock endpoint of OpenAI's kind, without a network: `fetch` calls it in memory; `cajal/node` serves it over HTTP. */

import { z } from "zod";
import { Rng } from "../../../graph/index.ts";
import { type Message, textOf } from "../chat.ts";
import { type Clock, systemClock } from "../clock.ts";
import { completionBody, eventStream, failureBody, wordCount } from "./bodies.ts";
import { fits, type MockAnswer, type MockCall, type Scenario } from "./scenario.ts";

export interface MockResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** "reset": the connection is closed at once; "truncated": in the middle of the body. */
  readonly fault?: "reset" | "truncated";
}

export interface MockEndpoint {
  /** Calls that were let in, in the order of their coming. It grows. */
  readonly log: readonly MockCall[];
  /** @param path "/v1/chat/completions" */
  respond(method: string, path: string, headers: Headers, body: string, signal?: AbortSignal): Promise<MockResponse>;
  /** Calls it without a network, whatever the host. */
  readonly fetch: typeof fetch;
}

const callBody = z.object({
  model: z.string(),
  messages: z
    .array(
      z.object({ role: z.enum(["system", "user", "assistant"]), content: z.custom<Message["content"]>(isContent) }),
    )
    .min(1),
  temperature: z.number().min(0).max(2).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  seed: z.number().int().nullish(),
  stream: z.boolean().nullish(),
});

function isContent(value: unknown): boolean {
  return (
    typeof value === "string" || z.array(z.object({ type: z.enum(["text", "image_url"]) })).safeParse(value).success
  );
}

/** @param clock delays are slept on it */
export function mockEndpoint(scenario: Scenario, clock: Clock = systemClock): MockEndpoint {
  const log: MockCall[] = [];
  const used = new Map<number, number>();
  const rng = new Rng(scenario.seed ?? 0);

  function answerTo(call: MockCall): MockAnswer {
    for (const [i, rule] of scenario.rules.entries()) {
      const count = used.get(i) ?? 0;
      if (count >= (rule.times ?? Number.POSITIVE_INFINITY) || !fits(rule, call)) continue;
      used.set(i, count + 1);
      const answer =
        typeof rule.answer === "function" ? rule.answer(call, rng.split(`${call.seed}\n${call.text}`)) : rule.answer;
      return typeof answer === "string" ? { text: answer } : answer;
    }
    return { status: 400, body: failureBody("no rule of the scenario fits this call") };
  }

  async function complete(body: string, signal: AbortSignal | undefined): Promise<MockResponse> {
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch {
      return json(400, failureBody("the body is no JSON"));
    }
    const { data, error } = callBody.safeParse(parsed);
    if (error !== undefined) return json(400, failureBody(error.issues[0].message));
    const call: MockCall = {
      index: log.length,
      model: data.model,
      messages: data.messages,
      text: data.messages.map(textOf).join("\n"),
      temperature: data.temperature ?? undefined,
      maxTokens: data.max_tokens ?? undefined,
      seed: data.seed ?? undefined,
      stream: data.stream ?? false,
    };
    log.push(call);
    const answer = answerTo(call);
    if (answer.delayMs) await clock.sleep(answer.delayMs, signal);
    return responseOf(answer, call);
  }

  async function respond(
    method: string,
    path: string,
    headers: Headers,
    body: string,
    signal?: AbortSignal,
  ): Promise<MockResponse> {
    if (scenario.key !== undefined && headers.get("authorization") !== `Bearer ${scenario.key}`)
      return json(401, failureBody("wrong key"));
    if (method === "POST" && path.endsWith("/chat/completions")) return complete(body, signal);
    if (method === "GET" && path.endsWith("/models")) {
      const models = (scenario.models ?? ["mock"]).map((id) => ({ id, object: "model", created: 0, owned_by: "mock" }));
      return json(200, { object: "list", data: models });
    }
    return json(404, failureBody(`nothing is at ${path}`));
  }

  return {
    log,
    respond,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      const answer = await respond(request.method, pathname, request.headers, await request.text(), request.signal);
      if (answer.fault === "reset")
        throw new TypeError("fetch failed", { cause: new Error("the connection was reset") });
      const { status, headers, body } = answer;
      return new Response(answer.fault === "truncated" ? cutOff(body) : body, { status, headers });
    },
  };
}

/** Half of the text, then an error. */
function cutOff(body: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(body.slice(0, body.length / 2)));
      controller.error(new Error("the connection was closed"));
    },
  });
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): MockResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

function responseOf(answer: MockAnswer, call: MockCall): MockResponse {
  if ("status" in answer) {
    const { status, body = failureBody(`status ${status}`), headers } = answer;
    if (typeof body !== "string") return json(status, body, headers);
    return { status, headers: { "content-type": "text/html", ...headers }, body };
  }
  const text = "text" in answer ? answer.text : "An answer that does not arrive whole.";
  const whole = completionBody(call, text, wordCount(call.text));
  if ("fault" in answer) {
    if (answer.fault !== "malformed") return { ...json(200, whole), fault: answer.fault };
    const { body, ...rest } = json(200, whole);
    return { ...rest, body: body.slice(0, body.length / 2) };
  }
  return call.stream
    ? { status: 200, headers: { "content-type": "text/event-stream" }, body: eventStream(whole) }
    : json(200, whole);
}
