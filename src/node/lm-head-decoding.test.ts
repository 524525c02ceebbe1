import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README of lm-head-decoding does what it says", () => {
  const code = snippetsOf("src/methods/interpret/lm-head-decoding/README.md").join("\n");
  const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, printed]) => printed);
  expect(said).toHaveLength(6);
  expect(runSnippet(code).trim().split("\n")).toEqual(said);
});
