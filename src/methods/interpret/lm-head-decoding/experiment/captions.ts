/** @file A model whose tokens are words: do clamps raise the words that neurons write, and does its text speak of them? */

import { loadCaptions } from "../../../../data/index.ts";
import { neuronWeights, type TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { clampNeuron } from "../clamp.ts";
import { ClampRunner, calibrate } from "../clamp-effect.ts";
import { decodeTable, type NeuronTable, type NeuronWords } from "../decode.ts";
import { searchNeurons } from "../find.ts";
import { largest } from "../validity.ts";
import { wordOf } from "../words.ts";
import { captionModel, trainCaptionModel } from "./caption-model.ts";
import type { Options } from "./options.ts";

export interface Told {
  readonly word: string;
  readonly side: "up" | "down";
  readonly neuron: string;
  /** Shares of continuations that name the word. */
  readonly clamped: number;
  readonly free: number;
  /** The first continuation with the clamp, and without. */
  readonly example: string;
  readonly plain: string;
}

export interface CaptionStudy {
  readonly table: NeuronTable;
  /** Of the most specialised words that neurons write: those that rise under the clamp and are among the 10 most raised. */
  readonly confirmed: number;
  readonly checked: readonly { readonly word: string; readonly neuron: string; readonly place: number }[];
  readonly told: readonly Told[];
}

/** What pictures show; those that the model has a token for are looked at. */
const concepts = ["dog", "water", "ball", "horse", "guitar", "beach", "snow", "bicycle"];

const openings = [
  ...[
    "a man is walking with a",
    "a woman is standing next to a",
    "two people are sitting near a",
    "a child is playing with a",
  ],
  ...[
    "a group of people look at a",
    "a young girl is holding a",
    "an older man sits by a",
    "three men are in front of a",
  ],
];

/** Held-out descriptions on which clamps are measured. */
const contexts = 96;

/** Tokens of a continuation. */
const continued = 10;

/** A neuron is held at so many times its 99th percentile when it shall speak. */
const speaking = 20;

export async function studyCaptions(run: Run, options: Options): Promise<CaptionStudy> {
  const all = await loadCaptions(run.data);
  const texts = options.captions > 0 ? all.slice(0, options.captions) : all;
  const name = "training on captions";
  const params = await run.part(name, ({ rng, checkpoint }) =>
    trainCaptionModel(texts, {
      ...{ rng, checkpoint, epochs: options.captionEpochs, compile: run.compile, signal: run.signal },
      onStep: ({ step, steps, loss }) => {
        run.progress(name, step, steps, "steps");
        if (step % 20 === 0) run.metric("loss: captions", loss, { step, unit: "nats" });
      },
    }),
  );
  const model = captionModel(texts, params);
  const table = await decodeTable(model, { compile: run.compile, signal: run.signal });
  const held = (await loadCaptions(run.data, { split: "val" })).slice(0, contexts);
  const prompts = held.map((text) => model.encode(text));
  const checked = await run.part("clamps of words", () => confirm(run, model, table, prompts, options));
  const told = await run.part("continuations", () => tell(run, model, prompts));
  const confirmed = checked.filter(({ place }) => place <= 10).length / checked.length;
  return { table, checked, confirmed, told };
}

/** The place of each word among those that the clamp of its neuron raises; infinite where it falls. */
async function confirm(
  run: Run,
  model: TextModel,
  table: NeuronTable,
  prompts: readonly (readonly number[])[],
  options: Options,
) {
  const weights = await neuronWeights(model);
  const neurons = mostSpecialised(table, options.specialised);
  const ranges = await calibrate(model, neurons, prompts, { weights, compile: run.compile });
  const runner = new ClampRunner(model, weights, prompts, { compile: run.compile, signal: run.signal });
  const checked: { word: string; neuron: string; place: number }[] = [];
  try {
    for (const [i, neuron] of neurons.entries()) {
      const [token] = neuron.tokens;
      for (const direction of [1, -1]) {
        const { deltaLogProb, deltaProduct } = await runner.effect(
          neuron,
          direction * options.strength * ranges[i].up99,
          ranges[i],
        );
        // The proper sign is the one with which the neuron writes what was decoded.
        if (deltaProduct * neuron.sign <= 0) continue;
        const place = largest(deltaLogProb, deltaLogProb.length).indexOf(token) + 1;
        checked.push({
          word: wordOf(neuron.words[0]),
          neuron: `${neuron.layer}:${neuron.index}`,
          place: deltaLogProb[token] > 0 ? place : Number.POSITIVE_INFINITY,
        });
        break;
      }
      run.progress("clamps of words", i + 1, neurons.length, "neurons");
    }
  } finally {
    await runner.release();
  }
  return checked;
}

/** Of each word the neuron that writes it most clearly; the clearest first. */
function mostSpecialised({ neurons }: NeuronTable, count: number): NeuronWords[] {
  const best = new Map<string, NeuronWords>();
  for (const neuron of neurons) {
    if (neuron.side !== "down") continue;
    const word = wordOf(neuron.words[0]);
    if ((best.get(word)?.score ?? Number.NEGATIVE_INFINITY) < neuron.score) best.set(word, neuron);
  }
  return [...best.values()].sort((a, b) => b.score - a.score).slice(0, count);
}

async function tell(run: Run, model: TextModel, prompts: readonly (readonly number[])[]): Promise<Told[]> {
  const weights = await neuronWeights(model);
  const spoken = concepts.filter((concept) => (model.tokenizer?.encode(concept)[0] ?? 1) > 1);
  const free = await continuations(model);
  const runner = new ClampRunner(model, weights, prompts, { compile: run.compile, signal: run.signal });
  const told: Told[] = [];
  for (const [i, word] of spoken.entries()) {
    const names = (texts: readonly string[]) =>
      texts.filter((text) => text.split(" ").includes(word)).length / texts.length;
    for (const side of ["down", "up"] as const) {
      const [hit] = await searchNeurons(model, word, { sides: [side], limit: 1, weights });
      const [range] = await calibrate(model, [hit], prompts, { weights, compile: run.compile });
      const value = speaking * range.up99;
      // The sign with which the neuron writes what it was found by.
      const { deltaProduct } = await runner.effect(hit, value, range);
      const clamped = await clampNeuron(model, hit, deltaProduct * hit.sign < 0 ? -value : value, { weights });
      const texts = await continuations(clamped);
      await clamped.release();
      told.push({
        ...{ word, side, neuron: `${hit.layer}:${hit.index}`, clamped: names(texts), free: names(free) },
        ...{ example: openings[0] + texts[0], plain: openings[0] + free[0] },
      });
    }
    run.progress("continuations", i + 1, spoken.length, "words");
  }
  await runner.release();
  return told;
}

/** The likeliest continuation of each opening. */
async function continuations(model: TextModel): Promise<string[]> {
  const texts: string[] = [];
  for (const opening of openings) {
    let text = "";
    for await (const piece of model.generate(opening, { tokens: continued })) text += piece.text;
    texts.push(text);
  }
  return texts;
}
