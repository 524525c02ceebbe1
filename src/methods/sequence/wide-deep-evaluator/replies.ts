/** @file Reading what the model replies: names of angles, scores; and exchanging the names of the assistants. */

export type Scores = readonly [number, number];

/** The names between `$` and the closing sign, which may run over lines; each once. Empty when there are none. */
export function parseAngles(reply: string, close: "&" | "@"): string[] {
  const names = [...reply.matchAll(close === "&" ? /\$(.*?)&/gs : /\$(.*?)@/gs)].map(([, name]) =>
    name.trim().replaceAll(/\s*\n\s*/g, " "),
  );
  return [...new Set(names)].filter((name) => name !== "");
}

/** The scores of Assistant 1 and 2; undefined when one of them is not there. */
export function parseScores(reply: string): Scores | undefined {
  const score = (k: 1 | 2) => {
    const found = reply.match(new RegExp(`Score of (?:the )?Assistant ${k}:\\s*(\\d+(?:\\.\\d+)?)`));
    return found === null ? undefined : Number(found[1]);
  };
  const [first, second] = [score(1), score(2)];
  return first === undefined || second === undefined ? undefined : [first, second];
}

/** "Assistant 1" for "Assistant 2" and the other way round. Done twice, it is undone. */
export function exchangeNames(text: string): string {
  return text.replace(/Assistant ([12])(?!\d)/g, (_, k: string) => `Assistant ${k === "1" ? 2 : 1}`);
}
