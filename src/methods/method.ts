/** @file What a method is: a published idea with options, an experiment and the figures that the experiment must reach. */

import type { z } from "zod";
import { CajalError } from "../graph/index.ts";
import type { Family } from "./families.ts";
import type { Run } from "./run.ts";

export interface Paper {
  readonly title: string;
  /** "S. Liu, T. Chen, …" */
  readonly authors: string;
  readonly year: number;
  readonly venue?: string;
  readonly arxiv?: string;
  readonly doi?: string;
  /** Where the authors' own code is. */
  readonly code?: string;
}

/** What a metric must reach. */
export interface Bar {
  /** The name of a metric of the experiment. */
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What is held against the bar: the mean over seeds (default), or the value of every seed. */
  readonly over?: "mean" | "every seed";
  /** The paper's own figure, as it stands there. */
  readonly paper?: number | string;
  /** Why it falls short, when it does, with what was measured; or how the figure is to be read. */
  readonly note?: string;
}

export interface Method {
  /** Lower-case words with hyphens: the folder's name. */
  readonly slug: string;
  readonly family: Family;
  readonly paper: Paper;
  /** One sentence: what a user gets of it. */
  readonly summary: string;
  /** Every option with a default and a description: from them come the command's flags and the form of the studio. */
  readonly options: z.ZodObject;
  /** Options of an experiment that takes seconds: it shows that all works, and reaches no bar. */
  readonly quick: Readonly<Record<string, unknown>>;
  /** Seeds of `cajal reproduce`. Default 1, 2, 3. */
  readonly seeds?: readonly number[];
  /** Data sets that the experiment reads, by name. */
  readonly data?: readonly string[];
  readonly bars: readonly Bar[];
  /** The experiment. All that it finds goes to the run; it reads no clock and no randomness but the run's. */
  run(options: Record<string, unknown>, run: Run): Promise<void>;
}

interface Definition<O extends z.ZodObject> extends Omit<Method, "options" | "quick" | "run"> {
  readonly options: O;
  readonly quick: Readonly<Partial<z.input<O>>>;
  run(options: z.output<O>, run: Run): Promise<void>;
}

/** What every run has: their flags are taken. */
const reserved = new Set(["seed", "device", "quick", "runs", "json", "help"]);

/** @throws CajalError `argument` when the definition contradicts itself */
export function defineMethod<O extends z.ZodObject>(definition: Definition<O>): Method {
  const { slug, options, quick, bars } = definition;
  const fail = (what: string) => new CajalError("argument", `defineMethod ${JSON.stringify(slug)}: ${what}`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) throw fail("a slug is lower-case words with hyphens");
  const taken = Object.keys(options.shape).find((name) => reserved.has(name));
  if (taken !== undefined) throw fail(`the option "${taken}" would hide one that every run has`);
  for (const [name, schema] of Object.entries(options.shape)) {
    if (!schema.safeParse(undefined).success) throw fail(`the option "${name}" has no default`);
    if (!schema.description) throw fail(`the option "${name}" has no description`);
  }
  const checked = options.strict().safeParse(quick);
  if (!checked.success) throw fail(`quick: ${checked.error.issues[0].message}`);
  for (const { metric, atLeast, atMost } of bars)
    if (atLeast === undefined && atMost === undefined) throw fail(`the bar "${metric}" asks for nothing`);
  return definition as unknown as Method;
}
