/** @file Concept maps: which concepts lie on each pixel, one number per pixel. */

import { CajalError } from "../graph/error.ts";

/** Numbers the combinations of concepts that occur on pixels. Combination 0 is no concept. */
export class ConceptCombinations {
  /** The concepts of each combination, as indices. */
  readonly concepts: Int32Array[] = [new Int32Array()];
  private readonly names: readonly string[];
  /** By combination · number of concepts + concept: the combination with that concept added. */
  private readonly extended = new Map<number, number>();

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /**
   * The combination on each pixel.
   *
   * @param masks per concept one byte per pixel, not 0 where the concept is; concepts without mask are nowhere
   */
  map(masks: ReadonlyMap<string, Uint8Array>, pixels: number): Int32Array {
    const combinations = new Int32Array(pixels);
    const unknown = [...masks.keys()].find((name) => !this.names.includes(name));
    if (unknown !== undefined) {
      throw new CajalError("bad-labels", `concept "${unknown}" is not in the list of ${this.names.length} concepts`);
    }
    // Always in the order of the list: a set of concepts has one number.
    this.names.forEach((name, concept) => {
      const mask = masks.get(name);
      if (mask === undefined) return;
      if (mask.length !== pixels) {
        throw new CajalError("bad-labels", `mask of "${name}" has ${mask.length} pixels, expected ${pixels}`);
      }
      let before = -1;
      let after = -1;
      for (let pixel = 0; pixel < pixels; pixel++) {
        if (mask[pixel] === 0) continue;
        if (combinations[pixel] !== before) {
          before = combinations[pixel];
          after = this.extend(before, concept);
        }
        combinations[pixel] = after;
      }
    });
    return combinations;
  }

  private extend(combination: number, concept: number): number {
    const key = combination * this.names.length + concept;
    let extended = this.extended.get(key);
    if (extended === undefined) {
      extended = this.concepts.push(Int32Array.of(...this.concepts[combination], concept)) - 1;
      this.extended.set(key, extended);
    }
    return extended;
  }
}
