import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the program of docs/graph.md prints what the page says", () => {
  const printed = runSnippet(snippetsOf("docs/graph.md").join("\n")).trim();
  expect(printed).toContain("5 [ 2, 2 ]");
  expect(printed).toMatch(/1,\s+0\.25/);
  expect(printed).toContain("[ 50, 3 ] [ 50, 3 ]");
  expect(printed).toMatch(/\n3\n/);
  expect(printed).toContain("true");
  expect(printed).toMatch(/0\.273,\s+-0\.091,\s+-0\.091,\s+0\.364/);
  expect(printed).toContain("[ 2, 1 ]");
  expect(printed).toContain("[ 5, 2 ]");
});
