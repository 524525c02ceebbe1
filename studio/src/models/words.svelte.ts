/** Neurons of a look put into words: asked for, told as they are found, kept. */

import { proxy, type Remote } from "comlink";
import type { ReportDescription } from "../../../src/plot/index.ts";
import type { Look } from "./look.ts";
import type { Progress } from "./open.svelte.ts";
import type { PictureEngine } from "./picture-engine.ts";
import { exhibitOf, type Said } from "./said.ts";
import type { Hear, Watch } from "./speaker.ts";
import { keepWords } from "./store.ts";

/** A layer that is being put into words, or that could not be. */
export interface Speaking {
  readonly layer: string;
  readonly progress?: Progress;
  readonly trouble?: unknown;
}

export class Words implements Said {
  captioner = $state.raw("");
  said = $state.raw<Said["said"]>(new Map());
  speaking = $state.raw<Speaking>();
  private readonly id: string;
  private readonly engine: Remote<PictureEngine>;
  private readonly look: Look;
  private readonly found: Map<string, ReportDescription | null>;
  private stopping = new AbortController();

  /** @param kept what was said of this look before */
  constructor(id: string, engine: Remote<PictureEngine>, look: Look, kept: Said | undefined) {
    this.id = id;
    this.engine = engine;
    this.look = look;
    this.found = new Map(kept?.said);
    this.captioner = kept?.captioner ?? "";
    this.said = new Map(this.found);
  }

  /** Units of a layer of which nothing was said yet. */
  unsaid(layer: string): number[] {
    const neurons = this.look.catalogue.layers.find(({ name }) => name === layer)?.neurons ?? [];
    return neurons.filter(({ unit, dead }) => !dead && !this.said.has(`${layer}:${unit}`)).map(({ unit }) => unit);
  }

  /** The rest of a layer. What was found is shown when it ends or is stopped: a list that a person reads does not move. */
  async describeLayer(layer: string): Promise<void> {
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    const tell = (stage: string, done: number, total: number) => {
      this.speaking = { layer, progress: { stage, done, total } };
    };
    tell("preparing", 0, 0);
    try {
      await this.say(layer, this.unsaid(layer), signal, tell);
      this.speaking = undefined;
    } catch (error) {
      this.speaking = signal.aborted ? undefined : { layer, trouble: error };
    }
  }

  stop(): void {
    this.stopping.abort();
  }

  /** One neuron, unless it was described before. @param signal of a page that was left: what it asked for is given up */
  async describeNeuron(layer: string, unit: number, signal: AbortSignal): Promise<void> {
    if (this.said.has(`${layer}:${unit}`)) return;
    await this.say(layer, [unit], signal, () => undefined);
  }

  private async say(layer: string, units: readonly number[], signal: AbortSignal, tell: Watch): Promise<void> {
    const watch: Watch = (...progress) => {
      signal.throwIfAborted();
      return tell(...progress);
    };
    const hear: Hear = async (captioner, found) => {
      for (const [unit, description] of found) this.found.set(`${layer}:${unit}`, description);
      this.captioner = captioner;
      await keepWords(this.id, this.look, { captioner, said: this.found });
    };
    try {
      await this.engine.describe(exhibitOf(this.look, layer, units), proxy(watch), proxy(hear));
    } finally {
      this.said = new Map(this.found);
    }
  }
}
