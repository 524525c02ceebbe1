/** @file E6: a network that reads the answer where it is written, and what is left of that when units that look at text are taken out. */

import {
  anyHand,
  generateScene,
  type Picture,
  paste,
  preprocesses,
  samplesOf,
  writeWord,
} from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import type { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { labelledInputs } from "../ablation.ts";
import { mentions } from "../audit.ts";
import { type EditCurve, editByDescription } from "../edit-by-description.ts";
import type { Speech } from "./captioner.ts";
import { describeNetwork } from "./describe-network.ts";
import { generatedPictures } from "./generated-pictures.ts";
import { editFigure } from "./pictures.ts";
import { networkLayers, openSmallNetwork, trainSmallNetwork } from "./small-network.ts";

export interface MisleadingOptions {
  readonly networkSteps: number;
  readonly networkUnits: number;
  readonly wordPictures: number;
  readonly probePictures: number;
  readonly beam: number;
}

const side = 48;
const shapes = ["circle", "square", "triangle", "cross", "ring", "bar"] as const;
const textWords = "word words text letter letters lettering writing written".split(" ");
const letterHeight = 8;
/** Units that a bar looks at, and how much validation accuracy may be lost. */
const [mostUnits, tolerance] = [20, 0.1] as const;

/** Whose name is written on a picture. */
type Written = "own in half" | "none" | "another";

export async function studyMisleading(run: Run, speech: Speech, options: MisleadingOptions): Promise<void> {
  const rng = run.rng.split("misleading words");
  const set = (name: string, count: number, written: Written) =>
    generatedPictures(name, count, (i) => writtenScene(rng.split(name).split(i), written));
  const bytes = await run.part("words: network", (part) =>
    trainSmallNetwork(run, part, set("training", options.wordPictures, "own in half"), {
      side,
      classes: shapes.length,
      steps: options.networkSteps,
    }),
  );
  const model = openSmallNetwork(bytes, "reads what is written");
  const probe = set("probe", options.probePictures, "own in half");
  const { descriptions } = await describeNetwork(run, speech, "words", model, probe, {
    layers: networkLayers,
    beam: options.beam,
    networkUnits: options.networkUnits,
  });
  const read = (name: string, written: Written) => labelsOf(model, set(name, options.probePictures, written));
  const [validation, adversarial] = [await read("validation", "own in half"), await read("adversarial", "another")];
  const described = descriptions[0].filter(({ dead, text }) => !dead && mentions(text, textWords));
  run.metric("E6: units described by text", described.length);
  if (described.length === 0) {
    // Nothing to take out is a finding, too.
    for (const what of ["on misleading words", "over units by chance", "over all units ranked alike"])
      run.metric(`E6: gain ${what}`, 0, { unit: "points" });
    return;
  }
  const { curve, rankedAll, random, edited } = await editByDescription(
    model,
    descriptions[0],
    textWords,
    validation,
    adversarial,
    {
      max: 50,
      tolerance,
      rng: rng.split("edit"),
      signal: run.signal,
      compile: run.compile,
      onProgress: (done, total) => run.progress("silencing units", done, total, "trials"),
    },
  );
  const controls = { "all units, ranked alike": rankedAll ?? curve, "units by chance": random ?? curve };
  const best = bestUnits(curve);
  const gain = ({ points }: EditCurve) => 100 * (points[Math.min(best, points.length - 1)].test - points[0].test);
  const [own, alike, chance] = [curve, ...Object.values(controls)].map(gain);
  run.metric("E6: gain on misleading words", own, { unit: "points" });
  run.metric("E6: gain over units by chance", own - chance, { unit: "points" });
  run.metric("E6: gain over all units ranked alike", own - alike, { unit: "points" });
  run.metric("E6: accuracy on misleading words before", curve.points[0].test);
  run.figure(
    "editing",
    editFigure(Object.entries({ "described by text": curve, ...controls }).map(([name, c]) => ({ name, curve: c }))),
  );
  await run.artifact("edited.onnx", edited.bytes());
}

async function labelsOf(model: Model, pictures: Parameters<typeof samplesOf>[0]) {
  return labelledInputs(samplesOf(pictures, model, preprocesses.signed), (label) => Number(label));
}

/** How many units give most on the adversarial pictures, of at most 20 that cost no more than the tolerance. */
function bestUnits({ points }: EditCurve): number {
  const [whole] = points;
  return points
    .slice(0, mostUnits + 1)
    .filter(({ validation }) => validation >= whole.validation - tolerance)
    .reduce((best, point) => (point.test > best.test ? point : best), whole).units;
}

function writtenScene(rng: Rng, written: Written): { picture: Picture; label: string } {
  const { picture, objects } = generateScene(rng.split("scene"), { size: side, objects: [1, 1] });
  const own = shapes.indexOf(objects[0].shape);
  const others = shapes.map((_, i) => i).filter((i) => i !== own);
  const word = written === "another" ? rng.pick(others) : own;
  const writes = written === "another" || (written === "own in half" && rng.random() < 0.5);
  if (!writes) return { picture, label: String(own) };
  const ink = rng.random() < 0.5 ? ([10, 10, 10] as const) : ([250, 250, 250] as const);
  const sticker = writeWord(shapes[word], letterHeight, ink, { ...anyHand(rng), spacing: 1, slant: 0 });
  return { picture: paste(picture, sticker, 1, side - letterHeight - 1).picture, label: String(own) };
}
