/** Looks into a language model: which neurons fire at a token, what a neuron stands for, how its text goes on with neurons set. */

import { CajalError, Rng } from "../../../src/graph/index.ts";
import { decodeUnit, searchNeurons, verbOf } from "../../../src/methods/interpret/lm-head-decoding/index.ts";
import { type Decoder, findLayer, neuronWeights, type TextEdits, type TextModel } from "../../../src/probe/index.ts";

/** What a page knows of a text model. */
export interface OpenText {
  readonly reads: "text";
  readonly name: string;
  readonly parameters: number;
  readonly context: number | undefined;
  readonly about: string;
  /** Layers of neurons, in the order of computing. */
  readonly layers: readonly { readonly name: string; readonly units: number }[];
}

export interface Fired {
  readonly layer: string;
  readonly unit: number;
  readonly activity: number;
}

export interface ReadText {
  /** Each token as text. */
  readonly tokens: readonly string[];
  /** The neurons that fire most at each token. */
  readonly fired: readonly (readonly Fired[])[];
}

/** Words on one side of a neuron. */
export interface Said {
  readonly side: string;
  readonly words: readonly { readonly text: string; readonly cosine: number }[];
}

/** Neurons that are set, by address. */
export type Settings = readonly { readonly layer: string; readonly unit: number; readonly set: number }[];

export interface WritingOptions {
  readonly tokens: number;
  readonly temperature: number;
  readonly seed: number;
}

const shownAtToken = 12;
const shownWords = 8;

export class TextEngine {
  private readonly model: TextModel;
  private readonly about: OpenText;
  private read: { readonly text: string; readonly activity: Record<string, Float32Array> } | undefined;
  private stopping = new AbortController();

  private constructor(model: TextModel, about: OpenText) {
    this.model = model;
    this.about = about;
  }

  /** @throws CajalError when its neurons are not found */
  static async of(model: TextModel): Promise<TextEngine> {
    const { name, parameters, context, network } = model;
    const { networks } = await neuronWeights(model);
    return new TextEngine(model, {
      reads: "text",
      name,
      parameters,
      context,
      about: network.decoder === undefined ? "an ONNX file" : sizesOf(network.decoder),
      layers: networks.map(({ taps, neurons }) => ({ name: taps.product, units: neurons })),
    });
  }

  open(): OpenText {
    return this.about;
  }

  async readText(text: string): Promise<ReadText> {
    const ids = this.model.encode(text);
    const { layers } = this.about;
    const found = await this.model.activations(
      text,
      layers.map(({ name }) => name),
    );
    const activity = Object.fromEntries(
      Object.entries(found).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
    );
    this.read = { text, activity };
    return {
      tokens: ids.map((id, i) => (i < this.model.begin.length ? "" : this.model.decode([id]))),
      fired: ids.map((_, token) => strongestAt(layers, activity, token)),
    };
  }

  /** What a neuron does at each token of the text that was read last. */
  async along(text: string, layer: string, unit: number): Promise<Float32Array> {
    if (this.read?.text !== text) await this.readText(text);
    const { units } = findLayer(this.about.layers, layer);
    const all = this.read?.activity[layer] ?? new Float32Array();
    return Float32Array.from({ length: all.length / units }, (_, token) => all[token * units + unit]);
  }

  /** What a neuron's weights stand for, by the model's own head. */
  async decode(layer: string, unit: number): Promise<Said[]> {
    const says = await decodeUnit(this.model, layer, unit, { topK: shownWords });
    return says.map(({ words, cosine, ...said }) => ({
      side: verbOf(said),
      words: words.map((text, i) => ({ text, cosine: cosine[i] })),
    }));
  }

  /** Neurons that read or write a word. */
  async find(word: string): Promise<{ layer: string; unit: number; side: string; cosine: number }[]> {
    const hits = await searchNeurons(this.model, word, { limit: 12 });
    return hits.map((hit) => ({ layer: hit.name, unit: hit.index, side: verbOf(hit), cosine: hit.cosine }));
  }

  /** How a text goes on with neurons set, told piece by piece. */
  async write(
    prompt: string,
    settings: Settings,
    { tokens, temperature, seed }: WritingOptions,
    tell: (piece: string) => void,
  ): Promise<void> {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    const edits: Record<string, { units: number[]; set: number }[]> = {};
    for (const { layer, unit, set } of settings) {
      edits[layer] ??= [];
      edits[layer].push({ units: [unit], set });
    }
    const model = settings.length > 0 ? this.model.edit(edits as TextEdits) : this.model;
    try {
      const sampling = { temperature, rng: new Rng(seed) };
      for await (const { text } of model.generate(prompt, { tokens, signal, ...sampling })) tell(text);
    } finally {
      if (model !== this.model) await model.release();
    }
  }

  stop(): void {
    this.stopping.abort(new CajalError("aborted", "stopped"));
  }
}

function sizesOf({ architecture, sizes }: Decoder): string {
  const { layers, heads, hidden, width } = sizes;
  return `${architecture}: ${layers} blocks of ${heads} heads and ${hidden.toLocaleString("en")} neurons on a stream of ${width}`;
}

function strongestAt(layers: OpenText["layers"], activity: Record<string, Float32Array>, token: number): Fired[] {
  const found: Fired[] = [];
  for (const { name, units } of layers) {
    for (let unit = 0; unit < units; unit++) {
      const value = activity[name][token * units + unit];
      if (found.length === shownAtToken && Math.abs(value) <= Math.abs(found[shownAtToken - 1].activity)) continue;
      const at = found.findIndex((one) => Math.abs(one.activity) < Math.abs(value));
      found.splice(at < 0 ? found.length : at, 0, { layer: name, unit, activity: value });
      if (found.length > shownAtToken) found.pop();
    }
  }
  return found;
}
