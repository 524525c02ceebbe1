import fc from "fast-check";
import { expect, it } from "vitest";
import { CajalError } from "../../graph/index.ts";
import { readLlama2cTokenizer } from "./llama2c-tokenizer.ts";

/** A file with these pieces behind the 259 that all have. */
function fileOf(pieces: readonly (readonly [string, number])[]): Uint8Array {
  const bytes = Array.from({ length: 256 }, (_, i) => [`<0x${i.toString(16)}>`, 0] as const);
  const all = [["<unk>", 0], ["\n<s>\n", 0], ["\n</s>\n", 0], ...bytes, ...pieces] as const;
  const parts = all.flatMap(([piece, score]) => {
    const text = new TextEncoder().encode(piece);
    const head = new DataView(new ArrayBuffer(8));
    head.setFloat32(0, score, true);
    head.setInt32(4, text.length, true);
    return [...new Uint8Array(head.buffer), ...text];
  });
  return Uint8Array.from([16, 0, 0, 0, ...parts]);
}

const tokenizer = readLlama2cTokenizer(
  fileOf([
    ["ab", -2],
    ["bc", -1],
    ["abc", -3],
    ["a", -10],
    ["b", -10],
    ["c", -10],
    [" ", -10],
  ]),
);

it("joins the neighbours whose union scores best, first", () => {
  // "bc" comes before "ab"; then "a" and "bc" make "abc".
  expect(tokenizer.encode("abc")).toEqual([261]);
  expect(tokenizer.encode("abb")).toEqual([259, 263]);
  expect(tokenizer.encode("")).toEqual([]);
});

it("what is no piece is spelled in bytes, and every text comes back", () => {
  expect(tokenizer.encode("é")).toEqual([0xc3 + 3, 0xa9 + 3]);
  const character = fc.constantFrom("a", "b", "c", " ", "é", "日", "\u{1f600}", "\n", "\u0000");
  fc.assert(
    fc.property(fc.array(character), (text) => tokenizer.decode(tokenizer.encode(text.join(""))) === text.join("")),
  );
  expect(tokenizer.decode([1, 262, 2])).toBe("a");
});

it("other files are refused", () => {
  const whole = fileOf([["a", 0]]);
  expect(() => readLlama2cTokenizer(whole.subarray(0, whole.length - 1), "x")).toThrow("piece 259 has 1 bytes");
  expect(() => readLlama2cTokenizer(Uint8Array.of(1, 2))).toThrow("it has 2 bytes");
  expect(() => readLlama2cTokenizer(whole.subarray(0, 4))).toThrow("no room for all bytes");
  const damage = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255), length: fc.nat(whole.length) });
  fc.assert(
    fc.property(damage, ({ at, byte, length }) => {
      const damaged = whole.slice(0, length);
      if (at < length) damaged[at] = byte;
      try {
        readLlama2cTokenizer(damaged).encode("abc");
      } catch (error) {
        expect(error).toBeInstanceOf(CajalError);
      }
    }),
  );
});
