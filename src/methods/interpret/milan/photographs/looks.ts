/** @file How a region looks, whatever it shows: its colours, and whether it is smooth, textured or an edge, and which way. */

import type { Picture } from "../../../../data/index.ts";

const colours = [
  "black",
  "white",
  "grey",
  "brown",
  "beige",
  "red",
  "orange",
  "yellow",
  "green",
  "blue",
  "purple",
  "pink",
] as const;

const structures = [
  "smooth areas",
  "textured areas",
  "vertical edges",
  "horizontal edges",
  "edges rising to the right",
  "edges falling to the right",
] as const;

export type Look = `${(typeof colours)[number]} areas` | (typeof structures)[number];

/** All that is said of looks. */
export const looks: readonly Look[] = [...colours.map((colour) => `${colour} areas` as const), ...structures];

/** A gradient of this share of the picture's own strength is as smooth as not. */
const smoothness = 0.35;

/** What regions of a picture are measured by; made once for all of them. */
export class LooksOf {
  private readonly colour: Uint8Array;
  /** Squared gradients along x and y, and their product: a pixel after the other. */
  private readonly gradients: Float32Array;
  /** What gradients are compared with. */
  private readonly strength: number;

  constructor({ width, height, data }: Picture) {
    const pixels = width * height;
    const brightness = new Float32Array(pixels);
    this.colour = new Uint8Array(pixels);
    for (let i = 0; i < pixels; i++) {
      const [r, g, b] = [data[3 * i], data[3 * i + 1], data[3 * i + 2]];
      brightness[i] = 0.299 * r + 0.587 * g + 0.114 * b;
      this.colour[i] = colours.indexOf(colourOf(r, g, b));
    }
    this.gradients = new Float32Array(3 * pixels);
    let total = 0;
    for (let y = 0, i = 0; y < height; y++) {
      const [up, down] = [y > 0 ? width : 0, y < height - 1 ? width : 0];
      for (let x = 0; x < width; x++, i++) {
        const dx = brightness[x < width - 1 ? i + 1 : i] - brightness[x > 0 ? i - 1 : i];
        const dy = brightness[i + down] - brightness[i - up];
        this.gradients.set([dx * dx, dy * dy, dx * dy], 3 * i);
        total += dx * dx + dy * dy;
      }
    }
    this.strength = smoothness ** 2 * (total / pixels) + 1;
  }

  /** Adds to `shares`, in the order of `looks`, what share of the region looks so. Colours sum to 1, structures too; nothing for a dark mask. */
  add(mask: Uint8Array, shares: Float64Array): void {
    const { colour, gradients, strength } = this;
    const counts = new Float64Array(colours.length);
    let [lit, xx, yy, xy] = [0, 0, 0, 0];
    for (let i = 0; i < mask.length; i++) {
      const weight = mask[i];
      if (weight === 0) continue;
      lit += weight;
      counts[colour[i]] += weight;
      xx += weight * gradients[3 * i];
      yy += weight * gradients[3 * i + 1];
      xy += weight * gradients[3 * i + 2];
    }
    if (lit === 0) return;
    for (const [i, count] of counts.entries()) shares[i] += count / lit;
    for (const [i, share] of structureOf(xx / lit, yy / lit, xy / lit, strength).entries())
      shares[colours.length + i] += share;
  }
}

/** Shares in the order of `structures`, from the mean products of gradients (the structure tensor). */
function structureOf(xx: number, yy: number, xy: number, strength: number): number[] {
  const power = xx + yy;
  const smooth = strength / (strength + power);
  const coherence = power === 0 ? 0 : Math.hypot(xx - yy, 2 * xy) / power;
  // Of the main gradient, 0 to π from the x axis (y points down): an edge runs across it.
  const angle = (Math.atan2(2 * xy, xx - yy) / 2 + Math.PI) % Math.PI;
  const edge = (1 - smooth) * coherence;
  const near = (direction: number) => {
    const apart = Math.abs(angle - direction);
    return Math.max(0, 1 - Math.min(apart, Math.PI - apart) / (Math.PI / 4));
  };
  return [
    smooth,
    (1 - smooth) * (1 - coherence),
    edge * near(0),
    edge * near(Math.PI / 2),
    edge * near(Math.PI / 4),
    edge * near((3 * Math.PI) / 4),
  ];
}

/** The basic colour word for a pixel, by hue, saturation and value. */
function colourOf(r: number, g: number, b: number): (typeof colours)[number] {
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
  const [value, saturation] = [most / 255, most === 0 ? 0 : (most - least) / most];
  if (value < 0.2) return "black";
  if (saturation < 0.16 || (value < 0.32 && saturation < 0.35)) {
    if (value > 0.82) return "white";
    return value < 0.27 ? "black" : "grey";
  }
  const hue = hueOf(r, g, b, most, most - least);
  if (hue < 18 || hue >= 340) {
    if (saturation < 0.5) return value > 0.75 ? "pink" : "brown";
    return value < 0.42 && hue < 18 ? "brown" : "red";
  }
  if (hue < 48) {
    if (saturation < 0.42) return value > 0.55 ? "beige" : "brown";
    return value < 0.68 ? "brown" : "orange";
  }
  if (hue < 70) {
    if (saturation < 0.35) return value > 0.55 ? "beige" : "grey";
    return value < 0.55 ? "green" : "yellow";
  }
  if (hue < 165) return "green";
  if (hue < 255) return "blue";
  if (hue < 295) return "purple";
  return value < 0.5 ? "purple" : "pink";
}

/** Degrees. @param span most − least, above 0 */
function hueOf(r: number, g: number, b: number, most: number, span: number): number {
  if (most === r) return (60 * ((g - b) / span) + 360) % 360;
  return most === g ? 60 * ((b - r) / span + 2) : 60 * ((r - g) / span + 4);
}
