/** @file cajal/methods/language-model-client: language models behind OpenAI's API, for all methods that ask one. */

export type { CacheStorage } from "./cache.ts";
export { canonicalJson } from "./cache-key.ts";
export type { ChatOptions, ChatReply, ImagePart, Message, TextPart, Usage } from "./chat.ts";
export { type LlmClient, type LlmClientOptions, llmClient } from "./client.ts";
export { type Clock, systemClock, VirtualClock } from "./clock.ts";
export { type JournalStorage, memoryJournal } from "./journal.ts";
export type { Budget, PriceTable, Totals } from "./ledger.ts";
export { type MockEndpoint, type MockResponse, mockEndpoint } from "./mock/endpoint.ts";
export type { MockAnswer, MockCall, Rule, Scenario } from "./mock/scenario.ts";
