/** Files of data sets come from the studio's server, which has them or fetches them, checked. */

import type { DataSource } from "../../src/data/index.ts";
import { CajalError } from "../../src/graph/error.ts";

export const serverData: DataSource = {
  async file(set, path) {
    const response = await fetch(`/api/data/${[set, ...path.split("/")].map(encodeURIComponent).join("/")}`).catch(
      () => {
        throw new CajalError("network", "the studio's server does not answer", {
          advice: "Is `cajal studio` still running?",
        });
      },
    );
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    const { error } = await response.json();
    throw new CajalError(error.code, error.message, { advice: error.advice });
  },
};
