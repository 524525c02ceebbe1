/** @file The captioner that ships: words of scenes for what looks rendered, words of photographs for all else. */

import type { Picture } from "../../../data/index.ts";
import type { Candidate, CandidateOptions, Captioner, ExemplarBatch } from "./captioner.ts";
import type { NeuralCaptioner } from "./neural-captioner.ts";
import type { PhotoCaptioner } from "./photographs/photo-captioner.ts";
import { special, wordsOf } from "./vocabulary.ts";

/**
 * How far whole pictures lie, on average, from the regions that the captioner of scenes learnt from: mean squared deviation of the encoder's
 * features in units of theirs. Fifteen rendered scenes come to at most 0.52, photographs of 32 × 32 pixels to 0.73 and more, larger ones to 1.1 and more.
 */
const farthestScene = 0.62;

/** A feature that deviates further counts no more. */
const largestDeviation = 6;

export class BuiltinCaptioner implements Captioner {
  readonly name: string;
  readonly exemplars: number;
  readonly size: readonly [height: number, width: number];
  readonly units: number;
  private readonly scenes: NeuralCaptioner;
  private readonly photographs: PhotoCaptioner;
  private readonly distances = new WeakMap<Picture, number>();

  constructor(name: string, scenes: NeuralCaptioner, photographs: PhotoCaptioner) {
    this.name = name;
    this.exemplars = scenes.exemplars;
    this.size = photographs.size;
    this.units = scenes.units;
    this.scenes = scenes;
    this.photographs = photographs;
  }

  async candidates(sets: ExemplarBatch, n: number, options: CandidateOptions = {}): Promise<Candidate[][]> {
    await this.lookAtWhole([...new Set(sets.flatMap(({ pictures }) => pictures))]);
    const found = new Array<Candidate[]>(sets.length);
    for (const [captioner, photographed] of [[this.scenes, false] as const, [this.photographs, true] as const]) {
      const own = [...sets.keys()].filter((i) => this.isPhotographed(sets[i].pictures) === photographed);
      const said = await captioner.candidates(
        own.map((i) => sets[i]),
        n,
        options,
      );
      for (const [row, i] of own.entries()) found[i] = said[row];
    }
    return found;
  }

  async logPrior(texts: readonly string[]): Promise<number[]> {
    const { vocabulary } = this.scenes.weights;
    const ofPhotographs = await this.photographs.logPrior(texts);
    const known = [...texts.keys()].filter((i) =>
      wordsOf(texts[i]).every((word) => vocabulary.numberOf(word) !== special.unknown),
    );
    const ofScenes = new Array<number>(texts.length).fill(Number.NEGATIVE_INFINITY);
    const priors = await this.scenes.logPrior(known.map((i) => texts[i]));
    for (const [row, i] of known.entries()) ofScenes[i] = priors[row];
    // What both say is as frequent as where it is said more.
    return ofScenes.map((prior, i) => Math.max(prior, ofPhotographs[i]));
  }

  async release(): Promise<void> {
    await Promise.all([this.scenes.release(), this.photographs.release()]);
  }

  private isPhotographed(pictures: readonly Picture[]): boolean {
    const total = pictures.reduce((sum, picture) => sum + (this.distances.get(picture) ?? 0), 0);
    return total > farthestScene * pictures.length;
  }

  private async lookAtWhole(pictures: readonly Picture[]): Promise<void> {
    const unknown = pictures.filter((picture) => !this.distances.has(picture));
    if (unknown.length === 0) return;
    const { data, shape } = await this.scenes.look(
      unknown.map((picture) => ({
        pictures: [picture],
        masks: [new Uint8Array(picture.width * picture.height).fill(1)],
      })),
      { exemplars: 1 },
    );
    const features = shape[2];
    for (const [row, picture] of unknown.entries()) {
      let sum = 0;
      for (let i = row * features; i < (row + 1) * features; i++)
        sum += Math.min(Math.abs(data[i] as number), largestDeviation) ** 2;
      this.distances.set(picture, sum / features);
    }
  }
}
