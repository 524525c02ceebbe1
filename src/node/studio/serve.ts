/** @file Starts the studio's server. */

import { randomBytes } from "node:crypto";
import { serve as listen } from "@hono/node-server";
import { CajalError } from "../../graph/index.ts";
import { runsFolder } from "../runs/folder.ts";
import { studioApp } from "./app.ts";
import { idOf } from "./models-routes.ts";

export interface ServeOptions {
  /** Default 127.0.0.1; with any other host a token is asked for. */
  readonly host?: string;
  /** Default 4321; 0: any that is free. */
  readonly port?: number;
  /** Where runs are kept. Default: as `cajal run`. */
  readonly runs?: string;
  /** Model files to show beside those that are known; the address is that of the first. */
  readonly models?: readonly string[];
  /** Of a server that others can reach. Default: one by chance. */
  readonly token?: string;
}

export interface Served {
  /** To open, with the token where one is asked for. */
  readonly url: string;
  close(): Promise<void>;
}

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"]);

/** @throws CajalError `in-use` when the port is taken, `not-permitted`, `argument` */
export async function serveStudio(options: ServeOptions = {}): Promise<Served> {
  const { host = "127.0.0.1", port = 4321, runs = runsFolder(), models = [] } = options;
  const token = options.token ?? (loopback.has(host) ? undefined : randomBytes(24).toString("base64url"));
  const app = studioApp({ runs, models, ...(token !== undefined && { token }) });
  const { server, address } = await new Promise<{ server: ReturnType<typeof listen>; address: number }>(
    (resolve, reject) => {
      const server = listen({ fetch: app.fetch, hostname: host, port }, (info) =>
        resolve({ server, address: info.port }),
      );
      server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    },
  );
  const name = host.includes(":") ? `[${host}]` : host;
  const page = models.length > 0 ? `models/${encodeURIComponent(idOf(models[0]))}` : "";
  return {
    url: `http://${name}:${address}/${page}${token === undefined ? "" : `?token=${token}`}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Those that follow a run would hold it open.
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE")
    return new CajalError("in-use", `port ${port} is taken`, {
      advice: "Another studio may be running; or choose another port: --port 0 takes any.",
    });
  if (error.code === "EACCES") return new CajalError("not-permitted", `port ${port} may not be used`);
  return new CajalError("argument", `cannot listen on ${host}:${port}: ${error.message}`);
}
