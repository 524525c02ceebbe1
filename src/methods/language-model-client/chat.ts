/** @file What is said to a language model and what comes back. */

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/** A picture: its address, or the picture itself as a `data:` URL. */
export interface ImagePart {
  readonly type: "image_url";
  readonly image_url: { readonly url: string; readonly detail?: "auto" | "low" | "high" };
}

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly (TextPart | ImagePart)[];
}

export interface Usage {
  /** Tokens of the prompt. */
  readonly tokensIn: number;
  /** Tokens of the reply. */
  readonly tokensOut: number;
}

export interface ChatOptions {
  /** Left to the endpoint (usually 1) when absent. */
  readonly temperature?: number;
  /** The most tokens of a reply. */
  readonly maxTokens?: number;
  /** Which one of several replies to the same prompt: 0, 1, …. Another sample is another call, never the cached reply to the first. */
  readonly sample?: number;
  readonly signal?: AbortSignal;
  /** Whether a request that was sent is heard out after the signal, because it is paid for; waiting ends at once. Default false. */
  readonly hearOut?: boolean;
}

export interface ChatReply {
  readonly text: string;
  readonly usage: Usage;
  /** Whether it came from the journal or the cache. */
  readonly cached: boolean;
  /** How often the endpoint was asked until it answered; 0 for a reply of the cache. */
  readonly attempts: number;
  /** In the currency of the prices; null when the model has no price. 0 for a reply of the cache. */
  readonly cost: number | null;
}

/** All text of a message; pictures are left out. */
export function textOf(message: Message): string {
  if (typeof message.content === "string") return message.content;
  return message.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
}

/** About how many tokens English text has: one for four characters. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/** About how many tokens a prompt has; each message takes some of its own. */
export function estimateTokens(messages: readonly Message[]): number {
  const perMessage = 4;
  return messages.reduce((sum, message) => sum + perMessage + tokensOf(textOf(message)), 0);
}
