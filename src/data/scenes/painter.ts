/** @file Paints one object over what is there. */

import type { Rng } from "../../graph/rng.ts";
import { mixPaint } from "./colours.ts";
import { SAMPLES } from "./footprint.ts";
import type { Placed } from "./layout.ts";
import { accentShare, accentShareOfRing } from "./textures.ts";
import type { Attributes } from "./vocabulary.ts";

/** Paints an object in a shade of its colour; pixels along its outline blend with what lies behind. */
export function paintObject(
  rng: Rng,
  { attributes, pose, footprint }: Placed,
  size: number,
  data: Uint8ClampedArray,
): void {
  const { base, accent } = mixPaint(rng, attributes.colour);
  const grain = grainAngle(rng, attributes) + pose.angle;
  const cos = Math.cos(grain) / pose.radius;
  const sin = Math.sin(grain) / pose.radius;
  const shareAt = attributes.shape === "ring" ? accentShareOfRing : accentShare;
  for (let row = 0; row < footprint.height; row++) {
    const down = footprint.top + row + 0.5 - pose.y;
    for (let column = 0; column < footprint.width; column++) {
      const cover = footprint.coverage[row * footprint.width + column] / SAMPLES;
      if (cover === 0) continue;
      const right = footprint.left + column + 0.5 - pose.x;
      const share = shareAt(attributes.texture, cos * right + sin * down, cos * down - sin * right, 1 / pose.radius);
      const pixel = 3 * ((footprint.top + row) * size + footprint.left + column);
      for (let c = 0; c < 3; c++) {
        const paint = base[c] + share * (accent[c] - base[c]);
        data[pixel + c] += cover * (paint - data[pixel + c]);
      }
    }
  }
}

/** Checks and dots sit square in the object; stripes run across a bar, so that several show, and any way else. */
function grainAngle(rng: Rng, { shape, texture }: Attributes): number {
  return texture === "striped" && shape !== "bar" ? Math.PI * rng.random() : 0;
}
