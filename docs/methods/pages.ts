/** What the pages of methods are made of. Built code is read: npm run docs builds it first. */

import { existsSync, readFileSync } from "node:fs";

interface Result {
  readonly options: Readonly<Record<string, unknown>>;
  readonly seeds: readonly number[];
  readonly bars: readonly {
    readonly metric: string;
    readonly atLeast?: number;
    readonly atMost?: number;
    readonly reached?: number | null;
    readonly met: boolean;
    readonly over?: "mean" | "every seed";
    readonly paper?: number | string;
    readonly note?: string;
  }[];
  readonly metrics: readonly {
    readonly name: string;
    readonly unit?: string;
    readonly mean: number | null;
    readonly deviation: number | null;
    readonly values: readonly (number | null)[];
  }[];
  readonly figures: readonly { readonly name: string; readonly caption: string }[];
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
    readonly caption?: string;
  }[];
  readonly seconds: readonly number[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface Page {
  readonly slug: string;
  readonly family: string;
  readonly title: string;
  readonly readme: URL;
  readonly result: Result | undefined;
}

/** Of the checkout; VitePress bundles this file, so that its own address says nothing. */
const root = new URL(`file://${process.cwd()}/`);

export async function pages(): Promise<Page[]> {
  const { methods } = (await import(new URL("dist/methods/registry.js", root).href)) as {
    methods: Record<string, { family: string; title: string }>;
  };
  return Object.entries(methods).map(([slug, { family, title }]) => {
    const result = new URL(`results/${slug}.json`, root);
    return {
      slug,
      family,
      title,
      readme: new URL(`src/methods/${family}/${slug}/README.md`, root),
      result: existsSync(result) ? JSON.parse(readFileSync(result, "utf8")) : undefined,
    };
  });
}
