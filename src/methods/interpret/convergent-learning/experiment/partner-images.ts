/** @file Pictures of what partners respond to. */

import type { Tensor } from "../../../../graph/index.ts";
import type { Figure, GridImage } from "../../../../plot/index.ts";
import type { LayerPair } from "../convergence.ts";

const side = 32;
const plane = side * side;
const shown = 4;

/** The images that excite units most, beside those of their partners: the best pairs, and the worst. @param images uint8 [N, 3, 32, 32] */
export function partnersFigure(
  { matching }: LayerPair,
  strongest: readonly (readonly (readonly number[])[])[],
  images: Tensor,
  layer: string,
): Figure {
  const units = Array.from(matching.partner, (_, unit) => unit)
    .filter((unit) => matching.partner[unit] >= 0)
    .sort((i, k) => matching.score[k] - matching.score[i]);
  const chosen = [...units.slice(0, 4), ...units.slice(Math.max(4, units.length - 2))];
  const pictures = (of: readonly number[] | undefined, ...labels: string[]): GridImage[] =>
    (of ?? []).slice(0, shown).map((index, i) => ({
      ...(labels[i] !== undefined && { label: labels[i] }),
      ...gridImage(images, index),
    }));
  return {
    kind: "images",
    title: `What matched units of ${layer} respond to`,
    caption:
      "Each row: the four images that excite a unit of net 1 most, then the four of its partner in net 2. The first four rows are the best matched pairs, the last two the worst (c: their correlation).",
    columns: 2 * shown,
    images: chosen.flatMap((unit) => [
      ...pictures(strongest[0][unit], `net 1: ${unit}`),
      ...pictures(
        strongest[1][matching.partner[unit]],
        `net 2: ${matching.partner[unit]}`,
        `c = ${matching.score[unit].toFixed(2)}`,
      ),
    ]),
  };
}

function gridImage(images: Tensor, index: number): GridImage {
  const pixels = images.data as Uint8Array;
  const values = Array.from({ length: 3 * plane }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / 3), at % 3];
    return pixels[index * 3 * plane + channel * plane + pixel] / 255;
  });
  return { width: side, height: side, channels: 3, values };
}
