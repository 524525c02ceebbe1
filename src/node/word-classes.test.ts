import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it("the README of word-classes does what it says", () => {
  const printed = runSnippet(snippetsOf("src/methods/language/word-classes/README.md").join("\n")).trim().split("\n");
  expect(printed.map((line) => line.split(" ")[0])).toEqual(["input", "lstm1", "lstm2", "tanh", "output", "true"]);
  const [layer, next, conditional] = printed[3].split(" ");
  expect(layer).toBe("tanh");
  expect(Number(next)).toBeLessThan(-0.2);
  expect(Number(conditional)).toBeLessThan(-0.2);
  expect(printed[5]).toBe("true []");
});
