/** @file The baseline: network dissection with a fixed list of labels (Bau et al. 2017). A unit gets the one label that overlaps most with where it is on. */

import { preprocesses, samplesOf } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import { examine, type Model, record } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import type { AnnotatedScene } from "../annotated/annotated-scene.ts";
import { type Attribute, facetOf } from "../annotated/concept.ts";
import { wordsOfAttributes } from "../annotated/wording.ts";
import { generatedPictures } from "./generated-pictures.ts";

/** A label is given where it overlaps by this share of the union. */
export const leastOverlap = 0.04;

/** A unit is on above this quantile of its activations. */
const quantile = 0.995;

const facets = new Set(["shape", "colour", "texture", "scale", "background"]);
const labels = (Object.keys(wordsOfAttributes) as Attribute[]).filter((attribute) => facets.has(facetOf(attribute)));

/** The label of every unit of some layers, by address; units without one are not there. */
export async function dissectNetwork(
  run: Run,
  rng: Rng,
  model: Model,
  sceneOf: (i: number) => AnnotatedScene,
  options: { readonly layers: readonly string[]; readonly pictures: number },
): Promise<Map<string, Attribute>> {
  const draw = (i: number) => {
    const { picture, things } = sceneOf(i);
    return { picture, concepts: masksOf(things) };
  };
  const pictures = generatedPictures("scenes with masks", options.pictures, draw, labels);
  const samples = samplesOf(pictures, model, preprocesses.signed);
  const activity = await record(model, samples, { layers: options.layers, signal: run.signal });
  // Labels are chosen by overlap alone: no significance is asked for.
  const found = await examine(model, samples, activity, { quantile, rng, shuffles: 1, signal: run.signal });
  const byAddress = new Map<string, Attribute>();
  for (const [i, { layer }] of activity.layers.entries())
    for (const [unit, { explanation }] of found[i].units.entries())
      if (explanation && explanation.iou >= leastOverlap)
        byAddress.set(`${layer.name}:${unit}`, explanation.concept as Attribute);
  return byAddress;
}

function masksOf(things: AnnotatedScene["things"]): Map<string, Uint8Array> {
  const masks = new Map<string, Uint8Array>();
  for (const { attributes, mask } of things)
    for (const attribute of attributes) {
      const known = masks.get(attribute);
      masks.set(attribute, known === undefined ? mask : known.map((value, i) => value | mask[i]));
    }
  return masks;
}
