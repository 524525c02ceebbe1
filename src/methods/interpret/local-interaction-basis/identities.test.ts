import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { identities } from "./experiment/identities.ts";

it("holds what the theory demands, on random networks", async () => {
  const found = await identities(new Rng(11));
  expect(found.white).toBeLessThan(1e-8);
  expect(found.jacobian).toBeLessThan(1e-2);
  expect(found.libChange).toBeLessThan(1e-3);
  // The ablation of the key idea: without whitening and rotation the graph depends on the basis that units happen to have.
  expect(found.pcaChange).toBeGreaterThan(0.1);
  expect(found.roundTrip).toBeLessThan(1e-6);
  expect(found.logits).toBeLessThan(1e-6);
  expect(found.completeness).toBeLessThan(1e-3);
});
