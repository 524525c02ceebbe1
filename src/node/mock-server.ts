/** @file A mock of an OpenAI-compatible endpoint, over real HTTP on this machine. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type MockCall, mockEndpoint, type Scenario } from "../methods/language-model-client/index.ts";

export interface MockServer {
  /** The base URL for clients: "http://127.0.0.1:…/v1". */
  readonly url: string;
  /** Calls that were let in, in the order of their coming. It grows. */
  readonly log: readonly MockCall[];
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Serves POST /v1/chat/completions (JSON and server-sent events) and GET /v1/models on a free port of 127.0.0.1. */
export async function mockServer(scenario: Scenario): Promise<MockServer> {
  const endpoint = mockEndpoint(scenario);
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const { status, headers: sent, body, fault } = await endpoint.respond(method, url, headers, await bodyOf(request));
    const bytes = Buffer.from(body);
    if (fault === "reset") {
      request.socket.resetAndDestroy();
      return;
    }
    response.writeHead(status, { ...sent, ...(fault === "truncated" ? { "content-length": bytes.length } : {}) });
    if (fault === "truncated") response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
    else for (const event of body.split(/(?<=\n\n)/)) response.write(event);
    if (fault === undefined) response.end();
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // A TCP server's address is an object, a string only for pipes.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    log: endpoint.log,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
