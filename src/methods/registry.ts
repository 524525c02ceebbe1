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
  "learned-delays": {
    family: "spiking",
    title: "spiking networks whose synapses learn weights and delays",
    load: () => import("./spiking/learned-delays/method.ts"),
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
