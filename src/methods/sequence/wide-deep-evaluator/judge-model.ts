/** @file A simulated judge for mock endpoints: it sees a hidden quality, each role with an error of its own, and favours what comes first. */

import { Rng } from "../../../graph/index.ts";
import type { MockCall } from "../../language-model-client/index.ts";

export interface JudgeModelOptions {
  /** What it names when it is asked for angles. */
  readonly roles: readonly string[];
  /** How many of them, drawn for each question anew. Default: all, or as many as the prompt asks for. */
  readonly adaptive?: readonly [least: number, most: number];
  /** a: points of score per point of quality. Default 1. */
  readonly slope?: number;
  /** β: points that it gives to the answer that is shown first. Default 0. */
  readonly positionBias?: number;
  /** σ: deviation of the error that a role makes about an answer; the same in every review of that role. Default 0. */
  readonly roleNoise?: number;
  /** λ: how far it goes from its own score towards the mean of those that are quoted to it. Default 0. */
  readonly shrinkage?: number;
  readonly seed?: number;
}

/** How an answer carries its quality. */
export const qualityTag = (quality: number) => `[quality ${quality}]`;

/**
 * What a judge replies: angles, or a review with
 * score_k = clamp(round((1 − λ)·s_k + λ·q_k)), s_k = 5 + a·(quality_k − mean quality) + β·[k = 1] + ε_k, q_k the mean of the scores quoted.
 * ε_k is the mean of the errors of the roles that it takes: each sees an answer with an error from N(0, σ), always the same one.
 */
export function judgeModel(options: JudgeModelOptions): (call: MockCall) => string {
  const { roles, adaptive, slope = 1, positionBias = 0, roleNoise = 0, shrinkage = 0, seed = 0 } = options;
  const rng = new Rng(seed);

  function namedRoles({ text }: MockCall): string {
    const count =
      adaptive === undefined
        ? roles.length
        : rng
            .split("roles")
            .split(text)
            .int(adaptive[0], adaptive[1] + 1);
    return roles
      .slice(0, count)
      .map((role) => `$${role}& what it says of ${role.toLowerCase()}`)
      .join("\n");
  }

  function review({ text }: MockCall): string {
    const answers = [1, 2].map((k) => between(text, k));
    const qualities = answers.map((answer) => Number(answer.match(/\[quality (-?[\d.]+)\]/)?.[1] ?? 5));
    const angles = (text.match(/angle of view: (.*)\.$/m)?.[1] ?? "").split("; ");
    const scores = [0, 1].map((k) => {
      const error = angles.reduce((sum, angle) => sum + rng.split(angle).split(answers[k]).gaussian(), 0);
      const own =
        5 +
        slope * (qualities[k] - (qualities[0] + qualities[1]) / 2) +
        (k === 0 ? positionBias : 0) +
        (roleNoise * error) / angles.length;
      const quoted = [...text.matchAll(new RegExp(`Score of Assistant ${k + 1}: ([\\d.]+)`, "g"))].map(([, n]) =>
        Number(n),
      );
      const mean = quoted.reduce((sum, score) => sum + score, 0) / quoted.length;
      const moved = quoted.length === 0 ? own : (1 - shrinkage) * own + shrinkage * mean;
      return Math.min(10, Math.max(1, Math.round(moved)));
    });
    const ahead = scores[0] === scores[1] ? "Neither is ahead" : `Assistant ${scores[0] > scores[1] ? 1 : 2} is ahead`;
    return `Evidence: ${ahead}, looking at ${angles.join(", ")}.\nScore of Assistant 1: ${scores[0]}\nScore of Assistant 2: ${scores[1]}`;
  }

  return (call) => (/Score of Assistant 1: </.test(call.text) ? review(call) : namedRoles(call));
}

/** An answer, as the default templates mark it. */
function between(text: string, k: number): string {
  return (
    text.match(new RegExp(`\\[Assistant ${k}'s \\w+ begins\\]\\n(.*?)\\n\\[Assistant ${k}'s \\w+ ends\\]`, "s"))?.[1] ??
    ""
  );
}
