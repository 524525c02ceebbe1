/** @file A method's options as data: from the one schema come the command's flags and the studio's form. */

import { z } from "zod";
import { CajalError } from "../graph/index.ts";
import type { Method } from "./method.ts";

/** One option, as JSON Schema says it. */
export interface MethodOption {
  readonly name: string;
  /** "number", "integer", "boolean", "string", "array". */
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** In the order of the schema. */
export function optionsOf(method: Pick<Method, "options">): MethodOption[] {
  const { properties = {} } = z.toJSONSchema(method.options, { io: "input" }) as {
    properties?: Record<string, Omit<MethodOption, "name">>;
  };
  return Object.entries(properties).map(([name, property]) => ({ name, ...property }));
}

/**
 * The options of a method, complete. @param given by name; what is left out has its default
 * @throws CajalError `argument` naming the option
 */
export function completeOptions(method: Method, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const parsed = method.options.strict().safeParse(given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new CajalError("argument", `${method.slug}: ${path.length > 0 ? `option ${path.join(".")}: ` : ""}${message}`, {
    advice: `cajal run ${method.slug} --help shows its options.`,
  });
}
