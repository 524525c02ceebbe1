/** @file What a report on runs of a method holds: plain data, drawn by `renderRunReport`. */

/** A run, or runs of one method with the same options and different seeds. */
export interface RunReport {
  readonly method: {
    readonly slug: string;
    readonly family: string;
    /** Of the paper. */
    readonly title: string;
    readonly authors: string;
    readonly year: number;
    readonly venue?: string;
    readonly arxiv?: string;
    readonly doi?: string;
    /** The address of the authors' own code. */
    readonly code?: string;
    /** What a user gets of it: one sentence. */
    readonly summary: string;
  };
  readonly state: "finished" | "failed" | "interrupted" | "running";
  /** Why it failed. */
  readonly error?: string;
  readonly seeds: readonly number[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly bars: readonly ReportBar[];
  readonly metrics: readonly ReportMetric[];
  readonly curves: readonly ReportCurve[];
  readonly figures: readonly ReportFigure[];
  readonly tables: readonly ReportTable[];
  /** Versions and the machine. */
  readonly environment: Readonly<Record<string, string>>;
  /** All seeds together. */
  readonly seconds: number;
  readonly log: readonly string[];
  /** What the reader must know to trust the figures. */
  readonly notes?: readonly string[];
  /** The command that makes the same run. */
  readonly command?: string;
  /** ISO 8601. */
  readonly created?: string;
  readonly version?: string;
}

/** What a metric must reach, and whether it did. */
export interface ReportBar {
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly over?: "mean" | "every seed";
  /** The paper's own figure. */
  readonly paper?: number | string;
  readonly note?: string;
  /** What is held against the bar; missing when it was not found. null is no number. */
  readonly reached?: number | null;
  readonly met?: boolean;
}

export interface ReportMetric {
  readonly name: string;
  readonly unit?: string;
  /** By seed, in the order of the seeds; null is no number. */
  readonly values: readonly (number | null)[];
}

/** A metric over steps. Curves of one name are drawn together, one line per seed. */
export interface ReportCurve {
  readonly name: string;
  readonly unit?: string;
  readonly points: readonly (readonly [step: number, value: number])[];
  readonly seed?: number;
}

export interface ReportFigure {
  readonly name: string;
  /** By `renderFigure`. */
  readonly svg: string;
  readonly caption: string;
  /** Written above figures that were drawn without a title. */
  readonly title?: string;
}

export interface ReportTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly caption?: string;
}
