/** @file E3, E4: a network of ten classes of shape and texture. Do descriptions tell where its units are on? Which of them matter? */

import { type PictureSet, preprocesses, samplesOf } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import type { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { labelledInputs } from "../ablation.ts";
import { analyze, criteria } from "../analyze.ts";
import { type AnnotatedScene, annotatedScene } from "../annotated/annotated-scene.ts";
import type { Description } from "../describe.ts";
import { vectorsOf } from "../word-vectors.ts";
import type { Speech } from "./captioner.ts";
import { describeNetwork } from "./describe-network.ts";
import { dissectNetwork } from "./dissection.ts";
import { generatedPictures } from "./generated-pictures.ts";
import { lambda } from "./held-out-sets.ts";
import { analysisFigure } from "./pictures.ts";
import { maximaOn, meanAuc } from "./prediction.ts";
import { networkLayers, openSmallNetwork, trainSmallNetwork } from "./small-network.ts";

export interface ShapesOptions {
  readonly networkSteps: number;
  readonly networkUnits: number;
  readonly networkPictures: number;
  readonly probePictures: number;
  readonly beam: number;
}

const side = 64;
const shapes = ["circle", "square", "triangle", "cross", "ring"] as const;
const textures = ["striped", "checkered"] as const;
/** Class c is shape ⌊c/2⌋ with texture c mod 2. */
const classes = shapes.length * textures.length;

/** The query of the analysis: a class's shape, as captions call it. */
const query = { word: "triangles", shape: "triangle" } as const;

/** What the two parts share: the network, its pictures, what is said of its units. */
interface Described {
  readonly rng: Rng;
  readonly model: Model;
  /** The scenes that units are described from. */
  readonly probe: (i: number) => AnnotatedScene;
  /** By information, and the likeliest. */
  readonly informed: readonly Description[];
  readonly likely: readonly Description[];
}

export async function studyShapes(run: Run, speech: Speech, options: ShapesOptions): Promise<void> {
  const rng = run.rng.split("shapes and textures");
  const bytes = await run.part("shapes: network", (part) =>
    trainSmallNetwork(run, part, labelled(rng, "training", options.networkPictures), {
      side,
      classes,
      steps: options.networkSteps,
    }),
  );
  await run.artifact("shapes.onnx", bytes);
  const model = openSmallNetwork(bytes, "shapes and textures");
  const probe = scenesOf(rng.split("probe"));
  const pictures = generatedPictures("scenes", options.probePictures, (i) => ({ picture: probe(i).picture }));
  const { descriptions } = await describeNetwork(run, speech, "shapes", model, pictures, {
    layers: networkLayers,
    beam: options.beam,
    networkUnits: options.networkUnits,
    lambdas: [lambda, 0],
  });
  const [informed, likely] = descriptions;
  const described = { rng, model, probe, informed, likely };
  await predict(run, speech, described, options);
  await silence(run, speech, described, options);
}

/** E3: on new scenes, against shuffled descriptions, the likeliest ones, and fixed labels. */
async function predict(
  run: Run,
  { reader }: Speech,
  { rng, model, probe, informed, likely }: Described,
  { probePictures }: ShapesOptions,
): Promise<void> {
  const maxima = await maximaOn(run, model, networkLayers, scenesOf(rng.split("test")), probePictures);
  const live = informed.filter(({ dead }) => !dead);
  const order = [...rng.split("shuffle").permutation(live.length)];
  const shuffled = order.map((i, k): Description => ({ ...live[k], text: live[i].text }));
  const labels = await run.part("shapes: dissection", ({ rng: own }) =>
    dissectNetwork(run, own, model, probe, { layers: networkLayers, pictures: probePictures }),
  );
  const labelOf = ({ layer, unit }: Description) => labels.get(`${layer}:${unit}`);
  const read = (list: readonly Description[]) => meanAuc(list, maxima, ({ text }) => [...reader.read(text).attributes]);
  const auc = { informed: read(informed), shuffled: read(shuffled), likely: read(likely) };
  run.metric("E3: AUC", auc.informed);
  run.metric("E3: AUC of shuffled descriptions", auc.shuffled);
  run.metric("E3: AUC without information", auc.likely);
  run.metric(
    "E3: AUC of dissection with fixed labels",
    meanAuc(informed, maxima, (description) => {
      const label = labelOf(description);
      return label === undefined ? [] : [label];
    }),
  );
  run.metric("E3: AUC above shuffled", auc.informed - auc.shuffled);
  run.metric("E3: AUC above that without information", auc.informed - auc.likely);
  run.table("E3: descriptions", {
    columns: ["unit", "by information", "likeliest", "dissection"],
    rows: informed
      .map((description, i): string[] => {
        const { layer, unit, text } = description;
        return [`${layer}:${unit}`, text, likely[i].text, labelOf(description) ?? "none"];
      })
      .filter((_, i) => i % 6 === 0),
    caption: "Every sixth unit.",
  });
}

/** E4: which descriptions belong to units that matter. */
async function silence(
  run: Run,
  { captioner }: Speech,
  { rng, model, informed }: Described,
  { probePictures }: ShapesOptions,
): Promise<void> {
  const data = await labelledInputs(
    samplesOf(labelled(rng, "validation", probePictures), model, preprocesses.signed),
    (label) => Number(label),
  );
  const { languageModel, vocabulary } = captioner.weights;
  // Words are as near as the language model's vectors of them: they follow what words are followed by.
  const rows = languageModel.words.weight;
  const special = vocabulary.size - vocabulary.words.length;
  const vectors = vectorsOf(vocabulary.words, rows.numbers().subarray(special * rows.shape[1]), rows.shape[1]);
  const curves = await run.part("shapes: analysis", () =>
    analyze(model, informed, data, {
      criteria: criteria({ vectors, queries: [query.word] }),
      rng: rng.split("analysis"),
      signal: run.signal,
      compile: run.compile,
      onProgress: (done, total) => run.progress("silencing units", done, total, "points"),
    }),
  );
  const { points } = curves.curves[curves.curves.length - 1];
  const tenth = points.findIndex(({ share }) => share >= 0.099);
  const [before, after] = [points[0].byClass, points[tenth].byClass];
  const isAsked = (c: number) => shapes[Math.floor(c / 2)] === query.shape;
  const loss = (own: boolean) => {
    const members = before.map((_, c) => c).filter((c) => isAsked(c) === own && Number.isFinite(before[c]));
    return members.reduce((sum, c) => sum + before[c] - after[c], 0) / members.length;
  };
  run.metric("E4: curves", curves.curves.length + curves.random.length);
  run.metric("E4: accuracy of the whole network", points[0].accuracy);
  run.metric("E4: what the query's class loses more than others", 100 * (loss(true) - loss(false)), { unit: "points" });
  run.figure("analysis", analysisFigure(curves));
}

function labelled(rng: Rng, name: string, count: number): PictureSet {
  return generatedPictures(name, count, (i) => oneObject(rng.split(name).split(i)));
}

function oneObject(rng: Rng): { picture: AnnotatedScene["picture"]; label: string } {
  const label = rng.int(0, classes);
  const objects = {
    objects: [1, 1] as const,
    shapes: [shapes[Math.floor(label / 2)]],
    textures: [textures[label % 2]],
  };
  const { picture } = annotatedScene(rng.split("scene"), { size: side, mostWords: 0, objects });
  return { picture, label: String(label) };
}

/** Scenes of up to three objects of any kind, without words and emoji. */
function scenesOf(rng: Rng): (i: number) => AnnotatedScene {
  return (i) => annotatedScene(rng.split(i), { size: side, mostWords: 0 });
}
