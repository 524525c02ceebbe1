/** @file A fixed sample of a fuzz target, as a test. */

import { expect } from "vitest";
import { type FuzzTarget, inputAt, tryInput } from "./target.ts";

/** Reads the first inputs of series 1. How often each was read without an error says whether the damage is of use. */
export async function expectNoFindings(target: FuzzTarget, count: number): Promise<void> {
  let accepted = 0;
  for (let index = 0; index < count; index++) {
    const bytes = inputAt(target, 1, index);
    const finding = await tryInput(
      {
        ...target,
        read: async (input) => {
          await target.read(input);
          accepted++;
        },
      },
      bytes,
    );
    expect(finding, `${target.name}, seed 1, index ${index}`).toBeUndefined();
  }
  // Damage that nothing survives, or that changes nothing, would test little.
  expect(accepted).toBeGreaterThan(0.005 * count);
  expect(accepted).toBeLessThan(0.9 * count);
}
