/** What a captioner said of the neurons of a model that was looked through. */

import type { RankedUnit } from "../../../src/methods/interpret/milan/index.ts";
import type { ReportDescription } from "../../../src/plot/index.ts";
import type { Look } from "./look.ts";

export interface Said {
  readonly captioner: string;
  /** By address; null: it was shown the neuron, and found no words. */
  readonly said: ReadonlyMap<string, ReportDescription | null>;
}

/** Units of a layer with the pictures that excite them most: all that the engine needs of a look to put them into words. */
export interface Exhibit {
  readonly layer: string;
  /** Pictures that were looked at when units were ranked. */
  readonly samples: number;
  readonly units: ReadonlyMap<number, RankedUnit>;
  /** By number. */
  readonly pictures: ReadonlyMap<number, Blob>;
}

export function exhibitOf({ ranking, blocks }: Look, layer: string, chosen: readonly number[]): Exhibit {
  const ranked = ranking.layers.get(layer);
  const units = new Map(
    chosen.flatMap((unit) => {
      const known = ranked?.get(unit);
      return known ? [[unit, known] as const] : [];
    }),
  );
  const numbers = new Set([...units.values()].flatMap(({ images }) => [...images]));
  return { layer, samples: ranking.samples, units, pictures: new Map([...numbers].map((i) => [i, blocks[`p${i}`]])) };
}
