/** What the server says and is asked. */

export interface MethodInList {
  readonly slug: string;
  readonly family: string;
  readonly title: string;
  readonly bars?: number;
  readonly met?: number;
  readonly figure?: string;
}

export interface Catalogue {
  readonly families: readonly string[];
  readonly methods: readonly MethodInList[];
}

export interface Bar {
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly over?: string;
  readonly paper?: number | string;
  readonly note?: string;
  readonly reached?: number | null;
  readonly met?: boolean;
}

export interface MethodOption {
  readonly name: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface DataTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  readonly caption?: string;
}

export interface Method {
  readonly slug: string;
  readonly family: string;
  readonly title: string;
  readonly summary: string;
  readonly paper: {
    readonly title: string;
    readonly authors: string;
    readonly year: number;
    readonly venue?: string;
    readonly arxiv?: string;
    readonly doi?: string;
    readonly code?: string;
  };
  readonly data: readonly string[];
  readonly bars: readonly Bar[];
  readonly options: readonly MethodOption[];
  readonly quick: Readonly<Record<string, unknown>>;
  readonly results: null | {
    readonly seeds: readonly number[];
    readonly seconds: readonly number[];
    readonly bars: readonly Bar[];
    readonly figures: readonly { readonly name: string; readonly title?: string; readonly caption: string }[];
    readonly environment: Readonly<Record<string, string>>;
  };
}

export type RunState = "running" | "finished" | "failed" | "interrupted";

export interface RunRecord {
  readonly id: string;
  readonly method: string;
  readonly seed: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: RunState;
  readonly started: string;
  readonly finished?: string;
  readonly seconds: number;
  readonly error?: { readonly code: string; readonly message: string };
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
export const runs = () => read<RunRecord[]>("/runs");
export const runRecord = (id: string) => read<RunRecord>(`/runs/${encodeURIComponent(id)}`);

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

export const runFile = (id: string, kind: "figures" | "artifacts", name: string) =>
  `/api/runs/${encodeURIComponent(id)}/${kind}/${encodeURIComponent(name)}`;
export const methodFigure = (slug: string, name: string) =>
  `/api/methods/${encodeURIComponent(slug)}/figures/${encodeURIComponent(name)}.svg`;
