/** @file Heads by the length of a repetition: which look to what followed before, and what they say then. */

import type { LanguageModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type InductionOptions, type InductionScores, inductionScores } from "../induction.ts";

/** Prefix lengths that are tried. */
const prefixes = [1, 2, 4, 8, 12] as const;

/** Heads by the length of a prefix that comes twice: attention to the token after the first copy, and what they add to its logit. */
export async function reportPrefixes(
  run: Run,
  name: string,
  model: LanguageModel,
  texts: Pick<InductionOptions, "tokens" | "length" | "unembedding">,
): Promise<void> {
  const scores = await run.part(`${name}: prefixes`, async () => {
    const given = { ...texts, texts: 64, seed: run.seed, compile: run.compile };
    return {
      plain: await inductionScores(model, prefixes, given),
      corrupt: await inductionScores(model, [4], { ...given, corrupt: true }),
    };
  });
  run.table(`${name}: prefix study`, {
    columns: [
      "head",
      ...prefixes.map((p) => `prefix ${p}`),
      "prefix 4, two before changed",
      "with the prefix it",
      "adds to the logit, prefix 1",
      `adds, prefix ${prefixes[prefixes.length - 1]}`,
    ],
    rows: prefixRows(scores.plain, scores.corrupt),
    caption:
      "Mean attention from the last token of the second copy to the token after the first; with “two before changed” the token two before the source is another one. The last two columns: what the head adds to the right token's logit, straight, where the stream's root mean square is 1.",
  });
}

function prefixRows({ layers, direct }: InductionScores, corrupt: InductionScores): (string | number)[][] {
  return layers.flatMap((scores, layer) => {
    const heads = scores.shape[1];
    const [plain, changed, adds] = [scores.numbers(), corrupt.layers[layer].numbers(), direct[layer].numbers()];
    const last = prefixes.length - 1;
    return Array.from({ length: heads }, (_, k) => {
      const row = prefixes.map((_p, i) => plain[i * heads + k]);
      const rise = row[last] - row[0];
      const word = Math.abs(rise) < 0.02 ? "stays" : rise > 0 ? "rises" : "falls";
      return [`${layer}.${k}`, ...row, changed[k], word, adds[k], adds[last * heads + k]];
    });
  });
}
