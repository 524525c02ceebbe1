/** @file Columns of the rows of marks. */

import type { Cell, Mark, Row } from "../figure.ts";

export const isRow = (entry: Row | number): entry is Row => typeof entry === "object" && entry !== null;

/** The values of a mark's column; undefined where the name is no column of it. */
export function columnOf({ data }: Mark, name: unknown): Cell[] | undefined {
  if (typeof name !== "string") return undefined;
  const rows = data.filter(isRow);
  if (!rows.some((row) => Object.hasOwn(row, name))) return undefined;
  return rows.map((row) => (Object.hasOwn(row, name) ? (row[name] ?? null) : null));
}

/** The columns behind some channels of all marks. */
export function columnsOf(marks: readonly Mark[], channels: readonly string[]): Cell[][] {
  return marks.flatMap((mark) => channels.flatMap((channel) => [columnOf(mark, mark[channel]) ?? []]));
}

/** Different values in the order in which they come; null is none. */
export function distinct(columns: Iterable<readonly Cell[]>): NonNullable<Cell>[] {
  const seen = new Set<NonNullable<Cell>>();
  for (const column of columns) for (const value of column) if (value !== null) seen.add(value);
  return [...seen];
}

/** Whether every mark that takes its colour from a column has that very column on the channel, too. */
export function sameColumn(marks: readonly Mark[], channel: string): boolean {
  const coloured = marks.flatMap((mark) =>
    [mark.fill, mark.stroke].filter((name) => columnOf(mark, name)).map((name) => name === mark[channel]),
  );
  return coloured.length > 0 && coloured.every(Boolean);
}
