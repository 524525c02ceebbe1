/** @file An experiment over its seeds. Runs that are there already, of the same code and options, are gone on with or taken as they are. */

import { completeOptions, type Method } from "../../methods/index.ts";
import { drawFigures } from "./draw.ts";
import { environment } from "./environment.ts";
import { createRun, type Executed, type ExecuteOptions, execute } from "./execute.ts";
import { listRuns, type RunFolder } from "./folder.ts";
import { type Result, resultOf } from "./results.ts";

export interface ReproduceOptions extends ExecuteOptions {
  /** Where runs are kept. */
  readonly root: string;
  /** Default: the method's. */
  readonly seeds?: readonly number[];
  /** Options of the experiment that are not its defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Told before each seed. */
  readonly onSeed?: (seed: number, folder: RunFolder) => void;
}

export interface Reproduced {
  readonly result: Result;
  /** SVG of the first seed's figures, by name. */
  readonly drawings: ReadonlyMap<string, string>;
}

export async function reproduce(method: Method, settings: ReproduceOptions): Promise<Reproduced> {
  const { root, seeds = method.seeds ?? [1, 2, 3], options = {}, onSeed } = settings;
  const runs: Executed[] = [];
  for (const seed of seeds) {
    const folder = (await findLike(root, method, options, seed)) ?? (await createRun(root, method, options, seed));
    onSeed?.(seed, folder);
    runs.push(await execute(folder, method, settings));
  }
  const [{ folder, findings }] = runs;
  const figures = await drawFigures(folder, findings.figures);
  return {
    result: resultOf(
      method,
      runs,
      figures.map(({ name, title, caption }) => ({ name, ...(title !== undefined && { title }), caption })),
    ),
    drawings: new Map(figures.map(({ name, svg }) => [name, svg])),
  };
}

/** The newest run that would compute the same. */
async function findLike(
  root: string,
  method: Method,
  options: Readonly<Record<string, unknown>>,
  seed: number,
): Promise<RunFolder | undefined> {
  const wanted = JSON.stringify(completeOptions(method, options));
  const { code } = await environment();
  const like = (await listRuns(root)).find(
    ({ record }) =>
      record.method === method.slug &&
      record.seed === seed &&
      record.environment.code === code &&
      record.state !== "failed" &&
      JSON.stringify(record.options) === wanted,
  );
  return like?.folder;
}
