/** @file Reviews: what a neuron of the network gives, and the prompts that ask for one. */

import type { Message } from "../../language-model-client/index.ts";
import type { Pair } from "./pair.ts";
import { exchangeNames, type Scores } from "./replies.ts";
import { fill, type TaskTemplates } from "./templates.ts";

/** Which answer is shown first: 12 shows the first one as Assistant 1, 21 the second one. */
export type Order = "12" | "21";

export interface Review {
  /** From 1. */
  readonly layer: number;
  /** From 0; neurons of a layer stand for roles. */
  readonly neuron: number;
  readonly order: Order;
  /** The angles that it was to take. */
  readonly angles: readonly string[];
  /** The reply, in the pair's own order: "Assistant 1" is the first answer, however it was shown. */
  readonly text: string;
  /** Of the first and the second answer. 0, 0 when no reply had scores. */
  readonly scores: Scores;
  /** Replies that were asked for: 1 unless one had no scores. */
  readonly attempts: number;
  /** No reply had scores. */
  readonly failed: boolean;
}

/** What is shown in this order. */
export function shown({ question, answer1, answer2 }: Pair, order: Order): Record<string, string> {
  return order === "12" ? { question, answer1, answer2 } : { question, answer1: answer2, answer2: answer1 };
}

/**
 * Reviews as they are quoted in a prompt of this order: with the names that the answers have there, and each neuron's review of this very
 * order before its other one. So exchanging the answers of a pair exchanges its prompts, to the letter.
 */
function quoted(reviews: readonly Review[], order: Order): string {
  const first = (review: Review) => (review.order === order ? 0 : 1);
  return reviews
    .toSorted((a, b) => a.layer - b.layer || a.neuron - b.neuron || first(a) - first(b))
    .map(({ text }) => (order === "12" ? text : exchangeNames(text)))
    .join("\n\n");
}

/** @param own reviews of this neuron, and of its `others`: of layers before. Without either there is no history. */
export function reviewPrompt(
  templates: TaskTemplates,
  pair: Pair,
  order: Order,
  angles: readonly string[],
  own: readonly Review[],
  others: readonly Review[],
): Message[] {
  const history =
    own.length === 0 || others.length === 0
      ? ""
      : fill(templates.history, { own: quoted(own, order), others: quoted(others, order) });
  return [
    { role: "system", content: templates.system },
    { role: "user", content: fill(templates.review, { ...shown(pair, order), history, angles: angles.join("; ") }) },
  ];
}

/** @param count how many angles are asked for; undefined: as many as there are */
export function rolesPrompt(templates: TaskTemplates, pair: Pair, count: number | undefined): Message[] {
  const values = shown(pair, "12");
  const content =
    count === undefined ? fill(templates.roles, values) : fill(templates.fewRoles, { ...values, count: String(count) });
  return [{ role: "user", content }];
}
