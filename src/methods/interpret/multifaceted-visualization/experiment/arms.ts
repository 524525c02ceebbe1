/** @file The merged net's units, each with two known facets: the method, what it is compared with, and the judge. */

import type { PictureSet } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import { purity } from "../../../../nn/index.ts";
import type { Model } from "../../../../probe/index.ts";
import type { Run } from "../../../run.ts";
import { activationMaximize } from "../activation-maximisation.ts";
import { type FoundFacets, findFacets, greyNoise, percentileOf } from "../facets.ts";
import { meanImage, pixelsOf, stacked } from "../pixels.ts";
import { meanImageStages, shortened } from "../stages.ts";
import { type Digits, pairs } from "./digits.ts";
import type { Options } from "./options.ts";
import { judged } from "./train.ts";

const imageShape = [1, 28, 28] as const;
const pixels = 28 * 28;

/** Where images start. */
export const arms = ["facets", "noise", "unclustered means", "strongest image"] as const;
export type Arm = (typeof arms)[number];

/** A unit with its facets. */
export interface UnitStudy {
  readonly name: string;
  readonly channel: number;
  readonly found: FoundFacets;
  /** The digit of each of its images. */
  readonly truth: readonly number[];
}

/** What an arm made of a unit. */
export interface ArmImages {
  readonly arm: Arm;
  readonly study: UnitStudy;
  /** [1 · 28 · 28] each */
  readonly starts: readonly Float32Array[];
  readonly images: readonly Float32Array[];
  readonly percentiles: readonly number[];
  /** What the judge takes each image for. */
  readonly judged: readonly number[];
  /** Share of the unit's digits among these. */
  readonly recall: number;
}

export async function studyUnits(run: Run, model: Model, shown: Digits, options: Options): Promise<UnitStudy[]> {
  const studies: UnitStudy[] = [];
  for (const [channel, pair] of pairs.entries()) {
    const name = pair.join(" or ");
    const images = imagesOf(shown, pair, options.perUnit);
    const found = await run.part(`facets of ${name}`, () =>
      findFacets(model, { tensor: "logits", channel }, shown.pictures, {
        images,
        k: options.k,
        seedImages: options.seedImages,
        seed: run.seed,
        signal: run.signal,
        onProgress: (done, total) => run.progress(`facets of ${name}`, done, total, "iterations of t-SNE"),
      }),
    );
    studies.push({ name, channel, found, truth: found.images.map((index) => shown.digit[index]) });
  }
  return studies;
}

function imagesOf({ digit }: Digits, wanted: readonly number[], most: number): number[] {
  return digit.flatMap((one, index) => (wanted.includes(one) ? [index] : [])).slice(0, most);
}

/** All arms of all units in one batch: every image is on its own, so one pass through the network serves them all. */
export async function makeImages(
  run: Run,
  model: Model,
  judge: Model,
  shown: Digits,
  studies: readonly UnitStudy[],
  { k, seedImages, share }: Options,
): Promise<ArmImages[]> {
  const planned = await run.part("starts", async ({ rng }) => {
    const all: { arm: Arm; unit: number; start: Float32Array }[] = [];
    for (const [unit, { found }] of studies.entries())
      for (const arm of arms) {
        const begun = await startsOf(arm, model, shown.pictures, found, k, seedImages, rng.split(unit).split(arm));
        all.push(...begun.map((start) => ({ arm, unit, start })));
      }
    return all;
  });
  const { images, activations } = await run.part("images", () =>
    activationMaximize(
      model,
      planned.map(({ unit }) => ({ tensor: "logits", channel: studies[unit].channel })),
      stacked(
        planned.map(({ start }) => start),
        imageShape,
      ),
      {
        stages: shortened(meanImageStages(28), share),
        seed: run.seed,
        compile: run.compile,
        signal: run.signal,
        onProgress: (done, total) => run.progress("images", done, total, "iterations"),
      },
    ),
  );
  const answers = await judged(run, judge, images);
  return studies.flatMap((study, unit) =>
    arms.map((arm): ArmImages => {
      const places = planned.flatMap((one, place) => (one.arm === arm && one.unit === unit ? [place] : []));
      const found = places.map((place) => answers[place]);
      const digits = pairs[study.channel];
      return {
        arm,
        study,
        starts: places.map((place) => planned[place].start),
        images: places.map((place) => (images.data as Float32Array).slice(place * pixels, (place + 1) * pixels)),
        percentiles: places.map((place) => percentileOf(activations[place], study.found.activations)),
        judged: found,
        recall: digits.filter((digit) => found.includes(digit)).length / digits.length,
      };
    }),
  );
}

/** The grey noise of the comparison: as dark as MNIST's images on the whole. */
const darkGrey = { mean: 0.3 * 255, deviation: 0.03 * 255 };

async function startsOf(
  arm: Arm,
  model: Model,
  pictures: PictureSet,
  found: FoundFacets,
  k: number,
  seedImages: number,
  rng: Rng,
): Promise<Float32Array[]> {
  if (arm === "facets") return found.seeds.map((facet) => facet.meanImage);
  if (arm === "noise") {
    const noise = greyNoise(rng, [k, ...imageShape], darkGrey.mean, darkGrey.deviation).data as Float32Array;
    return Array.from({ length: k }, (_, i) => noise.slice(i * pixels, (i + 1) * pixels));
  }
  if (arm === "strongest image") {
    const place = found.activations.indexOf(Math.max(...found.activations));
    return [(await pixelsOf(model, pictures, found.images[place])).data as Float32Array];
  }
  const starts: Float32Array[] = [];
  for (let i = 0; i < k; i++) {
    const chosen = rng.permutation(found.images.length).slice(0, seedImages);
    starts.push(
      await meanImage(
        model,
        pictures,
        Array.from(chosen, (place) => found.images[place]),
      ),
    );
  }
  return starts;
}

/** Of a unit: how purely its clusters keep the two digits apart. */
export const purityOf = ({ found, truth }: UnitStudy): number => purity(found.cluster, truth);

/** The digit that most of a facet's seed images show. */
export function majorityDigits({ found }: UnitStudy, { digit }: Digits): number[] {
  return found.seeds.map(({ exemplars }) => {
    const counts = new Array<number>(10).fill(0);
    for (const index of exemplars) counts[digit[index]]++;
    return counts.indexOf(Math.max(...counts));
  });
}

/** What the map of a unit of one digit says. */
export type Single = Pick<FoundFacets, "nFacets" | "silhouettes" | "bridges">;

/** Of a net that knows ten digits, each class has one facet: how many the map has. */
export async function singleFacets(run: Run, judge: Model, shown: Digits, options: Options): Promise<Single[]> {
  const found: Single[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const images = imagesOf(shown, [digit], options.perUnit);
    found.push(
      await run.part(`facets of ${digit} alone`, async () => {
        const { nFacets, silhouettes, bridges } = await findFacets(
          judge,
          { tensor: "logits", channel: digit },
          shown.pictures,
          {
            images,
            k: 1,
            seedImages: options.seedImages,
            seed: run.seed,
            signal: run.signal,
            onProgress: (done, total) => run.progress(`facets of ${digit} alone`, done, total, "iterations of t-SNE"),
          },
        );
        return { nFacets, silhouettes, bridges };
      }),
    );
  }
  return found;
}
