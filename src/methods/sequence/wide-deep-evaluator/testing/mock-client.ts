/** @file A client of a mock endpoint in memory, for tests. */

import {
  type LlmClient,
  type LlmClientOptions,
  llmClient,
  type MockEndpoint,
  mockEndpoint,
  type Rule,
} from "../../../language-model-client/index.ts";

/** One call after the other, so that the endpoint's log has an order. */
export function mockClient(
  rules: readonly Rule[],
  options: Partial<LlmClientOptions> = {},
): { client: LlmClient; endpoint: MockEndpoint } {
  const endpoint = mockEndpoint({ rules });
  const client = llmClient({
    baseURL: "http://mock.test/v1",
    model: "mock",
    concurrency: 1,
    fetch: endpoint.fetch,
    ...options,
  });
  return { client, endpoint };
}
