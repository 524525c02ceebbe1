/** @file Runs over HTTP: list, begin, follow, stop, go on, delete; their figures and files. */

import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { CajalError } from "../../graph/index.ts";
import { findingsOf, loadMethod } from "../../methods/index.ts";
import { exists } from "../data-source.ts";
import { readBytes } from "../files.ts";
import { drawFigures } from "../runs/draw.ts";
import { readEvents } from "../runs/events.ts";
import { createRun } from "../runs/execute.ts";
import { listRuns, RunFolder, stateOf } from "../runs/folder.ts";
import type { RunRecord } from "../runs/record.ts";
import { followRun, runningIf } from "./follow-run.ts";
import { Launcher } from "./launch.ts";
import { readBody } from "./read-body.ts";

const begin = z.strictObject({
  method: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
  seed: z.number().int().min(0).default(1),
});

/** @param root where runs are kept */
export function runsRoutes(root: string): Hono {
  const app = new Hono();
  const launcher = new Launcher(root);
  const seen = (record: RunRecord) => runningIf(launcher.isStarting(record.id), record);

  app.get("/", async (c) => c.json((await listRuns(root)).map(({ record }) => seen(record))));

  app.post("/", async (c) => {
    const { method: slug, options, seed } = await readBody(c, begin);
    const folder = await createRun(root, await loadMethod(slug), options, seed);
    const id = basename(folder.path);
    launcher.launch(id, folder);
    return c.json(seen(await stateOf(folder)), 201);
  });

  app.get("/:id", async (c) => {
    const folder = await runOf(root, c.req.param("id"));
    const record = seen(await stateOf(folder));
    const events = await readEvents(folder.events);
    return c.json({ ...record, ...findingsOf(events) });
  });

  app.get("/:id/events", async (c) => {
    const id = c.req.param("id");
    const folder = await runOf(root, id);
    const from = Number(c.req.header("last-event-id") ?? c.req.query("from") ?? 0);
    if (!Number.isInteger(from) || from < 0)
      throw new CajalError("argument", `events from "${c.req.query("from")}": not a place in a file`);
    return streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      for await (const news of followRun(folder, from, gone.signal, () => launcher.isStarting(id))) {
        const data = news.type === "event" ? news.line : JSON.stringify(news.record);
        await stream.writeSSE({ id: String(news.at), event: news.type, data });
      }
      await stream.writeSSE({ event: "end", data: "" });
    });
  });

  app.post("/:id/cancel", async (c) => {
    const id = c.req.param("id");
    await launcher.cancel(id, await runOf(root, id));
    return c.body(null, 204);
  });

  app.post("/:id/resume", async (c) => {
    const id = c.req.param("id");
    const folder = await runOf(root, id);
    const { state } = seen(await stateOf(folder));
    if (state === "running" || state === "finished") throw new CajalError("in-use", `${id} is ${state}`);
    launcher.launch(id, folder);
    return c.json(seen(await stateOf(folder)));
  });

  app.delete("/:id", async (c) => {
    const id = c.req.param("id");
    const folder = await runOf(root, id);
    if (seen(await stateOf(folder)).state === "running")
      throw new CajalError("in-use", `${id} is running`, { advice: "Cancel it first." });
    await rm(folder.path, { recursive: true });
    return c.body(null, 204);
  });

  app.get("/:id/figures/:file", async (c) => {
    const folder = await runOf(root, c.req.param("id"));
    const [, name, ending] = /^(.*)\.(svg|json)$/s.exec(c.req.param("file")) ?? [];
    if (name === undefined || !(await exists(folder.figure(name, "json")))) throw missing(c.req.param("file"));
    if (ending === "json") return fileOf(folder.figure(name, "json"), "application/json");
    const [{ svg }] = await drawFigures(folder, [name]);
    return c.body(svg, 200, { "Content-Type": "image/svg+xml" });
  });

  app.get("/:id/artifacts/:file", async (c) => {
    const folder = await runOf(root, c.req.param("id"));
    c.header("Content-Disposition", "attachment");
    return fileOf(folder.artifact(c.req.param("file")), "application/octet-stream");
  });

  return app;
}

/** A run in the root itself: no name leads out of it. @throws CajalError `file-missing` */
async function runOf(root: string, id: string): Promise<RunFolder> {
  const names: string[] = await readdir(root).catch(() => []);
  const folder = new RunFolder(join(root, id));
  if (names.includes(id) && (await exists(folder.record))) return folder;
  throw new CajalError("file-missing", `there is no run "${id}"`);
}

const missing = (name: string) => new CajalError("file-missing", `there is no file "${name}"`);

async function fileOf(path: string, type: string): Promise<Response> {
  if (!(await exists(path))) throw missing(basename(path));
  return new Response(new Uint8Array(await readBytes(path)), { headers: { "Content-Type": type } });
}
