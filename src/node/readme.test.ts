import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README's snippets do what they say", () => {
  const snippets = snippetsOf("README.md");
  expect(snippets.length).toBe(2);
  expect(runSnippet(snippets[0])).toMatch(/sample: \d+/);
  expect(runSnippet(snippets[1])).toContain("[ 3, 12, 27 ]");
});
