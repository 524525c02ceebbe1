import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the program of docs/nn.md prints what the page says", () => {
  const printed = runSnippet(snippetsOf("docs/nn.md").join("\n")).trim().split("\n");
  expect(printed).toEqual([
    "[ 2, 2 ]",
    expect.stringMatching(/^step 100: loss 0\.\d\d$/),
    expect.stringMatching(/^step 200: loss 0\.\d\d$/),
    expect.stringMatching(/^step 300: loss 0\.\d\d$/),
    "accuracy above 0.95: true",
    "goes on at step 21",
    "30",
    "loss below 0.5: true",
    "[ 1, 4, 65 ]",
    "true",
  ]);
});
