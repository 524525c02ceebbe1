/** @file Attempts by the OpenAI SDK, of which only the transport is used: retries, limits and time are the client's own. */

import OpenAI from "openai";
import { z } from "zod";
import { CajalError } from "../../graph/index.ts";
import { AttemptError, mayPass, retryAfterMs } from "./retry.ts";
import type { Answer, ChatRequest, Endpoint, Transport } from "./transport.ts";

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
});

/** Headers that an endpoint needs. The SDK adds others: on the machine, and on the organisation that its environment variables name. */
const sentHeaders = ["accept", "content-type", "authorization"];

/** The SDK's own time limit ends when the headers are there; the client has one for the whole attempt. */
const noTimeLimit = 2 ** 31 - 1;

export function openaiTransport(endpoint: Endpoint): Transport {
  const url = `${endpoint.baseURL}/chat/completions`;
  // An endpoint may quote the key when it refuses it.
  const clean = (text: string) => (endpoint.key ? text.replaceAll(endpoint.key, "***") : text);

  class Client extends OpenAI {
    /** The SDK keeps only the field `error` of a body, which not all endpoints have. */
    protected override makeStatusError(
      status: number,
      body: object,
      text: string | undefined,
      headers: Headers,
    ): never {
      const failure = statusError(endpoint, url, status, clean(text ?? JSON.stringify(body)));
      throw new AttemptError(failure, mayPass(status), retryAfterMs(headers.get("retry-after"), Date.now()));
    }
  }

  const client = new Client({
    baseURL: endpoint.baseURL,
    apiKey: endpoint.key ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: noTimeLimit,
    logLevel: "off",
    dangerouslyAllowBrowser: true,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      for (const name of [...headers.keys()]) if (!sentHeaders.includes(name)) headers.delete(name);
      if (endpoint.key === undefined) headers.delete("authorization");
      return endpoint.fetch(input, { ...init, headers });
    },
  });

  return async (request, signal) => {
    const { body, json } = await send(client, request, signal, url, clean);
    return answerOf(body, json, url);
  };
}

async function send(
  client: OpenAI,
  request: ChatRequest,
  signal: AbortSignal,
  url: string,
  clean: (text: string) => string,
) {
  try {
    const response = await client.post("/chat/completions", { body: request, signal }).asResponse();
    const body = clean(await response.text());
    return { body, json: /json/.test(response.headers.get("content-type") ?? "") };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AttemptError) throw error;
    const failure = new CajalError("network", `${url} cannot be reached: ${clean(reasonOf(error))}`, {
      advice: "Check the address and the connection.",
    });
    throw new AttemptError(failure, true);
  }
}

/** The innermost message: fetch itself only says that it failed. */
function reasonOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  if (!(inner instanceof Error)) return String(inner);
  return inner.message || ("code" in inner ? String(inner.code) : inner.name);
}

function answerOf(body: string, json: boolean, url: string): Answer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // What calls itself JSON and is none was cut off on its way; a page for people stays one.
    throw new AttemptError(notAnAnswer(url, body), json);
  }
  const { data } = completion.safeParse(parsed);
  if (data === undefined) throw new AttemptError(notAnAnswer(url, body), false);
  const text = data.choices[0].message.content ?? "";
  const { usage } = data;
  return usage ? { text, usage: { tokensIn: usage.prompt_tokens, tokensOut: usage.completion_tokens } } : { text };
}

function notAnAnswer(url: string, body: string): CajalError {
  return new CajalError("bad-reply", `${url} does not answer as OpenAI's API does; it sent: ${start(body)}`, {
    advice: "Check the address: it usually ends in /v1.",
  });
}

const start = (text: string) => (text.trim() === "" ? "nothing" : text.slice(0, 200));

function statusError({ keyName }: Endpoint, url: string, status: number, body: string): CajalError {
  const message = `${url} answers ${status}: ${start(body)}`;
  // "maximum context length is 4097 tokens. However, you requested 5000 tokens"
  const [context, asked] = (/context/i.test(body) ? body.match(/\d{3,}(?= tokens)/g) : null)?.map(Number) ?? [];
  if ((status === 400 || status === 422) && asked > context)
    return new CajalError(
      "too-large",
      `the prompt and its reply are ${asked - context} tokens over the context of ${context}`,
      {
        advice: "Shorten the question or the answers, or use a model with a larger context.",
      },
    );
  if (status === 401 || status === 403) {
    const advice =
      keyName === undefined
        ? "Name the environment variable that holds a key: apiKeyEnv."
        : `Check the key in ${keyName}.`;
    return new CajalError("not-permitted", message, { advice });
  }
  if (status === 404)
    return new CajalError("bad-reply", message, { advice: "Check the address and the model's name." });
  if (mayPass(status))
    return new CajalError("network", message, { advice: "Try again later, or ask for less per minute." });
  return new CajalError("argument", message, {
    advice: "The endpoint does not accept the request: check the model and its options.",
  });
}
