/** @file Files of data sets over HTTP, for experiments that run in a browser. */

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
    if (!Object.hasOwn(findData(set).files, path))
      throw new CajalError("file-missing", `"${set}" has no file "${path}"`);
    return c.body((await data.file(set, path)) as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": "application/octet-stream",
    });
  });

  return app;
}
