import { expect, it } from "vitest";
import type { DataSource } from "../../../data/index.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import method from "./method.ts";

const files: Record<string, string> = {
  "question.jsonl": '{"question_id": 1, "text": "Why?"}\n{"question_id": 2, "text": "How?"}\n',
  "answer/answer_gpt35.jsonl": '{"question_id": 1, "text": "because"}\n{"question_id": 2, "text": "so"}\n',
  "answer/answer_vicuna-13b.jsonl": '{"question_id": 1, "text": "hence"}\n{"question_id": 2, "text": "thus"}\n',
  "review/review_gpt35_vicuna-13b_human.txt": "CHATGPT\nTIE",
};
const data: DataSource = { file: async (_, path) => new TextEncoder().encode(files[path]) };

it("the quick experiment reaches every exact bar, and is the same for the same seed", async () => {
  const settings = method.options.parse({ ...method.quick, pairs: 10 });
  const run = memoryRun(1, data);
  await method.run(settings, run);
  for (const { metric, atLeast, atMost, over } of method.bars) {
    expect(run.metrics, metric).toHaveProperty([metric]);
    if (over !== "every seed") continue;
    expect(run.metrics[metric], metric).toBeGreaterThanOrEqual(atLeast ?? Number.NEGATIVE_INFINITY);
    expect(run.metrics[metric], metric).toBeLessThanOrEqual(atMost ?? Number.POSITIVE_INFINITY);
  }
  expect(run.metrics["FairEval: accuracy, always the first"]).toBe(0.5);
  expect(Object.keys(run.figures)).toEqual(["network", "size", "accuracy"]);
  const again = memoryRun(1, data);
  await method.run(settings, again);
  expect(again.metrics).toEqual(run.metrics);
});
