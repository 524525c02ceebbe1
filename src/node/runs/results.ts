/** @file The result of an experiment over its seeds: results/<slug>.json, committed, from which lists, pages and figures are made. */

import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { CajalError } from "../../graph/index.ts";
import { judge, type Method, measured } from "../../methods/index.ts";
import { readBytes, writeWhole } from "../files.ts";
import type { Executed } from "./execute.ts";
import { fileName } from "./folder.ts";

/** JSON has no NaN: null. */
const numberOrNot = z.number().nullable();

const table = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  caption: z.string().optional(),
});

const result = z.object({
  method: z.string(),
  family: z.string(),
  options: z.record(z.string(), z.unknown()),
  seeds: z.array(z.number()),
  bars: z.array(
    z.object({
      metric: z.string(),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
      over: z.enum(["mean", "every seed"]).optional(),
      paper: z.union([z.number(), z.string()]).optional(),
      note: z.string().optional(),
      reached: numberOrNot.optional(),
      met: z.boolean(),
    }),
  ),
  metrics: z.array(
    z.object({
      name: z.string(),
      unit: z.string().optional(),
      values: z.array(numberOrNot),
      mean: numberOrNot,
      deviation: numberOrNot,
    }),
  ),
  /** Of the first seed. */
  tables: z.array(table),
  /** Names, of the first seed: drawn in results/<slug>/. */
  figures: z.array(z.object({ name: z.string(), title: z.string().optional(), caption: z.string() })),
  /** By seed. */
  seconds: z.array(z.number()),
  environment: z.record(z.string(), z.string()),
});

export type Result = z.output<typeof result>;

/** What runs of one method with the same options found, one for each seed. */
export function resultOf(method: Method, runs: readonly Executed[], figures: Result["figures"]): Result {
  const [first] = runs;
  const names = new Set(runs.flatMap(({ findings }) => findings.metrics.map(({ name }) => name)));
  const metrics = [...names].map((name) => {
    const found = runs.map(({ findings }) => findings.metrics.find((metric) => metric.name === name));
    return measured(
      name,
      found.map((metric) => metric?.value ?? Number.NaN),
      found[0]?.unit,
    );
  });
  const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
  return {
    method: method.slug,
    family: method.family,
    options: first.record.options,
    seeds: runs.map(({ record }) => record.seed),
    bars: judge(method.bars, metrics).map((bar) => ({
      ...bar,
      ...(bar.reached !== undefined && { reached: short(bar.reached) }),
    })),
    metrics: metrics.map((metric) => ({
      ...metric,
      values: metric.values.map(short),
      mean: short(metric.mean),
      deviation: short(metric.deviation),
    })),
    tables: first.findings.tables.map(({ columns, rows, ...rest }) => ({
      ...rest,
      columns: [...columns],
      rows: rows.map((row) => [...row]),
    })),
    figures,
    seconds: runs.map(({ record }) => Math.round(record.seconds)),
    environment: first.record.environment,
  };
}

/** The folder of the results that come with the package. */
export const committedResults = fileURLToPath(new URL("../../../results", import.meta.url));

/** @param drawings SVG by name of the figure */
export async function writeResult(
  folder: string,
  content: Result,
  drawings: ReadonlyMap<string, string>,
): Promise<void> {
  const pictures = join(folder, content.method);
  await rm(pictures, { recursive: true, force: true });
  if (drawings.size > 0) await mkdir(pictures, { recursive: true });
  for (const [name, svg] of drawings) await writeWhole(join(pictures, `${fileName(name)}.svg`), [svg]);
  await writeWhole(join(folder, `${content.method}.json`), [`${JSON.stringify(content, null, 2)}\n`]);
}

/** All results there are, by slug. @throws CajalError `bad-file` naming the file */
export async function readResults(folder: string): Promise<Map<string, Result>> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json"));
  const results = new Map<string, Result>();
  for (const name of names) {
    const path = join(folder, name);
    let content: unknown;
    try {
      content = JSON.parse(new TextDecoder().decode(await readBytes(path)));
    } catch (cause) {
      throw new CajalError("bad-file", `${path} is not JSON`, { cause });
    }
    const parsed = result.safeParse(content);
    if (!parsed.success)
      throw new CajalError(
        "bad-file",
        `${path} is no result of an experiment: ${parsed.error.issues[0].path.join(".")}: ${parsed.error.issues[0].message}`,
      );
    results.set(parsed.data.method, parsed.data);
  }
  return results;
}
