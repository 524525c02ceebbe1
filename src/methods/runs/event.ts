/** @file What happens in a run, one event at a time. */

import type { Table } from "../run.ts";

export type RunEvent = { /** Milliseconds since 1970. */ readonly at: number } & (
  | { readonly type: "begin" }
  | { readonly type: "log"; readonly message: string }
  | {
      readonly type: "progress";
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    }
  | {
      readonly type: "metric";
      readonly name: string;
      /** Not finite: as text, "NaN". */
      readonly value: number | string;
      readonly unit?: string;
      readonly step?: number;
    }
  | { readonly type: "table"; readonly name: string; readonly table: Table }
  | { readonly type: "figure"; readonly name: string }
  | { readonly type: "artifact"; readonly name: string }
  | { readonly type: "part"; readonly name: string }
);

type WithoutTime<E> = E extends unknown ? Omit<E, "at"> : never;

/** An event that is yet to be written down with its time. */
export type Happening = WithoutTime<RunEvent>;
