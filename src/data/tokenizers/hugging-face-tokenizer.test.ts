import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { encodeText } from "../../probe/index.ts";
import { readHuggingFaceTokenizer } from "./hugging-face-tokenizer.ts";

const read = (file: string) => readFileSync(new URL(`./testing/${file}`, import.meta.url), "utf8");

interface Reference {
  readonly text: string;
  readonly tokens: readonly number[];
  readonly decoded: string;
}

describe.each(["gpt2", "llama2", "llama2-metaspace", "llama3"])("the kind of %s", (name) => {
  const tokenizer = readHuggingFaceTokenizer(read(`${name}.tokenizer.json`), { end: [2] });
  const reference: Reference[] = JSON.parse(read(`${name}.reference.json`));

  it("gives the tokens of Hugging Face's own library", () => {
    expect(reference.map(({ text }) => encodeText(tokenizer, text))).toEqual(reference.map(({ tokens }) => tokens));
    expect(tokenizer.end).toEqual([2]);
  });

  it("gives the text back, exactly", () => {
    for (const { text, decoded } of reference) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      const space = tokenizer.spaceBefore === undefined ? "" : " ";
      // With the space before it where there was one; the library takes one off.
      if (text !== "" && !text.startsWith(" "))
        expect(tokenizer.decode(encodeText(tokenizer, text))).toBe(space + decoded);
    }
    // What no token has.
    expect(tokenizer.decode([tokenizer.size + 5])).toBe("");
    expect(tokenizer.decode([])).toBe("");
  });
});

it("says what is wrong with a file", () => {
  expect(() => readHuggingFaceTokenizer("{", { source: "x/tokenizer.json" })).toThrow("x/tokenizer.json is not JSON");
  expect(() => readHuggingFaceTokenizer("[]")).toThrow("tokenizer.json is no tokenizer");
  expect(() => readHuggingFaceTokenizer('{"model": {"type": "Sum", "vocab": {}}}')).toThrow(
    "tokenizer.json cannot be read",
  );
});
