import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README of configurable-bricks does what it says", () => {
  const code = snippetsOf("src/methods/interpret/configurable-bricks/README.md").join("\n");
  const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, printed]) => printed);
  expect(said).toHaveLength(7);
  expect(runSnippet(code).trim().split("\n")).toEqual(said);
});
