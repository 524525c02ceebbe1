/** @file The JSON of a request, checked. */

import type { Context } from "hono";
import type { z } from "zod";
import { CajalError } from "../../graph/index.ts";

/** @throws CajalError `argument` */
export async function readBody<T extends z.ZodType>(c: Context, schema: T): Promise<z.output<T>> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch (cause) {
    throw new CajalError("argument", "the request is not JSON", { cause });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new CajalError("argument", `${path.length > 0 ? `${path.join(".")}: ` : ""}${message}`);
}
