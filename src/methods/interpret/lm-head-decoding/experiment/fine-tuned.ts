/** @file The pretrained model against copies that were trained on, and against one that has nothing of it. */

import { loadText } from "../../../../data/index.ts";
import { Tensor } from "../../../../graph/index.ts";
import { fitGpt, type Gpt, init } from "../../../../nn/index.ts";
import { type Decoder, DecoderNetwork, TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type Comparison, compareDecodings } from "../compare.ts";
import { decodeTable, type NeuronTable } from "../decode.ts";
import type { Options } from "./options.ts";

export interface Copy {
  readonly name: string;
  readonly up: Comparison;
  readonly down: Comparison;
}

/** 16 windows of 128 tokens in a batch. */
const [size, length] = [16, 128];

/** In the order in which they have less and less of the pretrained model. */
export async function studyFineTuning(
  run: Run,
  model: TextModel,
  table: NeuronTable,
  options: Options,
): Promise<Copy[]> {
  const decoder = model.network.decoder as Decoder;
  const { gentleSteps, strongSteps } = options;
  const text = encodeWords(model, await loadText(run.data, "tinyshakespeare"));
  const tokens = Tensor.of(text, [text.length], "int32");
  const train = (name: string, params: Gpt<Tensor>, steps: number, rate: number) =>
    run.part(name, async ({ rng, checkpoint }) => {
      const trained = await fitGpt({
        ...{ params, options: decoder.options, tokens, length, size, steps, rate, rng },
        ...{ checkpoint, signal: run.signal, compile: run.compile },
        onStep: ({ step, loss }) => {
          run.progress(name, step, steps, "steps");
          if (step % 10 === 0) run.metric(`loss: ${name}`, loss, { step, unit: "nats" });
        },
      });
      return trained.params;
    });
  const compare = async (name: string, params: Gpt<Tensor>): Promise<Copy> => {
    const copy = new TextModel(new DecoderNetwork({ ...decoder, params }), {
      name,
      ...(model.tokenizer && { tokenizer: model.tokenizer }),
    });
    const other = await decodeTable(copy, { compile: run.compile, signal: run.signal });
    return { name, up: compareDecodings(table, other), down: compareDecodings(table, other, { side: "down" }) };
  };
  const gentle = `fine-tuned, ${gentleSteps} steps at 1e-4`;
  const strong = `fine-tuned, ${strongSteps} steps at 1e-3`;
  const scratch = `from scratch, ${strongSteps} steps at 1e-3`;
  return [
    await compare(gentle, await train(gentle, decoder.params, gentleSteps, 1e-4)),
    await compare(strong, await train(strong, decoder.params, strongSteps, 1e-3)),
    await compare(scratch, await train(scratch, freshParams(run, decoder), strongSteps, 1e-3)),
  ];
}

/** The tokens of a long text, word by word: no token is longer. */
function encodeWords({ tokenizer }: TextModel, text: string): number[] {
  const known = new Map<string, readonly number[]>();
  return (text.match(/ ?\S+|\s/g) ?? []).flatMap((word) => {
    const tokens = known.get(word) ?? tokenizer?.encode(word) ?? [];
    known.set(word, tokens);
    return tokens;
  });
}

/** The same architecture, not trained. */
function freshParams(run: Run, { sizes }: Decoder): Gpt<Tensor> {
  const { vocabulary, width, layers, heads, keyValueHeads, hidden } = sizes;
  return init.gpt(run.rng.split("from scratch"), {
    ...{ vocabulary, width, layers, heads, keyValueHeads, hidden, bias: false },
    ...{ norm: "rms", feedForward: "gated" },
  });
}
