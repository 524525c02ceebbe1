/** Puts units into words as `cajal describe` does, by the built-in captioner. Loaded when words are asked for. */

import type { PictureSet, Preprocess } from "../../../src/data/index.ts";
import {
  type BuiltinCaptioner,
  describe,
  exemplarsRanked,
  shippedCaptioner,
  spoken,
} from "../../../src/methods/interpret/milan/index.ts";
import type { ReportDescription } from "../../../src/plot/index.ts";
import type { Model } from "../../../src/probe/index.ts";
import { serverData } from "../server-data.ts";
import { decodePicture } from "./dropped-pictures.ts";
import type { Exhibit } from "./said.ts";

/** Is told how far it is; what it throws ends the work. */
export type Watch = (stage: string, done: number, total: number) => void | Promise<void>;
/** Is told who says what of which units; null: no words were found. */
export type Hear = (
  captioner: string,
  found: readonly (readonly [unit: number, description: ReportDescription | null])[],
) => void | Promise<void>;

/** Units that are looked at together share pictures; what was found is told in between. */
const unitsAtOnce = 128;

export class Speaker {
  private readonly captioner: BuiltinCaptioner;

  private constructor(captioner: BuiltinCaptioner) {
    this.captioner = captioner;
  }

  /** @throws CajalError when its files are not there, or are not what they should be */
  static async open(): Promise<Speaker> {
    return new Speaker(await shippedCaptioner(serverData, { units: unitsAtOnce }));
  }

  /** @throws CajalError `no-data` when too few pictures were looked at */
  async describe(model: Model, preprocess: Preprocess, exhibit: Exhibit, watch: Watch, hear: Hear): Promise<void> {
    const { layer, samples, units } = exhibit;
    const { captioner } = this;
    const ranking = { samples, layers: new Map([[layer, units]]) };
    const store = await exemplarsRanked(model, picturesOf(exhibit), ranking, { preprocess, onProgress: watch });
    const found: [number, ReportDescription | null][] = [];
    let told = 0;
    const described = describe(store, captioner, {
      onStage: (stage, done, total) =>
        stage === "putting into words" ? watch(stage, told + done, units.size) : watch(stage, done, total),
    });
    for await (const description of described) {
      found.push([description.unit, spoken(description) ?? null]);
      told++;
      if (found.length === unitsAtOnce || told === units.size) await hear(captioner.name, found.splice(0));
    }
  }
}

function picturesOf({ pictures }: Exhibit): PictureSet {
  const nameOf = (index: number) => `picture ${index}`;
  return {
    name: "what was looked at",
    length: pictures.size,
    labels: [],
    concepts: [],
    nameOf,
    get: async (index, height, width) => ({
      name: nameOf(index),
      picture: await decodePicture(pictures.get(index) as Blob, height, width),
    }),
  };
}
