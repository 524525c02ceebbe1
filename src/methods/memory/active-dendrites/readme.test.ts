import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "../../../node/testing/snippets.ts";

it("the README's snippets do what they say", () => {
  const [sizes, codes] = snippetsOf("src/methods/memory/active-dendrites/README.md");
  expect(runSnippet(sizes)).toContain("best threshold: 8");
  const printed = runSnippet(codes);
  expect(printed).toContain("fires: true, best: 7, overlap: 10");
  expect(printed).toMatch(/as good as \d+ independent cells of 500; recommended: \{\s+s: \d+,\s+theta: \d+/);
  expect(printed).toContain("true [ 300 ]");
});
