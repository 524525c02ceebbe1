/** @file Files of data sets over HTTP, for what a browser computes itself. */

import { Hono } from "hono";
import { findData } from "../../data/index.ts";
import { CajalError } from "../../graph/index.ts";
import { dataSource } from "../data-source.ts";

export function dataRoutes(): Hono {
  const app = new Hono();
  const data = dataSource();

  app.get("/:set/:path{.+}", async (c) => {
    const { set, path } = c.req.param();
    // Only what the registry names, so that no address leads to another file.
    const { files } = findData(set);
    if (!Object.hasOwn(files, path)) throw new CajalError("file-missing", `"${set}" has no file "${path}"`);
    // A file of the registry is always the same: a browser that has it asks whether the registry still means it, and no more.
    const tag = `"${files[path]}"`;
    c.header("ETag", tag);
    c.header("Cache-Control", "private, no-cache");
    if (c.req.header("if-none-match") === tag) return c.body(null, 304);
    return c.body((await data.file(set, path)) as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": "application/octet-stream",
    });
  });

  return app;
}
