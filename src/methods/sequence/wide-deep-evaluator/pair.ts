/** @file What is judged: a question with two answers. */

/** What kind of text the answers are; the prompts' words depend on it. */
export type TaskKind =
  | "question"
  | "summary"
  | "story"
  | "data-to-text"
  | "inference"
  | "dialogue"
  | "multi-turn dialogue"
  | "safety"
  | "code";

export type Verdict = 1 | 2 | "tie";

export interface Pair {
  readonly question: string;
  readonly answer1: string;
  readonly answer2: string;
  /** What people say. */
  readonly human?: Verdict;
  /** Default "question". */
  readonly kind?: TaskKind;
  readonly id?: string;
}

/** What makes a pair a doubtful one. It is judged all the same. */
export type Mark = "empty answer" | "identical answers";

export function marksOf({ answer1, answer2 }: Pair): Mark[] {
  const marks: Mark[] = [];
  if (answer1.trim() === "" || answer2.trim() === "") marks.push("empty answer");
  if (answer1.trim() === answer2.trim()) marks.push("identical answers");
  return marks;
}
