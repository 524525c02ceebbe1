import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { identities } from "./experiment/identities.ts";

it.each([1, 2])("what must be so whatever the networks is so, seed %i", async (seed) => {
  const found = await identities(new Rng(seed));
  expect(found.wrongAssignments).toBe(0);
  expect(found.wrongOrder).toBe(0);
  expect(found.streaming).toBeLessThan(1e-9);
  expect(found.kkt).toBeLessThan(1e-6);
  expect(found.information).toBeLessThan(0.01);
  expect(found.clusters).toBeGreaterThan(0.98);
});
