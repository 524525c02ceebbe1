/**
 * @file Who may talk to the studio's server: people on this machine, or whoever has the token; and never another site's page on their behalf.
 *
 * A page of another site can make a browser send requests here, and after DNS rebinding even read the answers. So the name that was asked for
 * must be this server's own, and what changes anything must come from its own pages.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { CajalError } from "../../graph/index.ts";

export interface GuardOptions {
  /** Without it only requests to this machine's own names are answered. */
  readonly token?: string;
}

const cookie = "cajal-token";
const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Pages get all of what they need from here; isolation gives the engine its threads. */
const headers: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** @throws CajalError `not-permitted`, which the server answers with 401 or 403 */
export function guard({ token }: GuardOptions): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (token === undefined) {
      const host = hostOf(c);
      if (!loopback.has(host))
        throw new CajalError("not-permitted", `this server does not answer to the name "${host}"`, {
          advice: "Open it as http://127.0.0.1 with its port.",
        });
    } else if (!isToken(given(c), token)) {
      throw new CajalError("not-permitted", "this server asks for its token", {
        advice: "Open the address that `cajal studio` printed, with its token.",
      });
    }
    if (!["GET", "HEAD"].includes(c.req.method)) checkOrigin(c);
    const asked = c.req.query("token");
    if (token !== undefined && asked !== undefined && c.req.method === "GET") {
      // From here on the browser keeps it, and no link or history shows it.
      setCookie(c, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/" });
      const url = new URL(c.req.url);
      url.searchParams.delete("token");
      return c.redirect(`${url.pathname}${url.search}`);
    }
    await next();
  };
}

function hostOf(c: Context): string {
  return (c.req.header("host") ?? "").replace(/:\d+$/, "").toLowerCase();
}

function given(c: Context): string {
  const bearer = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
  return c.req.query("token") ?? bearer ?? getCookie(c, cookie) ?? "";
}

/** Takes as long for any wrong token. */
function isToken(word: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(word), digest(token));
}

/** Browsers say which page a request comes from; programs say nothing, and are no page that a stranger wrote. */
function checkOrigin(c: Context): void {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const isOwn = origin === undefined || URL.parse(origin)?.host === c.req.header("host");
  if (isOwn && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new CajalError("not-permitted", "pages of other sites may not change anything here");
}
