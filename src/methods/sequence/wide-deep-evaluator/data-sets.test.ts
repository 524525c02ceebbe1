import { expect, it } from "vitest";
import type { DataSource } from "../../../data/index.ts";
import { llmEval2Kinds, loadFairEval, loadLLMEval2 } from "./data-sets.ts";

const line = (over: object = {}) =>
  JSON.stringify({ query: "q", response1: "a", response2: "b", human: "1", dataset: "webgpt", ...over });

it("LLMEval²: every line a pair, with the kind of its task", () => {
  const pairs = loadLLMEval2(
    [
      line(),
      "",
      line({ human: 2, dataset: "code-contests" }),
      line({ human: "Tie" }),
      line({ human: "response2" }),
    ].join("\n"),
  );
  expect(pairs.map(({ human, kind }) => [human, kind])).toEqual([
    [1, "question"],
    [2, "code"],
    ["tie", "question"],
    [2, "question"],
  ]);
  expect(pairs[1]).toMatchObject({ id: "code-contests/3", question: "q", answer1: "a", answer2: "b" });
  expect([Object.keys(llmEval2Kinds).length, new Set(Object.values(llmEval2Kinds)).size]).toEqual([15, 9]);
});

it.each([
  ["{", "line 2 is no JSON"],
  [line({ query: undefined }), "line 2: query"],
  [line({ human: "both" }), 'line 2: "human" is "both"'],
  [line({ dataset: "mine" }), 'line 2: no data set is named "mine"'],
])("LLMEval²: %s", (bad, message) => expect(() => loadLLMEval2(`${line()}\n${bad}`)).toThrow(message));

const files: Record<string, string> = {
  "question.jsonl": '{"question_id": 1, "text": "Why?"}\n{"question_id": 2, "text": "How?"}\n',
  "answer/answer_gpt35.jsonl": '{"question_id": 2, "text": "so"}\n{"question_id": 1, "text": "because"}\n',
  "answer/answer_vicuna-13b.jsonl": '{"question_id": 1, "text": "therefore"}\n{"question_id": 2, "text": "thus"}\n',
  "review/review_gpt35_vicuna-13b_human.txt": "VICUNA13B\nTIE",
};
const source = (over: Record<string, string> = {}): DataSource => ({
  file: async (_, path) => new TextEncoder().encode({ ...files, ...over }[path]),
});

it("FairEval: answers by the question's number, verdicts by its place", async () => {
  expect(await loadFairEval(source())).toEqual([
    { id: "faireval/1", question: "Why?", answer1: "because", answer2: "therefore", human: 2 },
    { id: "faireval/2", question: "How?", answer1: "so", answer2: "thus", human: "tie" },
  ]);
  const human = "review/review_gpt35_vicuna-13b_human.txt";
  await expect(loadFairEval(source({ [human]: "TIE" }))).rejects.toThrow("1 verdicts for 2 questions");
  await expect(loadFairEval(source({ [human]: "TIE\nNONE" }))).rejects.toThrow("question 2 lacks");
});
