/** @file What is too large to be done, and what can be done but not quite be believed. */

import { CajalError } from "../../../graph/index.ts";
import type { Chain, ChainNode } from "./chain.ts";
import type { Moments } from "./moments.ts";

/** Units of a node for which each coordinate gets a reverse pass of its own. */
const mostUnits = 2000;
/** Rows that are needed for each unit. */
const rowsPerUnit = 4;
/** Operations per second of a common processor: in products, and in decompositions. */
const [productRate, decompositionRate] = [3e10, 5e8];

/** @throws CajalError `too-large` */
export function checkSize({ nodes }: Chain, probes: number | undefined): void {
  if (probes !== undefined) return;
  const wide = nodes.findIndex(({ units }) => units > mostUnits);
  if (wide < 0) return;
  const { tensor, units } = nodes[wide];
  const next = nodes[wide + 1] ?? nodes[wide];
  const products = 2 * rowsPerUnit * units * next.units * next.positions * units ** 2;
  const hours = (products / productRate + (18 * units ** 3) / decompositionRate) / 3600;
  throw new CajalError(
    "too-large",
    `"${tensor}" has ${units} units: about ${hours < 10 ? hours.toFixed(1) : Math.round(hours)} hours for ${rowsPerUnit * units} rows`,
    { advice: `Give probes (such as 256), or choose a narrower tensor: up to ${mostUnits} units.` },
  );
}

export function warningsOf({ tensor, units }: ChainNode, { rows, covariance }: Moments): string[] {
  const warnings: string[] = [];
  // The mean takes one row away.
  if (rows - 1 < units)
    warnings.push(
      `"${tensor}": ${rows} rows for ${units} units, so that the covariance has rank ${rows - 1} at most; ${rowsPerUnit * units} rows or more are needed`,
    );
  else if (rows < rowsPerUnit * units)
    warnings.push(`"${tensor}": ${rows} rows for ${units} units; ${rowsPerUnit * units} or more would be better`);
  const constant = Array.from({ length: units }, (_, i) => i).filter((i) => covariance.data[i * units + i] === 0);
  for (const unit of constant) warnings.push(`${tensor}:${unit} is constant on the data; it is dropped`);
  return warnings;
}
