/** @file Requests for files, along redirects. */

import { CajalError } from "../graph/index.ts";

export interface Asked {
  readonly url: string;
  readonly signal?: AbortSignal | undefined;
  /** Sent to the origin of the URL, and to no other that it leads to. */
  readonly token?: string | undefined;
  /** The error for an answer of such a status, or for none. Default: `network`, with the mirror as advice. */
  readonly refused?: (status: number | undefined, cause?: unknown) => CajalError;
}

/** What a server answers, and what the one that was asked first says of the file, as Hugging Face's does. */
export interface Answer {
  readonly response: Response;
  /** SHA-256 of the file. */
  readonly published: string | undefined;
  /** The commit that it is of. */
  readonly commit: string | undefined;
}

/** Asks for a file, from some byte on; from the first one where the server has nothing from there on. @throws CajalError `network`; the signal's reason */
export async function ask(asked: Asked, from = 0): Promise<Answer> {
  const answer = await follow(asked, "GET", from);
  return answer.response.status === 416 && from > 0 ? ask(asked) : accepted(asked, answer);
}

/** What the server says of a file. Servers that it leads to are not asked. @throws CajalError as `ask` */
export async function inspect(asked: Asked): Promise<Answer> {
  const answer = await follow(asked, "HEAD", 0);
  return leadsTo(answer.response, asked.url) === undefined ? accepted(asked, answer) : answer;
}

function accepted({ url, refused = refusedBy(url) }: Asked, answer: Answer): Answer {
  if (!answer.response.ok) throw refused(answer.response.status);
  return answer;
}

const mostRedirects = 5;

async function follow(asked: Asked, method: "GET" | "HEAD", from: number): Promise<Answer> {
  const { url, token, signal, refused = refusedBy(url) } = asked;
  const { origin } = new URL(url);
  let at = new URL(url);
  let published: string | undefined;
  let commit: string | undefined;
  for (let redirects = 0; ; redirects++) {
    const own = at.origin === origin;
    const headers = {
      ...(from > 0 && { range: `bytes=${from}-` }),
      ...(own && token !== undefined && { authorization: `Bearer ${token}` }),
    };
    let response: Response;
    try {
      response = await fetch(at, { method, headers, redirect: "manual", ...(signal && { signal }) });
    } catch (cause) {
      signal?.throwIfAborted();
      throw refused(undefined, cause);
    }
    if (own) {
      published ??= /^"?([0-9a-f]{64})"?$/.exec(response.headers.get("x-linked-etag") ?? "")?.[1];
      commit ??= /^[0-9a-f]{40}$/.exec(response.headers.get("x-repo-commit") ?? "")?.[0];
    }
    const next = leadsTo(response, at.href);
    if (next === undefined || redirects === mostRedirects || (method === "HEAD" && next.origin !== origin))
      return { response, published, commit };
    await response.body?.cancel();
    at = next;
  }
}

function leadsTo({ status, headers }: Response, from: string): URL | undefined {
  const location = headers.get("location");
  return status >= 300 && status < 400 && location !== null && URL.canParse(location, from)
    ? new URL(location, from)
    : undefined;
}

function refusedBy(url: string): NonNullable<Asked["refused"]> {
  return (status, cause) =>
    new CajalError("network", `${url} ${status === undefined ? "cannot be reached" : `answers ${status}`}`, {
      advice: `${status === undefined ? "Check the connection" : "Try again later"}, or set CAJAL_MIRROR to a folder that has the data.`,
      cause,
    });
}
