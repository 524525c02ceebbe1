/** @file How well a model predicts texts. */

import { CajalError, type Value } from "../../../graph/index.ts";
import { crossEntropies } from "../../../nn/index.ts";
import type { TextModel } from "../../../probe/index.ts";
import type { FunctionSet } from "./function-sets.ts";
import { onTexts, type PassFeeds, type PassOptions, type Tokens } from "./text-passes.ts";

/** −log p of each token [batch, steps − 1], 0 where there is none, within a traced function. */
export function surprises(model: TextModel, { weights, tokens, present }: PassFeeds<Value>): Value {
  const logits = model.apply(tokens, present, weights);
  if (logits === undefined)
    throw new CajalError("shape", `${model.name} has no logits of the next token`, {
      advice: 'Export it with its language-model head: an output "logits" [batch, steps, vocabulary].',
    });
  const steps = tokens.shape[1];
  const next = (value: Value) => value.slice([1], [steps], [1]);
  return crossEntropies(logits.slice([0], [steps - 1], [1]), next(tokens)).mul(next(present).cast("float32"));
}

/** Mean −log p of the tokens of texts, given those before them, in nats. @throws CajalError `argument`, `no-data` without a second token */
export async function textLoss(model: TextModel, texts: readonly Tokens[], options?: PassOptions): Promise<number> {
  let [nats, count] = [0, 0];
  await onTexts(
    model,
    texts,
    (feeds) => ({ sums: surprises(model, feeds).sum(1) }),
    ({ sums }, rows) => {
      const values = sums.numbers();
      for (const [row, index] of rows.entries()) {
        nats += values[row];
        count += texts[index].length - 1;
      }
    },
    options,
  );
  if (count === 0)
    throw new CajalError("no-data", "textLoss: no text has a second token", { advice: "Give longer texts." });
  return nats / count;
}

/** The loss on the prompts of each set, in nats per token. One graph serves all. */
export async function functionLosses(
  model: TextModel,
  sets: readonly FunctionSet[],
  options?: PassOptions,
): Promise<number[]> {
  const texts = sets.flatMap(({ prompts }) => prompts);
  const owners = sets.flatMap(({ prompts }, f) => prompts.map(() => f));
  const nats = sets.map(() => 0);
  await onTexts(
    model,
    texts,
    (feeds) => ({ sums: surprises(model, feeds).sum(1) }),
    ({ sums }, rows) => {
      const values = sums.numbers();
      for (const [row, index] of rows.entries()) nats[owners[index]] += values[row];
    },
    options,
  );
  return sets.map(({ prompts }, f) => nats[f] / prompts.reduce((sum, { length }) => sum + length - 1, 0));
}
