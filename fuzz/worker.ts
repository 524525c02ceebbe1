/** @file Fuzzes a range of a series in a process of its own, so that the parent survives what it finds. */

import { minimise } from "../src/graph/testing/fuzz/minimise.ts";
import { type Finding, inputAt, tryInput } from "../src/graph/testing/fuzz/target.ts";
import { targets } from "./targets.ts";

/** Inputs `from` … `to − 1` of a target's series. */
export interface Range {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
}

export interface Found extends Finding {
  readonly index: number;
  /** The minimised input, in base64. */
  readonly input: string;
}

const known = new Map<string, number>();

/** Minimising takes time: findings of one signature are worth it once. */
async function fuzz({ target: name, seed, from, to }: Range): Promise<Found[]> {
  const target = targets[name];
  const found: Found[] = [];
  for (let index = from; index < to; index++) {
    const bytes = inputAt(target, seed, index);
    const finding = await tryInput(target, bytes);
    if (finding === undefined) continue;
    const count = (known.get(finding.signature) ?? 0) + 1;
    known.set(finding.signature, count);
    const smallest = count === 1 && finding.kind !== "slow" ? await minimise(target, bytes, finding.signature) : bytes;
    found.push({ ...finding, index, input: Buffer.from(smallest).toString("base64") });
  }
  return found;
}

process.on("disconnect", () => process.exit());
process.on("message", async (range: Range) => {
  process.send?.(await fuzz(range));
});
