/** @file The backgrounds of scenes: muted, so that objects of every colour stand out. */

import type { Rng } from "../../graph/rng.ts";
import type { BackgroundName } from "./vocabulary.ts";

/** Paints the whole picture. `data` is RGB, three bytes a pixel. */
export function paintBackground(rng: Rng, background: BackgroundName, size: number, data: Uint8ClampedArray): void {
  BACKGROUND_PAINTERS[background](rng, size, data);
}

type Painter = (rng: Rng, size: number, data: Uint8ClampedArray) => void;

const BACKGROUND_PAINTERS: Readonly<Record<BackgroundName, Painter>> = {
  grey: paintGrey,
  sky: paintSky,
  grass: paintGrass,
  sand: paintSand,
  stripes: paintStripes,
};

/** One level with mild noise. */
function paintGrey(rng: Rng, size: number, data: Uint8ClampedArray): void {
  const level = 114 + 36 * rng.random();
  for (let i = 0; i < size * size; i++) setPixel(data, i, level, level, level + 2, grain(rng, 5));
}

/** Deeper blue above, paler below, faint clouds. */
function paintSky(rng: Rng, size: number, data: Uint8ClampedArray): void {
  const clouds = new SmoothNoise(rng, 4, 7);
  for (let y = 0; y < size; y++) {
    const down = y / size;
    for (let x = 0; x < size; x++) {
      const cloud = 34 * Math.max(0, clouds.at(x / size, down) - 0.1);
      setPixel(data, y * size + x, 134 + 50 * down + cloud, 184 + 24 * down + cloud / 2, 230 + 4 * down, grain(rng, 2));
    }
  }
}

/** Dull green with upright blades. */
function paintGrass(rng: Rng, size: number, data: Uint8ClampedArray): void {
  const blades = new SmoothNoise(rng, 40, 9);
  const patches = new SmoothNoise(rng, 4, 4);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const light = 20 * blades.at(x / size, y / size) + 8 * patches.at(x / size, y / size) + grain(rng, 6);
      setPixel(data, y * size + x, 122, 148, 84, light);
    }
  }
}

/** Pale brown with coarse grain and low dunes. */
function paintSand(rng: Rng, size: number, data: Uint8ClampedArray): void {
  const dunes = new SmoothNoise(rng, 3, 8);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      setPixel(data, y * size + x, 208, 184, 146, 8 * dunes.at(x / size, y / size) + grain(rng, 14));
    }
  }
}

/** Two near tones of one muted colour. */
function paintStripes(rng: Rng, size: number, data: Uint8ClampedArray): void {
  const angle = Math.PI * rng.random();
  const period = size * (0.13 + 0.06 * rng.random());
  const across = Math.cos(angle) / period;
  const down = Math.sin(angle) / period;
  const phase = rng.random();
  const level = 126 + 20 * rng.random();
  const warmth = 12 * (2 * rng.random() - 1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const turn = x * across + y * down + phase;
      const edge = (0.25 - Math.abs(turn - Math.floor(turn) - 0.5)) * period;
      const light = 13 * Math.min(1, Math.max(-1, 2 * edge)) + grain(rng, 2);
      setPixel(data, y * size + x, level + warmth, level, level - warmth, light);
    }
  }
}

function setPixel(data: Uint8ClampedArray, i: number, red: number, green: number, blue: number, light: number): void {
  data[3 * i] = red + light;
  data[3 * i + 1] = green + light;
  data[3 * i + 2] = blue + light;
}

/** Noise of one pixel: uniform in ±strength. */
function grain(rng: Rng, strength: number): number {
  return strength * (rng.bits() / 2 ** 31 - 1);
}

/** Random values in [−1, 1] on a grid over the unit square, interpolated between (value noise). */
class SmoothNoise {
  private readonly columns: number;
  private readonly rows: number;
  private readonly values: Float64Array;

  constructor(rng: Rng, columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.values = Float64Array.from({ length: (columns + 1) * (rows + 1) }, () => grain(rng, 1));
  }

  /** The value at a point with coordinates in [0, 1). */
  at(x: number, y: number): number {
    const column = Math.floor(x * this.columns);
    const row = Math.floor(y * this.rows);
    const right = ease(x * this.columns - column);
    const down = ease(y * this.rows - row);
    const corner = row * (this.columns + 1) + column;
    const below = corner + this.columns + 1;
    const above = this.values[corner] + right * (this.values[corner + 1] - this.values[corner]);
    const beneath = this.values[below] + right * (this.values[below + 1] - this.values[below]);
    return above + down * (beneath - above);
  }
}

/** Smoothstep: flat at 0 and 1. */
function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
