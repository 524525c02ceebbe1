/** What the server says and is asked. */

import type { Family } from "../../src/methods/families.ts";
import type { Bar, MethodOption, Paper } from "../../src/methods/index.ts";
import type { Findings } from "../../src/methods/runs/findings.ts";
import type { RunRecord } from "../../src/node/runs/record.ts";
import type { Result } from "../../src/node/runs/results.ts";
import type { ModelInList } from "../../src/node/studio/models-routes.ts";

export interface MethodInList {
  readonly slug: string;
  readonly family: Family;
  readonly title: string;
  /** The name of its first figure. */
  readonly figure?: string;
  readonly bars?: number;
  readonly met?: number;
}

export interface Catalogue {
  readonly families: readonly Family[];
  readonly methods: readonly MethodInList[];
}

export interface Method {
  readonly slug: string;
  readonly family: string;
  readonly title: string;
  readonly summary: string;
  readonly paper: Paper;
  readonly data: readonly string[];
  readonly bars: readonly Bar[];
  readonly options: readonly MethodOption[];
  readonly quick: Readonly<Record<string, unknown>>;
  readonly results: Result | null;
}

/** What went wrong, in the server's words. */
export class ApiError extends Error {
  readonly advice: string | undefined;

  constructor(message: string, advice?: string) {
    super(message);
    this.advice = advice;
  }
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(`/api${path}`, init).catch(() => {
    throw new ApiError("The studio's server does not answer.", "Is `cajal studio` still running?");
  });
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({ error: { message: response.statusText } }));
  throw new ApiError(error.message, error.advice);
}

const read = async <T>(path: string): Promise<T> => (await ask(path)).json();

export const catalogue = () => read<Catalogue>("/methods");
export const method = (slug: string) => read<Method>(`/methods/${encodeURIComponent(slug)}`);
export const models = () => read<ModelInList[]>("/models");
export const modelFile = async (id: string, file: string) =>
  new Uint8Array(
    await (await ask(`/models/${encodeURIComponent(id)}/files/${encodeURIComponent(file)}`)).arrayBuffer(),
  );
export const runs = () => read<RunRecord[]>("/runs");
export const run = (id: string) => read<RunRecord & Findings>(`/runs/${encodeURIComponent(id)}`);

export async function begin(
  slug: string,
  options: Readonly<Record<string, unknown>>,
  seed: number,
): Promise<RunRecord> {
  const body = JSON.stringify({ method: slug, options, seed });
  return (await ask("/runs", { method: "POST", body })).json();
}

export const cancel = (id: string) => ask(`/runs/${encodeURIComponent(id)}/cancel`, { method: "POST" });
export const resume = (id: string) => ask(`/runs/${encodeURIComponent(id)}/resume`, { method: "POST" });
export const remove = (id: string) => ask(`/runs/${encodeURIComponent(id)}`, { method: "DELETE" });

/** @param path with /api in front */
export const readText = async (path: string) => (await ask(path.replace(/^\/api/, ""))).text();

export const runFile = (id: string, kind: "figures" | "artifacts", name: string) =>
  `/api/runs/${encodeURIComponent(id)}/${kind}/${encodeURIComponent(name)}`;
export const methodFigure = (slug: string, name: string) =>
  `/api/methods/${encodeURIComponent(slug)}/figures/${encodeURIComponent(name)}.svg`;
