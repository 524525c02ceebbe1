/** @file Checks of what comes in: each names the figure and the field. */

import { CajalError } from "../../graph/error.ts";

/** Where in which figure. */
export interface Field {
  readonly figure: string;
  /** "marks[1].y"; empty for the figure itself. */
  readonly path: string;
}

/** A field within a field: `within(marks, 1)` is `marks[1]`. */
export function within({ figure, path }: Field, key: string | number): Field {
  if (typeof key === "number") return { figure, path: `${path}[${key}]` };
  return { figure, path: path ? `${path}.${key}` : key };
}

/** The error of a field. @throws nothing: it is for the caller to throw */
export function complaint({ figure, path }: Field, what: string, advice?: string): CajalError {
  return new CajalError("argument", `figure "${figure}": ${path ? `${path}: ` : ""}${what}`, advice ? { advice } : {});
}

export function checkNumber(field: Field, value: unknown): asserts value is number {
  if (typeof value !== "number")
    throw complaint(field, `expected a number, got ${JSON.stringify(value) ?? String(value)}`);
  if (!Number.isFinite(value))
    throw complaint(field, `${value} cannot be drawn`, "null stands for no value, where a field may have none.");
}

/** A whole number of at least 1. */
export function checkCount(field: Field, value: unknown): void {
  if (!Number.isInteger(value) || Number(value) < 1)
    throw complaint(field, `expected a whole number from 1, got ${value}`);
}

export function checkText(field: Field, value: unknown): void {
  if (typeof value !== "string" || value.trim() === "") throw complaint(field, "expected a text that is not empty");
}

/** At least one entry. */
export function checkList(field: Field, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value))
    throw complaint(field, "expected an array", "Typed arrays are no JSON: Array.from makes them arrays.");
  if (value.length === 0) throw complaint(field, "there is nothing in it");
}

export function checkNumbers(field: Field, values: unknown, length?: number): void {
  checkList(field, values);
  if (length !== undefined && values.length !== length)
    throw complaint(field, `${values.length} numbers, expected ${length}`);
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) checkNumber(within(field, i), value);
  });
}

/** From a number to a larger one; undefined is fine. */
export function checkRange(field: Field, range: readonly unknown[] | undefined): void {
  if (range === undefined) return;
  checkNumbers(field, range, 2);
  if (!(Number(range[0]) < Number(range[1]))) throw complaint(field, `[${range}] does not grow`);
}

/** One of some words; undefined is fine. */
export function checkWord(field: Field, value: unknown, words: readonly string[]): void {
  if (value !== undefined && !words.some((word) => word === value))
    throw complaint(field, `${JSON.stringify(value)} is not known`, `Known: ${words.join(", ")}.`);
}
