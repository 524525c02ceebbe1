/** @file A file server for pages under test. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves folders from loopback; the first that has a file gives it.
 * @param isolated whether pages are cross-origin isolated, so that they may have threads
 */
export async function serve(folders: readonly string[], isolated: boolean): Promise<Server> {
  const read = async (path: string): Promise<Buffer | undefined> => {
    for (const folder of folders) {
      const bytes = await readFile(join(folder, path)).catch(() => undefined);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  };
  const isolation = isolated
    ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
    : {};
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const bytes = await read(path);
    response.writeHead(bytes === undefined ? 404 : 200, {
      "content-type": types[extname(path)] ?? "application/octet-stream",
      ...isolation,
    });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
