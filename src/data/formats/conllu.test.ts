import fc from "fast-check";
import { expect, it } from "vitest";
import { CajalError } from "../../graph/index.ts";
import { parseConllu } from "./conllu.ts";

const word = (id: string, form: string, upos: string, head: string, rest = "_") =>
  [id, form, form, upos, "_", rest, head, "dep", "_", "SpaceAfter=No"].join("\t");
const text = [
  "# sent_id = a-1",
  "# text = It's a = b.",
  ["1-2", "It's", ..."________"].join("\t"),
  word("1", "It", "PRON", "2", "Case=Nom|Number=Sing"),
  word("2", "'s", "AUX", "0"),
  word("2.1", "there", "ADV", "_"),
  word("3", "_", "SYM", "2"),
  "",
  "# a remark",
  word("1", "Yes", "INTJ", "0"),
].join("\r\n");

it("words, words written as one, empty nodes, comments", () => {
  const [first, second] = parseConllu(text);
  expect([...first.comments]).toEqual([
    ["sent_id", "a-1"],
    ["text", "It's a = b."],
  ]);
  expect(first.words.map(({ form, upos, head }) => [form, upos, head])).toEqual([
    ["It", "PRON", 2],
    ["'s", "AUX", 0],
    ["_", "SYM", 2],
  ]);
  expect(first.words[0].features.get("Number")).toBe("Sing");
  expect([first.words[0].xpos, first.words[2].lemma]).toEqual([undefined, "_"]);
  expect(first.written).toEqual([{ form: "It's", first: 1, last: 2, misc: new Map() }]);
  expect(first.empty.map(({ form, after }) => [form, after])).toEqual([["there", 2]]);
  expect([...second.comments.keys()]).toEqual(["a remark"]);
});

it("says which line is wrong", () => {
  expect(() => parseConllu("1\tdog", "x.conllu")).toThrow("x.conllu, line 1: 2 columns, not 10");
  expect(() => parseConllu(`${word("1", "a", "X", "0")}\n${word("3", "b", "X", "0")}`)).toThrow(
    "line 2: word 3 follows",
  );
  expect(() => parseConllu(word("one", "a", "X", "0"))).toThrow('"one" is no number');
  expect(() => parseConllu(word("1", "a", "X", "b"))).toThrow('the head "b"');
  expect(() => parseConllu(word("1", "a", "X", "4"))).toThrow("word 1 depends on word 4 of 1");
  expect(() => parseConllu(["1-3", "ab", ..."________"].join("\t"))).toThrow("reaches to word 3 of 0");
});

it("whatever the text, it is read or refused in words", () => {
  const piece = fc.constantFrom(
    "1",
    "2",
    "1-2",
    "2.1",
    "\t",
    "\n",
    "_",
    "#",
    "a",
    "=",
    "|",
    "999999999999",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
      try {
        parseConllu(pieces.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(CajalError);
      }
    }),
  );
});
