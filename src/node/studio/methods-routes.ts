/** @file Methods over HTTP: the catalogue, and what a page of one shows. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Hono } from "hono";
import { CajalError } from "../../graph/index.ts";
import { families, loadMethod, methods, optionsOf } from "../../methods/index.ts";
import { fileName } from "../runs/folder.ts";
import { committedResults, type Result, readResults } from "../runs/results.ts";

export function methodsRoutes(): Hono {
  const app = new Hono();

  app.get("/", async (c) => {
    const results = await readResults(committedResults);
    return c.json({
      families,
      methods: Object.entries(methods).map(([slug, { title, family }]) => ({
        slug,
        family,
        title,
        ...standing(results.get(slug)),
      })),
    });
  });

  app.get("/:slug", async (c) => {
    const { slug, family, paper, summary, data = [], bars, ...method } = await loadMethod(c.req.param("slug"));
    const results = (await readResults(committedResults)).get(slug);
    return c.json({
      slug,
      family,
      title: methods[slug].title,
      paper,
      summary,
      data,
      bars,
      options: optionsOf(method),
      quick: method.quick,
      results: results ?? null,
    });
  });

  app.get("/:slug/figures/:file", async (c) => {
    const slug = c.req.param("slug");
    const known = (await readResults(committedResults)).get(slug)?.figures ?? [];
    const name = c.req.param("file").replace(/\.svg$/, "");
    if (!known.some((figure) => figure.name === name))
      throw new CajalError("file-missing", `${slug} has no figure "${name}"`);
    return c.body(await readFile(join(committedResults, slug, `${fileName(name)}.svg`)), 200, {
      "Content-Type": "image/svg+xml",
    });
  });

  return app;
}

function standing(result: Result | undefined) {
  if (result === undefined) return {};
  return {
    ...(result.figures.length > 0 && { figure: result.figures[0].name }),
    bars: result.bars.length,
    met: result.bars.filter(({ met }) => met).length,
  };
}
