/** @file Do descriptions tell on which new pictures units are on? The area under the curve of a unit's maximum (AUC), with against without what is named. */

import { preprocesses, samplesOf } from "../../../../data/index.ts";
import { areaUnderRoc } from "../../../../nn/index.ts";
import { type Model, record } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import type { AnnotatedScene } from "../annotated/annotated-scene.ts";
import type { Attribute } from "../annotated/concept.ts";
import type { Description } from "../describe.ts";
import { generatedPictures } from "./generated-pictures.ts";

/** What units do on new scenes. */
export interface Maxima {
  /** By address `layer:unit`: the maximum in each scene. */
  readonly byUnit: ReadonlyMap<string, Float32Array>;
  /** For each scene, the attributes of each of its things. */
  readonly things: readonly (readonly ReadonlySet<Attribute>[])[];
}

/** Shows the model so many scenes. */
export async function maximaOn(
  run: Run,
  model: Model,
  layers: readonly string[],
  sceneOf: (i: number) => AnnotatedScene,
  count: number,
): Promise<Maxima> {
  const pictures = generatedPictures("new scenes", count, (i) => ({ picture: sceneOf(i).picture }));
  const byUnit = new Map<string, Float32Array>();
  await record(model, samplesOf(pictures, model, preprocesses.signed), {
    layers,
    signal: run.signal,
    onBatch: (indices, seen) => {
      for (const { layer, maxima } of seen) {
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
export function meanAuc(
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
