import { expect, it } from "vitest";
import { encodeText, TextStream, type Tokenizer, tokenizeWords } from "./tokenizer.ts";

/** A token per byte. */
const bytes: Tokenizer = {
  size: 256,
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokens) => new TextDecoder().decode(Uint8Array.from(tokens)),
};

it("a stream waits for the bytes of a character, and gives up on what is none", () => {
  const pieces = (tokens: Iterable<number>) => {
    const stream = new TextStream(bytes);
    return Array.from(tokens, (token) => stream.push(token));
  };
  expect(pieces(bytes.encode("aé🙂b"))).toEqual(["a", "", "é", "", "", "", "🙂", "b"]);
  expect(pieces([0xff, 0x61]).join("")).toContain("a");
  expect(pieces([0xff, 0xff, 0xff, 0xff, 0x61]).at(-1)).toBe("a");
});

it("marks and spaces before a text are the tokenizer's; words of running text have spaces, marks that close have none", () => {
  const text = (tokenizer: Tokenizer, given: string) => tokenizer.decode(encodeText(tokenizer, given));
  expect(text(bytes, "ab")).toBe("ab");
  expect(text({ ...bytes, begin: [60], spaceBefore: "always" }, " ab")).toBe("<  ab");
  expect(text({ ...bytes, spaceBefore: "unless-there" }, " ab")).toBe(" ab");
  expect(text({ ...bytes, spaceBefore: "unless-there" }, "ab")).toBe(" ab");
  expect(text({ ...bytes, begin: [60], spaceBefore: "always" }, "")).toBe("<");
  expect(tokenizeWords(bytes, ["It", "is", "n't", "so", "."]).map((tokens) => bytes.decode(tokens))).toEqual([
    " It",
    " is",
    "n't",
    " so",
    ".",
  ]);
});
