import { expect, it } from "vitest";
import { Rng } from "../../../graph/index.ts";
import { identities } from "./experiment/identities.ts";

it("identities", async () => {
  const found = await identities(new Rng(1));
  console.log(found);
  expect(found.wrongAssignments).toBe(0);
});
