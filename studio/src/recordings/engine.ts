/** A recording in a worker of its own: whatever is drawn of it is made here. */

import { expose, transfer } from "comlink";
import { lengthOf, type ReadRecording, readRecordings } from "../../../src/data/index.ts";
import { CajalError } from "../../../src/graph/error.ts";
import { sequential } from "../../../src/plot/drawing/ramp.ts";
import { outspoken } from "../outspoken.ts";
import { type Connectome, connectomeOf } from "./connectome.ts";
import { type Level, paint, pyramidOf, type View } from "./pyramid.ts";

export interface RecordingAbout {
  readonly animal: string;
  readonly names: readonly string[];
  readonly samples: number;
  readonly fs: number;
  readonly hasTime: boolean;
}

/** A trace as wide as its drawing: the least and the most in each pixel. */
export interface Envelope {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

export class RecordingEngine {
  private all: readonly ReadRecording[] = [];
  private readonly levels = new Map<number, Level[]>();
  private readonly connectomes = new Map<number, Promise<Connectome>>();

  /** @throws CajalError when the file is no recording */
  async open(file: Blob, name: string): Promise<RecordingAbout[]> {
    this.all = await readRecordings(new Uint8Array(await file.arrayBuffer()), name);
    return this.all.map((one) => ({
      animal: one.animal,
      names: one.names,
      samples: lengthOf(one),
      fs: one.fs,
      hasTime: one.hasTime,
    }));
  }

  /** @param which of the file's recordings @param order neurons from the top */
  paint(which: number, order: Int32Array, view: View): ImageData {
    let levels = this.levels.get(which);
    if (levels === undefined) {
      levels = pyramidOf(this.recording(which));
      this.levels.set(which, levels);
    }
    const pixels = paint(levels, order, view, colours);
    const image = new ImageData(pixels, view.width, view.height);
    return transfer(image, [pixels.buffer]);
  }

  trace(which: number, neuron: number, { from, to, width }: Omit<View, "height">): Envelope {
    const { traces } = this.recording(which);
    const length = lengthOf(this.recording(which));
    const own = traces.subarray(neuron * length, (neuron + 1) * length);
    const [low, high] = [new Float32Array(width).fill(Number.NaN), new Float32Array(width).fill(Number.NaN)];
    for (let x = 0; x < width; x++) {
      const start = Math.floor(from + (x * (to - from)) / width);
      const end = Math.max(start + 1, Math.floor(from + ((x + 1) * (to - from)) / width));
      for (let t = start; t < end && t < length; t++) {
        if (!(own[t] >= low[x])) low[x] = own[t];
        if (!(own[t] <= high[x])) high[x] = own[t];
      }
    }
    return { low, high };
  }

  connectome(which: number): Promise<Connectome> {
    const known = this.connectomes.get(which) ?? connectomeOf(this.recording(which), takeTurns());
    this.connectomes.set(which, known);
    return known;
  }

  private recording(which: number): ReadRecording {
    const one = this.all[which];
    if (one === undefined) throw new CajalError("argument", `the file has ${this.all.length} recordings`);
    return one;
  }
}

/** Lets what was asked for meanwhile be answered, so that the raster moves while the connectome is made. */
function takeTurns(): () => Promise<void> {
  const slice = 12; // ms
  let since = performance.now();
  return async () => {
    if (performance.now() - since < slice) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}

/** As bytes lie in memory: red first. What was not seen is clear. */
const colours = Uint32Array.from({ length: 256 }, (_, value) => {
  if (value === 0) return 0;
  const [red, green, blue] = sequential((value - 1) / 254);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
});

expose(outspoken(new RecordingEngine()));
