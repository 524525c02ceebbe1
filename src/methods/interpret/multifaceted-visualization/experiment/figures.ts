/** @file The pictures: facets in rows, the map of a unit's images, what each start comes to. */

import type { Figure, GridImage, Row, Thumbnail } from "../../../../plot/index.ts";
import type { Arm, ArmImages, UnitStudy } from "./arms.ts";
import { arms } from "./arms.ts";
import { type Digits, pairs } from "./digits.ts";
import type { Shown } from "./published.ts";

/** Colours of facets, in their order. */
const facetColours = ["blue", "orange", "green", "purple", "amber", "sky", "olive", "grey", "ink", "quiet"];

const nearestShown = 6;
const plane = 28 * 28;

/** [1 · 28 · 28] of 0…255 */
const digitImage = (pixels: ArrayLike<number>, details: Partial<GridImage> = {}): GridImage => ({
  width: 28,
  height: 28,
  values: Array.from(pixels),
  ...details,
});

const realDigit = ({ images }: Digits, index: number): GridImage =>
  digitImage((images.images.data as Uint8Array).subarray(index * plane, (index + 1) * plane));

const percent = (value: number) => `${value.toFixed(value < 99.95 ? 1 : 0)} %`;

/** Rows: facets. Columns: mean image, synthetic image, nearest real images. */
export function facetGrid(study: UnitStudy, made: ArmImages, shown: Digits): Figure {
  return {
    kind: "images",
    title: `What the unit for ${study.name} fires for`,
    caption: `Each row is a facet: the mean of its ${study.found.seeds[0].exemplars.length} images nearest to the middle, the synthetic image that starts from it, and the ${nearestShown} nearest images. Above them: images in the facet, and how many per cent of the class excite the unit less than the synthetic image does.`,
    columns: 2 + nearestShown,
    images: study.found.seeds.flatMap(({ size, meanImage, exemplars }, facet) => [
      digitImage(meanImage, { label: `${size} images`, frame: facetColours[facet] }),
      digitImage(made.images[facet], { label: percent(made.percentiles[facet]), frame: facetColours[facet] }),
      ...exemplars.slice(0, nearestShown).map((index) => realDigit(shown, index)),
    ]),
    domain: [0, 255],
  };
}

/** The map of a unit's images, some of them as thumbnails framed in their facet's colour. */
export function mapFigure({ name, found, truth }: UnitStudy, made: ArmImages, shown: Digits): Figure {
  const y = found.map.numbers();
  const rows = found.images.map((_, i): Row => {
    return { x: y[2 * i], y: y[2 * i + 1], facet: `facet ${found.cluster[i] + 1}`, digit: truth[i] };
  });
  const facets = found.seeds.map((_, facet) => `facet ${facet + 1}`);
  const few = 40;
  const step = Math.max(1, Math.ceil(found.images.length / few));
  const thumbnails = found.images.flatMap((index, i): Thumbnail[] => {
    if (i % step !== 0) return [];
    const values = Array.from(realDigit(shown, index).values, (value) => value / 255);
    return [{ x: y[2 * i], y: y[2 * i + 1], width: 28, height: 28, values }];
  });
  const framed = rows.filter((_, i) => i % step === 0);
  return {
    kind: "plot",
    title: `The map of ${name}`,
    caption: `Each point is an image of the class, by t-SNE of the hidden layer's first 50 principal components; colours are the facets that k-means finds in the map, some images are shown. The unit's own division has ${found.nFacets} ${found.nFacets === 1 ? "facet" : "facets"}; mean silhouette of the ${facets.length} here: ${found.silhouette.toFixed(2)}. Synthetic images: ${made.judged.map((digit, facet) => `facet ${facet + 1} is taken for a ${digit}`).join(", ")}.`,
    marks: [
      { mark: "dot", data: rows, x: "x", y: "y", fill: "facet", r: 2.5 },
      { mark: "dot", data: framed, x: "x", y: "y", fill: "facet", symbol: "square", r: 14 },
    ],
    thumbnails,
    thumbnailSize: 22,
    x: { label: "t-SNE, first axis" },
    y: { label: "t-SNE, second axis" },
    color: { domain: facets, range: facetColours.slice(0, facets.length) },
    equalUnits: true,
  };
}

const startNames: Readonly<Record<Arm, string>> = {
  facets: "From means of facets",
  noise: "From noise",
  "unclustered means": "From means of images drawn at random",
  "strongest image": "From the strongest image",
};

/** Where images start, side by side; rows are units. */
export function armsFigure(made: readonly ArmImages[]): Figure {
  const frames = ["blue", "orange"];
  return {
    kind: "panels",
    title: "What images come to, by where they start",
    caption: `Rows (where there is one image for each: columns): the units ${pairs.map((pair) => pair.join("|")).join(", ")}. An image framed in blue is taken by the judge for the first of the unit's two digits, in orange for the second, in grey for another one.`,
    columns: 2,
    panels: arms.map((arm) => {
      const units = made.filter((one) => one.arm === arm);
      return {
        kind: "images",
        title: startNames[arm],
        caption: startNames[arm],
        columns: units[0].images.length > 1 ? units[0].images.length : units.length,
        images: units.flatMap(({ images, judged, study }) =>
          images.map((image, i) =>
            digitImage(image, { frame: frames[pairs[study.channel].indexOf(judged[i])] ?? "grey" }),
          ),
        ),
        domain: [0, 255],
      };
    }),
  };
}

/** A published network's unit: mean image, synthetic image, nearest pictures; large ones are drawn with fewer pixels. */
export function publishedFigure({ title, size: [height, width], result, nearest }: Shown): Figure {
  const step = Math.max(1, Math.floor(Math.max(height, width) / 76));
  const [rows, columns] = [Math.floor(height / step), Math.floor(width / step)];
  /** Means of blocks. @param at the place of a channel of a pixel */
  const reduced = (pixels: ArrayLike<number>, at: (c: number, pixel: number) => number) =>
    Array.from({ length: rows * columns * 3 }, (_, i) => {
      const [cell, c] = [Math.floor(i / 3), i % 3];
      const [top, left] = [Math.floor(cell / columns) * step, (cell % columns) * step];
      let sum = 0;
      for (let y = 0; y < step; y++) for (let x = 0; x < step; x++) sum += pixels[at(c, (top + y) * width + left + x)];
      return sum / (255 * step * step);
    });
  const planes = (image: Float32Array, label: string): GridImage => ({
    width: columns,
    height: rows,
    channels: 3,
    values: reduced(image, (c, pixel) => c * height * width + pixel),
    label,
  });
  return {
    kind: "images",
    title: `Facets: ${title}`,
    caption: `Each row is a facet among CIFAR-10's pictures of the class: its mean image (pictures in it), the synthetic image (how many per cent of the pictures excite the unit less), the nearest pictures. The map's own division has ${result.nFacets} ${result.nFacets === 1 ? "facet" : "facets"} (mean silhouettes for k = 2, 3, …: ${result.silhouettes.map((value) => value.toFixed(2)).join(", ")}).`,
    columns: 2 + nearest[0].length,
    images: result.facets.flatMap((facet, f) => [
      planes(facet.meanImage, `${facet.size} pictures`),
      planes(facet.image, percent(facet.percentile)),
      ...nearest[f].map(
        (picture): GridImage => ({
          width: columns,
          height: rows,
          channels: 3,
          values: reduced(picture, (c, pixel) => 3 * pixel + c),
        }),
      ),
    ]),
  };
}
