/** Errors on their way from a worker to the page. */

import { CajalError } from "../../src/graph/error.ts";

/** Only an error's message crosses to the page: what can be done about it goes along as its second line. */
export function outspoken<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, name) {
      const value = Reflect.get(object, name, object);
      if (typeof value === "object" && value !== null) return outspoken(value);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        try {
          return await value.apply(object, args);
        } catch (error) {
          if (!(error instanceof CajalError)) throw error;
          throw new Error([error.message, error.advice].filter(Boolean).join("\n"), { cause: error });
        }
      };
    },
  });
}
