/** @file Examples from a table: one line each, one column of them what is to be learned. */

import { dsvFormat } from "d3-dsv";
import { CajalError, Tensor } from "../../../graph/index.ts";
import type { Examples } from "./data-checks.ts";

export interface TableOptions {
  /** The column that is to be learned: numbers, or words for classes. */
  readonly target: string;
  /** Default: all other columns. */
  readonly inputs?: readonly string[];
  /** Default ",". */
  readonly delimiter?: string;
}

export interface TableExamples extends Examples {
  /** Names of the columns of x. */
  readonly columns: readonly string[];
  /** Names of classes, if the target is words: y has their numbers. */
  readonly classes?: readonly string[];
}

/**
 * Reads a CSV file whose first line names the columns. A target of numbers gives y [examples, 1], one of words classes [examples].
 * @throws CajalError `bad-file` for a column that is not there, or a field that is no number
 */
export function examplesFromCsv(text: string, { target, inputs, delimiter = "," }: TableOptions): TableExamples {
  const rows = dsvFormat(delimiter).parse(text);
  const names = rows.columns;
  const columns = inputs ?? names.filter((name) => name !== target);
  for (const name of [target, ...columns])
    if (!names.includes(name))
      throw new CajalError("bad-file", `examplesFromCsv: there is no column "${name}"`, {
        advice: `There are: ${names.slice(0, 12).join(", ")}.`,
      });
  const x = rows.flatMap((row, line) => columns.map((name) => numberOf(row[name], line, name)));
  const examples = { x: Tensor.of(x, [rows.length, columns.length]), columns };
  const answers = rows.map((row) => row[target].trim());
  if (answers.every((answer) => answer !== "" && !Number.isNaN(Number(answer))))
    return { ...examples, y: Tensor.of(answers.map(Number), [rows.length, 1]) };
  const classes = [...new Set(answers)].sort();
  const numbers = answers.map((answer) => classes.indexOf(answer));
  return { ...examples, y: Tensor.of(numbers, [rows.length], "int64"), classes };
}

function numberOf(field: string | undefined, line: number, column: string): number {
  const value = field === undefined || field.trim() === "" ? Number.NaN : Number(field);
  if (!Number.isFinite(value))
    throw new CajalError(
      "bad-file",
      `examplesFromCsv: line ${line + 2}, ${column}: ${JSON.stringify(field ?? "")} is no number`,
      { advice: "Leave out lines with missing fields, and turn words into numbers first." },
    );
  return value;
}
