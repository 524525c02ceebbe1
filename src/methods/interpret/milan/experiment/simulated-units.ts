/** @file E2: units that are known because they are made: activation maps of concepts, ranked, thresholded and described like any others. */

import type { Picture } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import { tilingGrid, Upsampling } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { type AnnotatedScene, annotatedScene } from "../annotated/annotated-scene.ts";
import { type Attribute, type Concept, conceptMask, facetOf } from "../annotated/concept.ts";
import { simulatedMap } from "../annotated/degrade.ts";
import { type ExemplarSet, rankByInformation } from "../captioner.ts";
import type { Speech } from "./captioner.ts";
import { leastOverlap } from "./dissection.ts";
import { lambda } from "./held-out-sets.ts";
import { bestTexts, scored } from "./scoring.ts";

export interface SimulatedOptions {
  readonly simulatedScenes: number;
  readonly simulatedUnits: number;
  readonly beam: number;
}

const [k, quantile, noise] = [15, 0.99, 0.1] as const;
const size = 128;

/** The facets that are asked for; each gets as many units. */
const facets = ["colour", "shape", "texture", "text", "background", "group"] as const;

export async function studySimulated(run: Run, speech: Speech, options: SimulatedOptions): Promise<void> {
  const { captioner, emoji } = speech;
  const found = await run.part("simulated units", async ({ rng }) => {
    const sceneOf = (i: number) => annotatedScene(rng.split("scenes").split(i), { size, emoji });
    const scenes = Array.from({ length: options.simulatedScenes }, (_, i) => sceneOf(i));
    const known = [
      ...new Set(scenes.flatMap(({ things }) => things.flatMap(({ attributes }) => [...attributes]))),
    ].sort();
    const units = Array.from({ length: options.simulatedUnits }, (_, i): Concept => {
      const facet = facets[i % facets.length];
      return { attributes: [rng.pick(known.filter((attribute) => facetOf(attribute) === facet))], part: "whole" };
    });
    const sets: ExemplarSet[] = [];
    const dissected: string[] = [];
    for (const [i, concept] of units.entries()) {
      const { set, shown } = simulate(rng.split("units").split(i), scenes, concept);
      sets.push(set);
      dissected.push(
        dissect(
          set,
          shown.map((scene) => scenes[scene]),
          known,
        ),
      );
      run.progress("simulating units", i + 1, units.length, "units");
      await run.breathe();
    }
    const candidates = await captioner.candidates(sets, options.beam, { signal: run.signal });
    return { attributes: units.map(({ attributes }) => [...attributes]), candidates, dissected };
  });
  const texts = bestTexts(await rankByInformation(captioner, found.candidates, lambda));
  run.metric("E2: recall", scored(texts, found.attributes, speech).recall);
  const labelled = found.dissected.filter((label, i) => label === found.attributes[i][0]).length;
  run.metric("E2: recall of dissection", labelled / found.dissected.length);
  for (const facet of facets) {
    const own = [...found.attributes.keys()].filter((i) => facetOf(found.attributes[i][0]) === facet);
    const { recall } = scored(
      own.map((i) => texts[i]),
      own.map((i) => found.attributes[i]),
      speech,
    );
    run.metric(`E2: recall of ${facet === "group" ? "category" : facet}`, recall);
  }
  run.table("E2: descriptions", {
    columns: ["made of", "description", "dissection"],
    rows: texts.slice(0, 30).map((text, i) => [found.attributes[i].join(" + "), text, found.dissected[i]]),
    caption:
      "Dissection chooses one of the masks' own names, so it is told the list of concepts; the captioner is not.",
  });
}

/** Maps of all scenes, the strongest of them, and the masks above the unit's own level. */
function simulate(
  rng: Rng,
  scenes: readonly AnnotatedScene[],
  concept: Concept,
): { readonly set: ExemplarSet; readonly shown: readonly number[] } {
  const cells = rng.int(6, 25);
  const maps = scenes.map(({ things }) => simulatedMap(rng, conceptMask(things, concept, size), size, cells, noise));
  const all = Float32Array.from(maps.flatMap((map) => [...map])).sort();
  const level = all[Math.floor(quantile * (all.length - 1))];
  const strongest = maps
    .map((map, scene) => ({ scene, value: map.reduce((a, b) => Math.max(a, b)) }))
    .sort((a, b) => b.value - a.value || a.scene - b.scene)
    .slice(0, k);
  const upsampling = new Upsampling(size, size, tilingGrid(cells, cells, size, size));
  return {
    set: {
      pictures: strongest.map(({ scene }): Picture => scenes[scene].picture),
      masks: strongest.map(({ scene }) => upsampling.maskAbove(maps[scene], level)),
    },
    shown: strongest.map(({ scene }) => scene),
  };
}

/** The baseline: the one attribute whose masks overlap most with where the unit is on; "none" where none does enough. */
function dissect({ masks }: ExemplarSet, scenes: readonly AnnotatedScene[], known: readonly Attribute[]): string {
  let [best, most] = ["none", leastOverlap];
  for (const attribute of known) {
    let [both, either] = [0, 0];
    for (const [k, { things }] of scenes.entries()) {
      const mask = conceptMask(things, { attributes: [attribute], part: "whole" }, size);
      for (let i = 0; i < mask.length; i++) {
        both += mask[i] & masks[k][i];
        either += mask[i] | masks[k][i];
      }
    }
    if (both > most * either) [best, most] = [attribute, both / either];
  }
  return best;
}
