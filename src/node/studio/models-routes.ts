/** @file Models over HTTP: those that this machine has, as files that a page opens. */

import { stat } from "node:fs/promises";
import { basename, join, parse } from "node:path";
import { Hono } from "hono";
import { type PreprocessName, registry } from "../../data/index.ts";
import { CajalError } from "../../graph/index.ts";
import { preprocessOf } from "../data-sets.ts";
import { exists, placesOf } from "../data-source.ts";
import { assetsFolder } from "../folders.ts";
import { open } from "../open.ts";

export interface ModelInList {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly bytes: number;
  readonly preprocess?: PreprocessName;
}

interface Found extends ModelInList {
  readonly path: string;
}

/** @param opened files that the studio was opened with */
export function modelsRoutes(opened: readonly string[]): Hono {
  const app = new Hono();

  app.get("/", async (c) => c.json((await findModels(opened)).map(({ path: _path, ...model }) => model)));

  app.get("/:id/file", async (c) => {
    const id = c.req.param("id");
    const found = (await findModels(opened)).find((model) => model.id === id);
    if (found === undefined) throw new CajalError("file-missing", `there is no model "${id}"`);
    // Opened here, so that weights in files beside it come along, and no others.
    const model = await open(found.path, { reads: "pictures" });
    return c.body(model.bytes() as Uint8Array<ArrayBuffer>, 200, { "Content-Type": "application/octet-stream" });
  });

  return app;
}

/** The name by which the studio knows a file that it was opened with. */
export const idOf = (path: string): string => basename(path);

async function findModels(opened: readonly string[]): Promise<Found[]> {
  const own = opened.map(async (path) => {
    const preprocess = await preprocessOf(path);
    return {
      path,
      id: idOf(path),
      name: basename(path),
      about: "opened from this machine",
      ...(preprocess && { preprocess }),
    };
  });
  const known = Object.entries(registry).flatMap(([set, entry]) =>
    entry.kind !== "models"
      ? []
      : Object.keys(entry.files).map(async (file) => {
          const { name } = parse(file);
          const path = await firstThere(placesOf(set, file));
          return path === undefined
            ? undefined
            : { path, id: name, name, about: entry.title, preprocess: entry.preprocess };
        }),
  );
  const embedded = {
    path: join(assetsFolder, "scene-network.onnx"),
    id: "scene-network",
    name: "scene-network",
    about: "a small network on rendered scenes, some of whose neurons are known",
  };
  const all = [...(await Promise.all(own)), embedded, ...(await Promise.all(known))].filter(
    (model) => model !== undefined,
  );
  return Promise.all(all.map(async (model) => ({ ...model, bytes: (await stat(model.path)).size })));
}

async function firstThere(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}
