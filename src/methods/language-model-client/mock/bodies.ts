/** @file Bodies as OpenAI's API sends them. */

import type { MockCall } from "./scenario.ts";

/** The mock's tokens: what stands between white space. */
export function wordCount(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

export function failureBody(message: string) {
  return { error: { message, type: "mock_error", param: null, code: null } };
}

export type CompletionBody = ReturnType<typeof completionBody>;

/** A reply, cut off after the call's `max_tokens`. */
export function completionBody(call: MockCall, text: string, promptTokens: number) {
  const words = text.match(/\s*\S+/g) ?? [];
  const cut = call.maxTokens !== undefined && words.length > call.maxTokens;
  const content = cut ? words.slice(0, call.maxTokens).join("") : text;
  const completionTokens = wordCount(content);
  return {
    id: `chatcmpl-${call.index}`,
    object: "chat.completion",
    created: 0,
    model: call.model,
    choices: [
      { index: 0, message: { role: "assistant", content }, logprobs: null, finish_reason: cut ? "length" : "stop" },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

/** The same reply as server-sent events, word by word. */
export function eventStream({ id, created, model, choices: [choice], usage }: CompletionBody): string {
  const chunk = (delta: object, finish: string | null, rest: object = {}) => ({
    id,
    object: "chat.completion.chunk",
    created,
    model,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    ...rest,
  });
  const words = choice.message.content.match(/\s*\S+|\s+$/g) ?? [];
  const events = [
    chunk({ role: "assistant", content: "" }, null),
    ...words.map((content) => chunk({ content }, null)),
    chunk({}, choice.finish_reason, { usage }),
  ];
  return `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;
}
