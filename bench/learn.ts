/** @file npm run bench -- learn <network> [validate]: networks learn real data as they should, and how long it takes here. */

import { learnFashion } from "./learn-fashion.ts";
import { learnShakespeare } from "./learn-shakespeare.ts";
import type { Bench } from "./main.ts";

const networks: Readonly<Record<string, Bench>> = {
  mlp: (say, [word]) => learnFashion("mlp", word === "validate", say),
  cnn: (say, [word]) => learnFashion("cnn", word === "validate", say),
  gpt: (say) => learnShakespeare("gpt", say),
  lstm: (say) => learnShakespeare("lstm", say),
};

/** Needs the data: CAJAL_MIRROR. */
export const learnBench: Bench = async (say, [name = "", ...words]) => {
  if (!Object.hasOwn(networks, name)) {
    process.exitCode = 2;
    say(`usage: npm run bench -- learn <${Object.keys(networks).join(" | ")}> [validate] [--json]`);
    return {};
  }
  return networks[name](say, words);
};
