/** @file Single prompts that shall be continued otherwise, and what that does elsewhere. */

import { compile, type Rng, Tensor, type Value } from "../../../../graph/index.ts";
import { crossEntropies } from "../../../../nn/index.ts";
import type { TextModel, Weights } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type Brick, changeColumns } from "../brick.ts";
import { configure } from "../configure.ts";
import { findFeedForward } from "../feed-forward.ts";
import type { Tokens } from "../text-passes.ts";
import { BrickUpdater } from "../update.ts";
import type { Options } from "./options.ts";
import { type FunctionText, trainingWindows } from "./texts.ts";

export interface UpdateStudy {
  readonly edits: readonly {
    readonly function: string;
    readonly prompt: string;
    readonly before: string;
    readonly target: string;
    readonly success: boolean;
    /** Rise of perplexity elsewhere, in %. */
    readonly elsewhere: number;
    readonly strongest: string;
  }[];
}

/** Bytes of a prompt. */
const promptLength = 64;
/** Test windows of each function that perplexity elsewhere is measured on. */
const elsewhereWindows = 5;

export function studyUpdates(
  run: Run,
  model: TextModel,
  texts: readonly FunctionText[],
  { edits: count, routerTexts }: Options,
): Promise<UpdateStudy> {
  return run.part("updates", async ({ rng }) => {
    const general = trainingWindows(texts, routerTexts);
    const updater = await BrickUpdater.of(model, general, { compile: run.compile, signal: run.signal });
    const elsewhere = texts.flatMap(({ tested }) => tested.slice(-elsewhereWindows));
    const judge = await judgeOf(run, model, elsewhere);
    const edits: UpdateStudy["edits"][number][] = [];
    try {
      for (let i = 0; i < count; i++) {
        const { name, tested } = texts[i % texts.length];
        const prompt = tested[Math.floor(i / texts.length) % tested.length].slice(0, promptLength);
        const first = topOf(await model.logits(prompt));
        const target = otherLetter(rng.split(i), first);
        const { brick, strongest } = await updater.update({ prompt, target: [target] });
        const after = topOf(await (await configure(model, undefined, { bricks: [brick] })).logits(prompt));
        edits.push({
          ...{ function: name, prompt: letters(prompt), before: letters([first]), target: letters([target]) },
          success: after === target,
          elsewhere: await judge.rise(brick),
          strongest: strongest
            .slice(0, 3)
            .map(({ neuron }) => neuron)
            .join(", "),
        });
        run.progress("updates", i + 1, count, "edits");
      }
      return { edits };
    } finally {
      await Promise.all([updater.release(), judge.release()]);
    }
  });
}

/** Perplexity on texts with a change of columns as input, so that one graph serves all edits. */
async function judgeOf(run: Run, model: TextModel, texts: readonly Tokens[]) {
  const layers = await findFeedForward(model);
  const [layer] = layers.slice(-1);
  const tokens = Tensor.of(texts.flat(), [texts.length, texts[0].length], "int64");
  const loss = compile((weights: Weights<Value>, ids: Value, key: Value, value: Value) => {
    const steps = ids.shape[1];
    const edited = model.edit({ [layer.written]: changeColumns(key, value, layer) });
    const logits = edited.apply(ids, ids.mul(0).add(ids.tracer.constant([1], "int64")), weights) ?? ids;
    return crossEntropies(logits.slice([0], [steps - 1], [1]), ids.slice([1], [steps], [1])).mean();
  }, run.compile);
  const of = async (key: Tensor, value: Tensor) => (await loss(model.weights, tokens, key, value)).item();
  const before = await of(Tensor.zeros([layer.neurons]), Tensor.zeros([layer.width]));
  return {
    rise: async ({ changed: [{ key, value }] }: Brick) => 100 * (Math.exp((await of(key, value)) - before) - 1),
    release: () => loss.release(),
  };
}

function topOf(logits: Tensor): number {
  const [steps, vocabulary] = logits.shape;
  const row = logits.numbers().subarray((steps - 1) * vocabulary);
  return row.indexOf(Math.max(...row));
}

/** A lower-case letter that the model does not say itself. */
function otherLetter(rng: Rng, first: number): number {
  const code = 97 + rng.int(0, 26);
  return code === first ? 97 + ((code - 96) % 26) : code;
}

function letters(tokens: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(tokens));
}
