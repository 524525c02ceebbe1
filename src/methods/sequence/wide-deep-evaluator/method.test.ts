import { afterEach, expect, it, vi } from "vitest";
import type { DataSource } from "../../../data/index.ts";
import { mockEndpoint } from "../../language-model-client/index.ts";
import { memoryRun } from "../../testing/memory-run.ts";
import { judgeModel } from "./judge-model.ts";
import method from "./method.ts";

const files: Record<string, string> = {
  "question.jsonl": '{"question_id": 1, "text": "Why?"}\n{"question_id": 2, "text": "How?"}\n',
  "answer/answer_gpt35.jsonl": '{"question_id": 1, "text": "because"}\n{"question_id": 2, "text": "so"}\n',
  "answer/answer_vicuna-13b.jsonl": '{"question_id": 1, "text": "hence"}\n{"question_id": 2, "text": "thus"}\n',
  "review/review_gpt35_vicuna-13b_human.txt": "CHATGPT\nTIE",
};
const data: DataSource = { file: async (_, path) => new TextEncoder().encode(files[path]) };

afterEach(() => vi.unstubAllGlobals());

it("the quick experiment reaches every exact bar, and is the same for the same seed, with and without an endpoint", async () => {
  const settings = { ...method.quick, pairs: 10 };
  const run = memoryRun(1, data);
  await method.run(method.options.parse(settings), run);
  for (const { metric, atLeast, atMost, over } of method.bars) {
    expect(run.metrics, metric).toHaveProperty([metric]);
    if (over !== "every seed") continue;
    expect(run.metrics[metric], metric).toBeGreaterThanOrEqual(atLeast ?? Number.NEGATIVE_INFINITY);
    expect(run.metrics[metric], metric).toBeLessThanOrEqual(atMost ?? Number.POSITIVE_INFINITY);
  }
  expect(run.metrics["FairEval: accuracy, always the first"]).toBe(0.5);
  expect(Object.keys(run.figures)).toEqual(["network", "size", "accuracy"]);

  const endpoint = mockEndpoint({ rules: [{ answer: judgeModel({ roles: ["X", "Y"], positionBias: 2 }) }] });
  vi.stubGlobal("fetch", endpoint.fetch);
  const again = memoryRun(1, data);
  await method.run(method.options.parse({ ...settings, endpoint: "http://mock.test/v1", model: "mock" }), again);
  expect(again.metrics).toMatchObject(run.metrics);
  // Two pairs of equal quality: one review prefers the first, both orders find the tie.
  expect(again.metrics["FairEval: accuracy, one review, one order"]).toBe(0.5);
  expect(again.tables.FairEval.rows.at(-1)?.slice(0, 2)).toEqual(["as wide as the model names, 2 deep", 0.5]);
  expect(endpoint.log.length).toBe(2 * (1 + 6 + 1 + 8));
});
