/** @file The studio as an application: what it answers to which request, wherever it runs. */

import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CajalError, type ErrorCode } from "../../graph/index.ts";
import { exists } from "../data-source.ts";
import { dataRoutes } from "./data-routes.ts";
import { type GuardOptions, guard } from "./guard.ts";
import { methodsRoutes } from "./methods-routes.ts";
import { modelsRoutes } from "./models-routes.ts";
import { runsRoutes } from "./runs-routes.ts";

export interface StudioOptions extends GuardOptions {
  /** Where runs are kept. */
  readonly runs: string;
  /** Models to show beside those that are known. */
  readonly models?: readonly string[];
  /** Where the built pages are. Default: the package's own. */
  readonly pages?: string;
}

const builtPages = fileURLToPath(new URL("../../../dist/studio", import.meta.url));
const requestBytes = 1 << 20;

const statusOf: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  argument: 400,
  "bad-file": 400,
  "not-permitted": 403,
  "file-missing": 404,
  "unknown-method": 404,
  "in-use": 409,
  "disk-full": 507,
};

export function studioApp({ runs, models = [], pages = builtPages, ...access }: StudioOptions): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (!(error instanceof CajalError)) {
      process.stderr.write(`${error.stack ?? error}\n`);
      return c.json({ error: { code: "defect", message: "this is a defect of Cajal; its terminal says more" } }, 500);
    }
    const { code, message, advice } = error;
    return c.json({ error: { code, message, ...(advice && { advice }) } }, statusOf[code] ?? 500);
  });
  app.use(guard(access));
  app.use(
    "/api/*",
    bodyLimit({
      maxSize: requestBytes,
      onError: (c) => c.json({ error: { code: "argument", message: "a request of more than 1 MiB" } }, 413),
    }),
  );
  app.route("/api/data", dataRoutes());
  app.route("/api/methods", methodsRoutes());
  app.route("/api/models", modelsRoutes(models));
  app.route("/api/runs", runsRoutes(runs));
  app.all("/api/*", () => {
    throw new CajalError("file-missing", "there is nothing at this address");
  });
  app.get("*", (c) => page(c, pages));
  return app;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/** A built file by its plain name; any other address is a page of the app, which finds its way from there. */
async function page(c: Context, pages: string): Promise<Response> {
  const asset = /^\/(assets\/[\w.-]+|[\w-]+\.\w+)$/.exec(c.req.path)?.[1];
  const path = join(pages, asset ?? "index.html");
  if (!(await exists(path)))
    throw new CajalError("file-missing", asset ? `there is no file ${asset}` : "the studio's pages were not built", {
      advice: "npm run build:studio builds them.",
    });
  // Names of assets hold a digest of their content.
  c.header("Cache-Control", asset?.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache");
  return c.body(new Uint8Array(await readFile(path)), 200, {
    "Content-Type": types[extname(path)] ?? "application/octet-stream",
  });
}
