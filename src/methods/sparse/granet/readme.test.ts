import { expect, it } from "vitest";
import { runSnippet, snippetsOf } from "../../../node/testing/snippets.ts";

it("the README's program prints what it says", () => {
  const [snippet] = snippetsOf("src/methods/sparse/granet/README.md");
  expect(runSnippet(snippet).trim().split("\n")).toEqual([
    "density 0.050",
    expect.stringMatching(/^training took \d+ % of the dense FLOPs$/),
    "[ 0, 7, 21 ]",
    "updates of the masks: 80",
    "true",
    "[ '100: 0', '100: 0.3', '700: 0', '700: 0.3' ]",
  ]);
});
