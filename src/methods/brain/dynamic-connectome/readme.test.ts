import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "../../../node/testing/snippets.ts";

it("the page's snippets do what they say", () => {
  const snippets = snippetsOf("src/methods/brain/dynamic-connectome/README.md");
  expect(snippets.length).toBe(2);
  const printed = runSnippet(snippets.join("\n"));
  expect(printed.match(/strongest at [\d.]+ s/g)?.length).toBe(3);
  expect(printed).toContain("[ 60, 6, 276 ]");
  expect(printed).toMatch(/Int32Array\(6\) .* nats/);
});
