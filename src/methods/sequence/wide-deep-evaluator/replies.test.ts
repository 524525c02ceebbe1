import fc from "fast-check";
import { expect, it } from "vitest";
import { exchangeNames, parseAngles, parseScores } from "./replies.ts";

it.each([
  ["$Accuracy& is it right?\n$Clarity& is it clear?", ["Accuracy", "Clarity"]],
  ["1. $ Level of\n detail & how deep?\nAnd $Tone&.", ["Level of detail", "Tone"]],
  ["$Accuracy& …\n$ Accuracy & again, $& and $ &", ["Accuracy"]],
  ["Accuracy, clarity", []],
])("angles of %j", (reply, names) => expect(parseAngles(reply, "&")).toEqual(names));

it("angles of code", () => expect(parseAngles("$a && b@ x\n$c@", "@")).toEqual(["a && b", "c"]));

it.each([
  ["Evidence: …\nScore of Assistant 1: 8\nScore of Assistant 2: 6", [8, 6]],
  ["Score of the Assistant 1: 8.5\nScore of the Assistant 2:7", [8.5, 7]],
  ["Score of Assistant 2: 3\n…\nScore of Assistant 1: 10.", [10, 3]],
  ["Score of Assistant 1: 8", undefined],
  ["Score of Assistant 1: <score>\nScore of Assistant 2: <score>", undefined],
  ["Score of Assistant 1: good\nScore of Assistant 2: 7", undefined],
  ["", undefined],
])("scores of %j", (reply, scores) => expect(parseScores(reply)).toEqual(scores));

it("exchanging names twice changes nothing, and once it exchanges the scores", () => {
  const words = fc.constantFrom(
    "Assistant 1",
    "Assistant 2",
    "Assistant 12",
    "Assistant",
    "*****",
    "{answer1}",
    "1",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(words), (parts) => {
      const text = parts.join(" ");
      expect(exchangeNames(exchangeNames(text))).toBe(text);
    }),
  );
  const text = "Assistant 1 is better than Assistant 2.\nScore of Assistant 1: 8\nScore of the Assistant 2: 6";
  expect(parseScores(exchangeNames(text))).toEqual([6, 8]);
  expect(exchangeNames("Assistant 1, Assistant 12, Assistant 2")).toBe("Assistant 2, Assistant 12, Assistant 1");
});
