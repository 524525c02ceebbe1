/** Looks through a network of pictures, and answers while its units are turned. */

import {
  knownPreprocess,
  type Picture,
  type PictureSet,
  type Preprocess,
  type PreprocessName,
  preprocessNamed,
  scenePictures,
  toTensor,
} from "../../../src/data/index.ts";
import { CajalError, Tensor } from "../../../src/graph/index.ts";
import {
  findLayer,
  type Grid,
  gridOf,
  type Layer,
  type LayerNode,
  type Model,
  SteeredModel,
  unturned,
} from "../../../src/probe/index.ts";
import { decodePicture, droppedPictures, pixelsOf } from "./dropped-pictures.ts";
import { type Drawn, drawGraph } from "./graph-layout.ts";
import { type Likeness, likest } from "./likeness.ts";
import { type Look, look, type Tell } from "./look.ts";
import type { Exhibit } from "./said.ts";
import type { Hear, Speaker, Watch } from "./speaker.ts";

/** What a page knows of a model without its weights. */
export interface OpenPictures {
  readonly reads: "pictures";
  readonly name: string;
  readonly parameters: number;
  readonly input: { readonly channels: number; readonly height: number; readonly width: number };
  readonly layers: readonly Layer[];
  readonly graph: readonly LayerNode[];
  readonly preprocess: PreprocessName;
  /** What the numbers of its first output stand for, if the file says so. */
  readonly answers: readonly string[];
  /** Nothing says how the model wants its pictures. */
  readonly isGuessed: boolean;
}

export type PictureSource =
  | { readonly kind: "scenes"; readonly count: number }
  | { readonly kind: "files"; readonly files: readonly File[] };

/** What a unit is set to; undefined: as it is. */
export type Setting = number | undefined;

export interface UnitAnswer {
  /** The model's answer as it is and with the unit set: its first output's numbers, as shares if they can be. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  readonly areShares: boolean;
  /** What the unit does on the picture before it is set: [rows, columns], and where in the picture its cells are. */
  readonly map: {
    readonly rows: number;
    readonly columns: number;
    readonly values: Float32Array;
    /** None where cells are no places of the picture. */
    readonly grid?: Pick<Grid, "x" | "y" | "stepX" | "stepY">;
  };
}

/** What setting a unit changes on several pictures. */
export interface Effects {
  readonly pictures: number;
  /** Of those whose first answer is another one. */
  readonly changed: number;
  /** Mean change of each answer. */
  readonly changes: Float32Array;
  readonly areShares: boolean;
}

export class PictureEngine {
  private readonly model: Model;
  private readonly preprocess: Preprocess;
  private readonly about: OpenPictures;
  private steered: { readonly layer: Layer; readonly model: SteeredModel } | undefined;
  private speaker: Promise<Speaker> | undefined;
  private stopping = new AbortController();
  /** Answers are made one after the other: each may need another layer's session than the last. */
  private last: Promise<unknown> = Promise.resolve();
  /** How often effects were asked for: only the newest are measured to the end. */
  private asked = 0;

  private constructor(model: Model, about: OpenPictures) {
    this.model = model;
    this.about = about;
    this.preprocess = preprocessNamed(about.preprocess);
  }

  /** @param bytes of the file @throws CajalError `shape` when the model takes no picture */
  static async of(model: Model, bytes: Uint8Array, preprocess?: string): Promise<PictureEngine> {
    const { channels, height, width } = model.input;
    if (channels !== 1 && channels !== 3)
      throw new CajalError("shape", `the model takes pictures of ${channels} channels; pictures have 1 or 3`);
    const { metadata } = model.imported;
    const stated = preprocess ?? metadata["cajal.preprocess"] ?? knownPreprocess(await digest(bytes));
    return new PictureEngine(model, {
      reads: "pictures",
      name: model.name,
      parameters: model.parameters,
      input: { channels, height, width },
      layers: model.layers(),
      graph: model.graph(),
      preprocess: (stated ?? "imagenet") as PreprocessName,
      answers: namesIn(metadata["cajal.answers"]),
      isGuessed: stated === undefined,
    });
  }

  open(): OpenPictures {
    return this.about;
  }

  drawGraph(): Promise<Drawn> {
    return drawGraph(this.about.graph);
  }

  /** @param layers names; none: those after activation functions */
  look(source: PictureSource, layers: readonly string[], tell: Tell): Promise<Look> {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    return look(this.model, picturesOf(source), this.preprocess, {
      layers: layers.length > 0 ? layers : undefined,
      signal,
      tell,
    });
  }

  stop(): void {
    this.stopping.abort(new CajalError("aborted", "stopped"));
  }

  /** Puts units into words, which are told as they are found. @throws CajalError as `Speaker`; what `watch` throws */
  async describe(exhibit: Exhibit, watch: Watch, hear: Hear): Promise<void> {
    this.speaker ??= import("./speaker.ts").then(({ Speaker }) => Speaker.open());
    const speaker = await this.speaker.catch((error: unknown) => {
      this.speaker = undefined;
      throw error;
    });
    await speaker.describe(this.model, this.preprocess, exhibit, watch, hear);
  }

  likest(profiles: Look["profiles"], layer: string, unit: number, count: number): Likeness[] {
    return likest(profiles, layer, unit, count);
  }

  /** @param picture any picture, or a frame of a video */
  async answer(picture: Blob | ImageBitmap, layer: string, unit: number, setting: Setting): Promise<UnitAnswer> {
    const { height, width } = this.model.input;
    const pixels =
      picture instanceof Blob ? await decodePicture(picture, height, width) : pixelsOf(picture, height, width);
    const { activations, layer: steered, ...answer } = await this.answerTo(pixels, layer, unit, setting);
    return { ...answer, map: { ...mapOf(activations, steered, unit), ...placesOf(steered, height, width) } };
  }

  /** What setting a unit changes on pictures of a look: those that excite it most come first. */
  async effects(pictures: readonly Blob[], layer: string, unit: number, setting: number): Promise<Effects> {
    const { height, width } = this.model.input;
    const mine = ++this.asked;
    const changes: number[] = [];
    let [changed, areShares] = [0, false];
    for (const picture of pictures) {
      const pixels = await decodePicture(picture, height, width);
      if (mine !== this.asked) throw new CajalError("aborted", "other effects were asked for");
      const { before, after, ...answer } = await this.answerTo(pixels, layer, unit, setting);
      areShares = answer.areShares;
      if (strongest(before) !== strongest(after)) changed++;
      for (const [i, value] of after.entries()) changes[i] = (changes[i] ?? 0) + (value - before[i]) / pictures.length;
    }
    return { pictures: pictures.length, changed, changes: Float32Array.from(changes), areShares };
  }

  private answerTo(picture: Picture, layer: string, unit: number, setting: Setting) {
    const answer = this.last.then(() => this.compute(picture, layer, unit, setting));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private async compute(picture: Picture, name: string, unit: number, setting: Setting) {
    const { port, channels, height, width } = this.model.input;
    const layer = findLayer(this.model.layers(), name);
    if (!(unit >= 0 && unit < layer.units))
      throw new CajalError("unknown-unit", `${name} has units 0 to ${layer.units - 1}, not ${unit}`);
    if (this.steered?.layer.name !== name) {
      await this.steered?.model.release();
      this.steered = { layer, model: new SteeredModel(this.model, [layer]) };
    }
    const turn = unturned(layer);
    if (setting !== undefined) [turn.scale[unit], turn.shift[unit]] = [0, setting];
    // A model for batches of one size gets the picture and nothing else.
    const batch = typeof port.shape?.[0] === "number" ? port.shape[0] : 1;
    const input = new Float32Array(batch * channels * height * width);
    input.set(toTensor(picture, channels, this.preprocess).data as Float32Array);
    const x = new Tensor("float32", [batch, channels, height, width], input);
    const { model } = this.steered;
    const plain = await model.answer(x);
    const turned = setting === undefined ? plain : await model.answer(x, { [name]: turn });
    const [first] = Object.keys(plain.outputs);
    const rowOf = (tensor: Tensor) => Float32Array.from(tensor.numbers().subarray(0, tensor.size / batch));
    const raw = rowOf(plain.outputs[first]);
    // A classifier's numbers are shares, or become shares; what has one number alone is taken as it is.
    const areShares = raw.length > 1;
    const shares = (values: Float32Array) => (areShares ? sharesOf(values) : values);
    return {
      layer,
      before: shares(raw),
      after: shares(rowOf(turned.outputs[first])),
      activations: plain.activations[name],
      areShares,
    };
  }
}

function namesIn(json: string | undefined): string[] {
  try {
    const names: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(names) ? names.map(String) : [];
  } catch {
    return [];
  }
}

function picturesOf(source: PictureSource): PictureSet {
  return source.kind === "scenes" ? scenePictures(2026, source.count) : droppedPictures(source.files);
}

/** Softmax, unless the numbers are shares already. */
function sharesOf(values: Float32Array): Float32Array {
  const sum = values.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) < 1e-3 && values.every((value) => value >= 0)) return values;
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = values.map((value) => Math.exp(value - most));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

const strongest = (values: Float32Array): number => values.indexOf(values.reduce((a, b) => Math.max(a, b)));

/** The unit's activations on the first picture. */
function mapOf(activations: Tensor, { unitAxis, units, shape }: Layer, unit: number): UnitAnswer["map"] {
  const values = activations.numbers();
  if (unitAxis === 2) {
    const tokens = shape[0];
    return {
      rows: 1,
      columns: tokens,
      values: Float32Array.from({ length: tokens }, (_, token) => values[token * units + unit]),
    };
  }
  const [rows, columns] = shape.length === 3 ? shape.slice(1) : [1, 1];
  const cells = rows * columns;
  return { rows, columns, values: Float32Array.from(values.subarray(unit * cells, (unit + 1) * cells)) };
}

function placesOf(layer: Layer, height: number, width: number): Pick<UnitAnswer["map"], "grid"> {
  if (layer.unitAxis === 2 || layer.shape.length < 3) return {};
  const { x, y, stepX, stepY } = gridOf(layer, height, width);
  return { grid: { x, y, stepX, stepY } };
}

/** SHA-256; empty where the page has no secure origin and so no cryptography. */
async function digest(bytes: Uint8Array): Promise<string> {
  if (globalThis.crypto.subtle === undefined) return "";
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
