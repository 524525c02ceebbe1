/** @file All methods: a method is loaded when it is asked for. */

import { CajalError } from "../graph/index.ts";
import type { Family, Method } from "./method.ts";

export interface Listed {
  readonly family: Family;
  /** What it does, in a few words. */
  readonly title: string;
  load(): Promise<{ default: Method }>;
}

/** By slug. */
export const methods: Readonly<Record<string, Listed>> = {
  "dynamic-connectome": {
    family: "brain",
    title: "Which neurons act together, when, in which animals",
    load: () => import("./brain/dynamic-connectome/method.ts"),
  },
};

/** @throws CajalError `unknown-method` with the names that are near */
export async function loadMethod(slug: string): Promise<Method> {
  if (!Object.hasOwn(methods, slug))
    throw new CajalError("unknown-method", `no method is named "${slug}"`, {
      advice: `Known: ${Object.keys(methods).join(", ")}.`,
    });
  return (await methods[slug].load()).default;
}
