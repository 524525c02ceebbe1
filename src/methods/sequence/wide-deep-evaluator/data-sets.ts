/** @file Pairs that people have judged: FairEval, and LLMEval² from a user's file. */

import { z } from "zod";
import type { DataSource } from "../../../data/index.ts";
import { CajalError } from "../../../graph/index.ts";
import type { Pair, TaskKind, Verdict } from "./pair.ts";

/** The 15 data sets of LLMEval² and the kind of their tasks, as in the authors' code. */
export const llmEval2Kinds: Readonly<Record<string, TaskKind>> = {
  webgpt: "question",
  eli5: "question",
  shp: "question",
  "rlhf-reward-chinese": "question",
  "reward-aira-portuguese": "question",
  summeval: "summary",
  summarizefeedback: "summary",
  openmeva: "story",
  bagel: "data-to-text",
  hellaswag: "inference",
  "rlhf-reward-russian": "dialogue",
  "hh-rlhf": "dialogue",
  "mt-bench": "multi-turn dialogue",
  "pku-saferlhf": "safety",
  "code-contests": "code",
};

const llmEval2Line = z.object({
  query: z.string(),
  response1: z.string(),
  response2: z.string(),
  human: z.union([z.string(), z.number()]),
  dataset: z.string(),
});

/** How files write the three verdicts. */
function verdictOf(written: string | number): Verdict | undefined {
  const word = String(written).trim().toLowerCase();
  if (word === "tie" || word === "0") return "tie";
  const [, k] = word.match(/^(?:response|model|assistant)?[ _]?([12])$/) ?? [];
  return k === undefined ? undefined : k === "1" ? 1 : 2;
}

/**
 * The pairs of LLMEval²: lines of JSON with query, response1, response2, human (1, 2 or tie) and dataset.
 * @param text the contents of the file
 * @throws CajalError `bad-file` with the number of the line
 */
export function loadLLMEval2(text: string): Pair[] {
  return jsonLines(text, "LLMEval²").map(([json, line]) => {
    const { data, error } = llmEval2Line.safeParse(json);
    if (data === undefined) {
      const [{ path, message }] = error.issues;
      throw new CajalError("bad-file", `LLMEval², line ${line}: ${path.join(".")}: ${message}`);
    }
    const human = verdictOf(data.human);
    if (human === undefined)
      throw new CajalError("bad-file", `LLMEval², line ${line}: "human" is ${JSON.stringify(data.human)}`, {
        advice: "It must be 1, 2 or tie.",
      });
    const kind = Object.hasOwn(llmEval2Kinds, data.dataset) ? llmEval2Kinds[data.dataset] : undefined;
    if (kind === undefined)
      throw new CajalError("bad-file", `LLMEval², line ${line}: no data set is named "${data.dataset}"`, {
        advice: `Known: ${Object.keys(llmEval2Kinds).join(", ")}.`,
      });
    return {
      id: `${data.dataset}/${line}`,
      question: data.query,
      answer1: data.response1,
      answer2: data.response2,
      human,
      kind,
    };
  });
}

const fairEvalLine = z.object({ question_id: z.number(), text: z.string() });

const fairEvalVerdicts: Readonly<Record<string, Verdict>> = { CHATGPT: 1, VICUNA13B: 2, TIE: "tie" };

/**
 * The 80 pairs of FairEval: answers of GPT-3.5 (first) and Vicuna-13B to questions of nine categories, with one person's verdict each.
 * @throws CajalError `bad-file`, or as the source
 */
export async function loadFairEval(source: DataSource): Promise<Pair[]> {
  const read = async (path: string) => new TextDecoder().decode(await source.file("faireval", path));
  const texts = async (path: string) =>
    new Map(
      jsonLines(await read(path), path).map(([json, line]) => {
        const { data } = fairEvalLine.safeParse(json);
        if (data === undefined) throw new CajalError("bad-file", `${path}, line ${line} has no question_id and text`);
        return [data.question_id, data.text];
      }),
    );
  const questions = await texts("question.jsonl");
  const first = await texts("answer/answer_gpt35.jsonl");
  const second = await texts("answer/answer_vicuna-13b.jsonl");
  const human = (await read("review/review_gpt35_vicuna-13b_human.txt")).trim().split(/\s+/);
  if (human.length !== questions.size)
    throw new CajalError("bad-file", `faireval: ${human.length} verdicts for ${questions.size} questions`);
  return [...questions].map(([id, question], i) => {
    const [answer1, answer2, verdict] = [first.get(id), second.get(id), fairEvalVerdicts[human[i]]];
    if (answer1 === undefined || answer2 === undefined || verdict === undefined)
      throw new CajalError("bad-file", `faireval: question ${id} lacks an answer or a verdict`);
    return { id: `faireval/${id}`, question, answer1, answer2, human: verdict };
  });
}

/** The values of lines that are not empty, with the lines' numbers. */
function jsonLines(text: string, file: string): [unknown, number][] {
  return text.split("\n").flatMap((line, i): [unknown, number][] => {
    if (line.trim() === "") return [];
    try {
      return [[JSON.parse(line), i + 1]];
    } catch {
      throw new CajalError("bad-file", `${file}, line ${i + 1} is no JSON`);
    }
  });
}
