/** @file HumanEval's programming tasks and GSM8K's word problems: the set "code-tasks". */

import { CajalError } from "../graph/index.ts";
import type { Split } from "./data-entry.ts";
import { type DataSource, unpacked } from "./source.ts";

/** A function in Python that shall be written. */
export interface CodeTask {
  /** "HumanEval/0" */
  readonly name: string;
  /** Imports, the function's head and what it shall do. */
  readonly prompt: string;
  /** The function's body. */
  readonly solution: string;
}

export interface WordProblem {
  readonly question: string;
  /** Steps with their sums in <<…>>, and the result behind ####. */
  readonly answer: string;
}

/** The 164 tasks of HumanEval. @throws CajalError `bad-file`, or as the source */
export async function loadCodeTasks(source: DataSource): Promise<CodeTask[]> {
  const lines = await jsonLines(source, "HumanEval.jsonl.gz", ["task_id", "prompt", "canonical_solution"]);
  return lines.map(([name, prompt, solution]) => ({ name, prompt, solution }));
}

/** GSM8K: 7,473 problems for training, 1,319 for testing. @throws CajalError `bad-file`, or as the source */
export async function loadWordProblems(source: DataSource, split: Split): Promise<WordProblem[]> {
  const lines = await jsonLines(source, `gsm8k.${split}.jsonl.gz`, ["question", "answer"]);
  return lines.map(([question, answer]) => ({ question, answer }));
}

/** The texts of these fields, of each line. */
async function jsonLines(source: DataSource, path: string, fields: readonly string[]): Promise<string[][]> {
  const text = new TextDecoder().decode(await unpacked(source, "code-tasks", path));
  return text
    .trimEnd()
    .split("\n")
    .map((line, i) => {
      const fail = () =>
        new CajalError("bad-file", `code-tasks/${path}: line ${i + 1} does not have ${fields.join(", ")}`);
      let parsed: unknown;
      try {
        parsed = JSON.parse(line);
      } catch {
        throw fail();
      }
      const found: Partial<Record<string, unknown>> =
        typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
      return fields.map((field) => {
        const value = found[field];
        if (typeof value !== "string") throw fail();
        return value;
      });
    });
}
