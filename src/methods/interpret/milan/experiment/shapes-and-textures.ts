/** @file E3, E4: a network of ten classes of shape and texture. Do descriptions tell where its units are on? Which of them matter? */

import { preprocesses, samplesOf } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import { areaUnderRoc } from "../../../../nn/index.ts";
import { type Model, record } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { labelledInputs } from "../ablation.ts";
import { analyze, criteria } from "../analyze.ts";
import { type AnnotatedScene, annotatedScene } from "../annotated/annotated-scene.ts";
import type { Attribute } from "../annotated/concept.ts";
import type { Description } from "../describe.ts";
import { vectorsOf } from "../word-vectors.ts";
import type { Speech } from "./captioner.ts";
import { describeNetwork } from "./describe-network.ts";
import { dissectNetwork } from "./dissection.ts";
import { generatedPictures } from "./generated-pictures.ts";
import { lambda } from "./held-out-sets.ts";
import { analysisFigure } from "./pictures.ts";
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

export async function studyShapes(run: Run, speech: Speech, options: ShapesOptions): Promise<void> {
  const rng = run.rng.split("shapes and textures");
  const labelled = (name: string, count: number) =>
    generatedPictures(name, count, (i) => oneObject(rng.split(name).split(i)));
  const bytes = await run.part("shapes: network", (part) =>
    trainSmallNetwork(run, part, labelled("training", options.networkPictures), {
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
  const maxima = await maximaOn(run, model, rng.split("test"), options.probePictures);
  const shuffle = rng.split("shuffle");
  const live = informed.filter(({ dead }) => !dead);
  const turned = [...shuffle.permutation(live.length)].map((i, k): Description => ({ ...live[k], text: live[i].text }));
  const labels = await run.part("shapes: dissection", ({ rng: own }) =>
    dissectNetwork(run, own, model, probe, { layers: networkLayers, pictures: options.probePictures }),
  );
  const read = (list: readonly Description[]) =>
    meanAuc(list, maxima, ({ text }) => [...speech.reader.read(text).attributes]);
  const auc = {
    informed: read(informed),
    likely: read(likely),
    shuffled: read(turned),
    dissected: meanAuc(informed, maxima, ({ layer, unit }) => {
      const label = labels.get(`${layer}:${unit}`);
      return label === undefined ? [] : [label];
    }),
  };
  run.metric("E3: AUC", auc.informed);
  run.metric("E3: AUC of shuffled descriptions", auc.shuffled);
  run.metric("E3: AUC without information", auc.likely);
  run.metric("E3: AUC of dissection with fixed labels", auc.dissected);
  run.metric("E3: AUC above shuffled", auc.informed - auc.shuffled);
  run.metric("E3: AUC above that without information", auc.informed - auc.likely);

  const data = await labelledInputs(
    samplesOf(labelled("validation", options.probePictures), model, preprocesses.signed),
    (label) => Number(label),
  );
  const { languageModel, vocabulary } = speech.captioner.weights;
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
  const tenth = (points: (typeof curves.curves)[number]["points"]) => points.findIndex(({ share }) => share >= 0.099);
  const asked = curves.curves[curves.curves.length - 1].points;
  const [before, after] = [asked[0].byClass, asked[tenth(asked)].byClass];
  const isAsked = (c: number) => shapes[Math.floor(c / 2)] === query.shape;
  const loss = (own: boolean) => {
    const members = before.map((_, c) => c).filter((c) => isAsked(c) === own && Number.isFinite(before[c]));
    return members.reduce((sum, c) => sum + before[c] - after[c], 0) / members.length;
  };
  run.metric("E4: curves", curves.curves.length + curves.random.length);
  run.metric("E4: accuracy of the whole network", asked[0].accuracy);
  run.metric("E4: what the query's class loses more than others", 100 * (loss(true) - loss(false)), { unit: "points" });
  run.figure("E4: analysis", analysisFigure(curves));
  run.table("E3: descriptions", {
    columns: ["unit", "by information", "likeliest", "dissection"],
    rows: informed
      .map(({ layer, unit, text }, i): string[] => {
        const address = `${layer}:${unit}`;
        return [address, text, likely[i].text, labels.get(address) ?? "none"];
      })
      .filter((_, i) => i % 6 === 0),
    caption: "Every sixth unit.",
  });
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

/** What units do on new scenes. */
interface Maxima {
  /** By address `layer:unit`: the maximum in each scene. */
  readonly byUnit: ReadonlyMap<string, Float32Array>;
  /** For each scene, the attributes of each of its things. */
  readonly things: readonly (readonly ReadonlySet<Attribute>[])[];
}

async function maximaOn(run: Run, model: Model, rng: Rng, count: number): Promise<Maxima> {
  const sceneOf = scenesOf(rng);
  const pictures = generatedPictures("new scenes", count, (i) => ({ picture: sceneOf(i).picture }));
  const byUnit = new Map<string, Float32Array>();
  await record(model, samplesOf(pictures, model, preprocesses.signed), {
    layers: networkLayers,
    signal: run.signal,
    onBatch: (indices, layers) => {
      for (const { layer, maxima } of layers) {
        for (let unit = 0; unit < layer.units; unit++) {
          const address = `${layer.name}:${unit}`;
          const row = byUnit.get(address) ?? new Float32Array(count);
          byUnit.set(address, row);
          for (const [i, index] of indices.entries()) row[index] = maxima[i * layer.units + unit];
        }
      }
    },
  });
  const things = Array.from({ length: count }, (_, i) => sceneOf(i).things.map(({ attributes }) => attributes));
  return { byUnit, things };
}

/** Mean over live units of the area under the curve: a unit's maximum in scenes with a thing that has all that its description names, or not. */
function meanAuc(
  descriptions: readonly Description[],
  { byUnit, things }: Maxima,
  namedBy: (description: Description) => readonly Attribute[],
): number {
  const areas = descriptions.flatMap((description) => {
    const { layer, unit, dead } = description;
    if (dead) return [];
    const named = namedBy(description);
    const maxima = byUnit.get(`${layer}:${unit}`) as Float32Array;
    const has = (scene: number) =>
      things[scene].some((attributes) => named.every((attribute) => attributes.has(attribute)));
    const positive = [...maxima.keys()].filter(has);
    // What names nothing, or nothing that is ever (or always) there, tells nothing.
    if (named.length === 0 || positive.length === 0 || positive.length === maxima.length) return [0.5];
    const isPositive = new Set(positive);
    return [
      areaUnderRoc(
        positive.map((i) => maxima[i]),
        [...maxima].filter((_, i) => !isPositive.has(i)),
      ),
    ];
  });
  return areas.reduce((a, b) => a + b, 0) / Math.max(1, areas.length);
}
