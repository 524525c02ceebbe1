import { expect, it } from "vitest";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

it.skipIf(mirrored("stories260K/stories260K.bin") === undefined)(
  "the README of attention-sae does what it says",
  () => {
    const printed = runSnippet(snippetsOf("src/methods/interpret/attention-sae/README.md").join("\n"))
      .trim()
      .split("\n");
    expect(printed[0]).toBe("block2/heads 8");
    expect(printed).toContain("true true true");
    expect(printed.some((line) => line.startsWith("8 [ 8, "))).toBe(true);
    expect(printed[printed.length - 1]).toBe("relu block2/heads");
  },
);
