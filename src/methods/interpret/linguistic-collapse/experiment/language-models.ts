/** @file The language models: word-level transformers that differ in width, depth, epochs or seed. */

import { Tensor } from "../../../../graph/index.ts";
import {
  adamw,
  batches,
  chain,
  clipByGlobalNorm,
  crossEntropy,
  fit,
  type Gpt,
  gpt,
  init,
  onlyMatrices,
  schedule,
} from "../../../../nn/index.ts";
import { DecoderNetwork, TextModel } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type CollapseReport, neuralCollapse, type TextBatch } from "../index.ts";
import type { Captions } from "./captions.ts";
import type { Options } from "./options.ts";

export interface Design {
  readonly width: number;
  readonly layers: number;
  readonly epochs: number;
}

export interface Subject {
  readonly name: string;
  readonly design: Design;
  readonly params: Gpt<Tensor>;
  readonly report: CollapseReport;
}

/** "width 24, 1 layer, 2 epochs" */
export function nameOf({ width, layers, epochs }: Design): string {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `width ${width}, ${counted(layers, "layer")}, ${counted(epochs, "epoch")}`;
}

/** Widths × depths for one epoch, and longer ones of the second width and the most layers. */
export function gridOf({ widths, layers, longer }: Options): Design[] {
  const grid = layers.flatMap((depth) => widths.map((width) => ({ width, layers: depth, epochs: 1 })));
  const width = widths[Math.min(1, widths.length - 1)];
  return [...grid, ...longer.map((epochs) => ({ width, layers: Math.max(...layers), epochs }))];
}

/** Learns and is measured. @param name of its randomness, too; @param train what classes are measured on */
export async function study(
  run: Run,
  name: string,
  design: Design,
  text: Captions,
  options: Options,
  train = text.train,
): Promise<Subject> {
  const params = await trained(run, name, design, text, options);
  return { name, design, params, report: await measured(run, name, design, params, { ...text, train }, options) };
}

/** As it is before training. */
export async function untrained(run: Run, design: Design, text: Captions, options: Options): Promise<Subject> {
  const name = `untrained, ${nameOf(design)}`;
  const params = initial(run, name, design, text, options);
  return {
    name,
    design,
    params,
    report: await measured(run, name, design, params, { ...text, train: text.some }, options),
  };
}

/** A control: the same model, the positions of the training text labelled with each other's next words. */
export async function shuffledLabels(run: Run, subject: Subject, text: Captions, options: Options): Promise<Subject> {
  const name = "labels in random order";
  const labels = text.some.map((batch) => batch.labels?.numbers() ?? new Float64Array());
  const all = labels.flatMap((of) => Array.from(of).filter((label) => label >= 0));
  const order = run.rng.split(name).permutation(all.length);
  let at = 0;
  const train = text.some.map((batch, b): TextBatch => {
    const mixed = labels[b].map((label) => (label < 0 ? -1 : all[order[at++]]));
    return { tokens: batch.tokens, labels: Tensor.of(mixed, batch.tokens.shape, "int32") };
  });
  const { design, params } = subject;
  return { name, design, params, report: await measured(run, name, design, params, { ...text, train }, options) };
}

/** Heads of 24 dimensions or more. */
function headsOf(width: number): number {
  let heads = Math.max(1, Math.floor(width / 24));
  while (width % heads !== 0) heads--;
  return heads;
}

function initial(run: Run, name: string, { width, layers }: Design, text: Captions, { steps }: Options): Gpt<Tensor> {
  const vocabulary = text.vocabulary.words.length;
  return init.gpt(run.rng.split(name).split("weights"), {
    vocabulary,
    width,
    layers,
    heads: headsOf(width),
    context: steps,
  });
}

/** Steps that one call computes: small models spend much of a call on what goes in and out. */
const stepsPerCall = 4;

function trained(run: Run, name: string, design: Design, text: Captions, options: Options): Promise<Gpt<Tensor>> {
  const stage = `training: ${name}`;
  return run.part(stage, async (part) => {
    const heads = headsOf(design.width);
    const size = Math.min(options.batch, text.sequences.inputs.shape[0]);
    const data = batches(text.sequences, { size, rng: run.rng.split(name).split("batches") });
    const steps = design.epochs * data.perEpoch;
    const rising = Math.ceil(options.warmup * steps);
    const { params } = await fit<Gpt<Tensor>, Captions["sequences"]>({
      params: initial(run, name, design, text, options),
      loss: (p, { inputs, targets }) => crossEntropy(gpt(p, inputs, { heads }), targets),
      data,
      optimiser: chain(
        clipByGlobalNorm(1),
        adamw(schedule.warmup(rising, schedule.linear(options.learningRate, 0, steps - rising)), {
          weightDecay: options.weightDecay,
          mask: onlyMatrices,
        }),
      ),
      steps,
      stepsPerCall,
      checkpoint: part.checkpoint,
      checkpointEvery: 25 * stepsPerCall,
      signal: run.signal,
      compile: run.compile,
      onStep: ({ step, loss }) => {
        run.progress(stage, step, steps, "steps");
        if (step % 20 === 0) run.metric(`loss of ${stage}`, loss, { step, unit: "nats" });
      },
    });
    return params;
  });
}

function measured(
  run: Run,
  name: string,
  design: Design,
  params: Gpt<Tensor>,
  { train, val, vocabulary }: Captions,
  { steps, minCount }: Options,
): Promise<CollapseReport> {
  const stage = `measuring: ${name}`;
  const { width, layers } = design;
  const heads = headsOf(width);
  const sizes = {
    vocabulary: vocabulary.words.length,
    width,
    layers,
    heads,
    keyValueHeads: heads,
    headWidth: width / heads,
    hidden: 4 * width,
    context: steps,
  };
  return run.part(stage, async () => {
    const network = new DecoderNetwork({ architecture: "gpt2", sizes, params, options: { heads } });
    const model = new TextModel(network, { name });
    const report = await neuralCollapse(model, train, val, {
      minCount,
      compile: run.compile,
      signal: run.signal,
      breathe: () => run.breathe(),
      onProgress: (pass, done, total = done) =>
        run.progress(`${stage} (${pass})`, done, total, pass === "pairs" ? "tiles" : "batches"),
    });
    return report;
  });
}
