/** @file Whether a model knows facts: its own first tokens, and how likely it finds the object. */

import { CajalError, type CompileOptions, compile, Tensor, type Value } from "../../../graph/index.ts";
import { crossEntropies } from "../../../nn/index.ts";
import { type TextBatch, type TextModel, textBatches, type Weights } from "../../../probe/index.ts";
import type { Question } from "./questions.ts";

export interface Answer {
  /** Whether the first two tokens that the model would write are the object's; the first, if the object has no more. */
  readonly known: boolean;
  /** −ln p of the whole object after the prompt, in nats. */
  readonly nll: number;
}

export interface RunOptions {
  readonly compile?: CompileOptions;
  readonly signal?: AbortSignal;
}

/** Tokens of the object that must be right. */
const decisive = 2;

/** Prompts at once. */
const batch = 64;

type Run = (
  weights: Weights<Value>,
  tokens: Value,
  present: Value,
  rows: Value,
  targets: Value,
) => { nats: Value; written: Value };

/**
 * The model's answers, in order. What it writes greedily is read from one pass over prompt and object: its second token matters only where
 * the first is the object's.
 * @throws CajalError `argument` for prompts that are longer than the model reads, `shape` without logits
 */
export async function answersOf(
  model: TextModel,
  questions: readonly Question[],
  { compile: how, signal }: RunOptions = {},
): Promise<Answer[]> {
  const texts = questions.map(({ prompt, object }) => model.tokensOf([...prompt, ...object.slice(0, -1)]));
  const longest = questions.reduce((most, { object }) => Math.max(most, object.length), 1);
  const run = compile(runOf(model), how);
  const answers: Answer[] = new Array(questions.length);
  const vocabulary = await vocabularyOf(model, questions);
  try {
    for (const part of textBatches(model, texts, { batch, numbersPerToken: vocabulary, signal })) {
      const { rows, targets } = places(questions, part, longest);
      const result = await run(model.weights, part.tokens, part.present, rows, targets);
      const [nats, written] = [result.nats.numbers(), result.written.numbers()];
      for (const [row, index] of part.rows.entries())
        answers[index] = answerTo(questions[index], nats, written, row * longest);
    }
  } finally {
    await run.release();
  }
  return answers;
}

/** Tokens that the model can write. */
async function vocabularyOf(model: TextModel, questions: readonly Question[]): Promise<number> {
  const known = model.network.decoder?.sizes.vocabulary;
  if (known !== undefined || questions.length === 0) return known ?? 1;
  return (await model.logits(questions[0].prompt)).shape[1];
}

function runOf(model: TextModel): Run {
  return (weights, tokens, present, rows, targets) => {
    const logits = model.apply(tokens, present, weights);
    if (logits === undefined) throw new CajalError("shape", `${model.name} has no logits of the next token`);
    const vocabulary = logits.shape[2];
    const wanted = logits.reshape([logits.shape[0] * logits.shape[1], vocabulary]).gather(rows);
    return { nats: crossEntropies(wanted, targets), written: wanted.op("ArgMax", [], { axis: -1, keepdims: 0 }) };
  };
}

/** Of each token of the batch's objects the row of logits that it is written from, and the token: [size · longest]. */
function places(questions: readonly Question[], { rows: members, size, steps }: TextBatch, longest: number) {
  const rows = new Array<number>(size * longest).fill(0);
  const targets = new Array<number>(size * longest).fill(0);
  for (const [row, index] of members.entries())
    for (const [j, token] of questions[index].object.entries()) {
      rows[row * longest + j] = row * steps + questions[index].prompt.length - 1 + j;
      targets[row * longest + j] = token;
    }
  const whole = (values: readonly number[]) => Tensor.of(values, [values.length], "int64");
  return { rows: whole(rows), targets: whole(targets) };
}

/** @param at where its tokens begin */
function answerTo({ object }: Question, nats: ArrayLike<number>, written: ArrayLike<number>, at: number): Answer {
  return {
    known: object.slice(0, decisive).every((token, j) => written[at + j] === token),
    nll: object.reduce((sum, _token, j) => sum + nats[at + j], 0),
  };
}
