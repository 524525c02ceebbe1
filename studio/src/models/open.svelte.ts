/** The model that is open: one at a time, with its engine, and what was found by looking through it. */

import { proxy, type Remote, wrap } from "comlink";
import { modelFile, models } from "../api.ts";
import type { Engine } from "./engine.ts";
import type { Look } from "./look.ts";
import type { OpenPictures, PictureEngine, PictureSource } from "./picture-engine.ts";
import type { Said } from "./said.ts";
import { sheetOf, worded } from "./sheet.ts";
import { keepLook, keepNames, keptLook, keptModel, keptNames, keptWords, type ModelFiles } from "./store.ts";
import type { OpenText, TextEngine } from "./text-engine.ts";
import { Words } from "./words.svelte.ts";

export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** A model that is kept in this browser has an address that begins so. */
export const keptPrefix = "here:";

export class OpenedText {
  readonly reads = "text";
  readonly id: string;
  readonly model: OpenText;
  readonly engine: Remote<TextEngine>;

  constructor(id: string, model: OpenText, engine: Remote<TextEngine>) {
    this.id = id;
    this.model = model;
    this.engine = engine;
  }
}

export class OpenedPictures {
  readonly reads = "pictures";
  readonly id: string;
  readonly model: OpenPictures;
  readonly engine: Remote<PictureEngine>;
  /** What its answers are called; their numbers where nobody said. */
  answers = $state.raw<readonly string[]>([]);
  look = $state.raw<Look>();
  /** What a captioner said of the look. */
  words = $state.raw<Words>();
  /** The look as pages show it. */
  readonly sheet = $derived(this.look && this.words && worded(sheetOf(this.look), this.words));
  progress = $state.raw<Progress>();
  trouble = $state.raw<unknown>();
  private isStopped = false;

  constructor(
    id: string,
    model: OpenPictures,
    engine: Remote<PictureEngine>,
    { look, words, names }: { look: Look | undefined; words: Said | undefined; names: readonly string[] },
  ) {
    this.id = id;
    this.model = model;
    this.engine = engine;
    this.look = look;
    this.words = look && new Words(id, engine, look, words);
    this.answers = names.length > 0 ? names : model.answers;
  }

  /** Looks at pictures and keeps what is found. */
  async see(source: PictureSource, layers: readonly string[]): Promise<void> {
    this.trouble = undefined;
    this.isStopped = false;
    this.words?.stop();
    this.progress = { stage: "preparing", done: 0, total: 0 };
    try {
      const tell = proxy((stage: string, done: number, total: number) => {
        this.progress = { stage, done, total };
      });
      this.look = await this.engine.look(source, layers, tell);
      this.words = new Words(this.id, this.engine, this.look, undefined);
      await keepLook(this.id, this.look);
    } catch (error) {
      if (!this.isStopped) this.trouble = error;
    } finally {
      this.progress = undefined;
    }
  }

  nameOf(answer: number): string {
    return this.answers[answer] ?? `answer ${answer}`;
  }

  /** @param text one name in each line */
  async name(text: string): Promise<void> {
    this.answers = text.split(/\r?\n/).map((line) => line.trim());
    await keepNames(this.id, this.answers);
  }

  stop(): void {
    this.isStopped = true;
    this.engine.stop();
  }
}

export type Opened = OpenedPictures | OpenedText;

let worker: Worker | undefined;
let current: { readonly id: string; readonly opened: Promise<Opened> } | undefined;

/** @throws what the engine says of the file */
export function open(id: string): Promise<Opened> {
  if (current?.id === id) return current.opened;
  worker?.terminate();
  worker = new Worker(new URL("./engine.ts", import.meta.url), { type: "module" });
  const opened = load(id, wrap<Engine>(worker));
  current = { id, opened };
  opened.catch(() => {
    current = undefined;
  });
  return opened;
}

async function load(id: string, engine: Remote<Engine>): Promise<Opened> {
  const { files, name, preprocess } = await filesOf(id);
  const model = await engine.open(files, name, preprocess);
  // The parts of the engine are called through the worker, too.
  if (model.reads === "text") return new OpenedText(id, model, engine.text as unknown as Remote<TextEngine>);
  const [look, names] = await Promise.all([keptLook(id), keptNames(id)]);
  const words = look && (await keptWords(id, look));
  return new OpenedPictures(id, model, engine.pictures as unknown as Remote<PictureEngine>, { look, words, names });
}

async function filesOf(id: string): Promise<{ files: ModelFiles; name: string; preprocess?: string }> {
  if (id.startsWith(keptPrefix)) {
    const name = id.slice(keptPrefix.length);
    const kept = await keptModel(name);
    if (kept === undefined)
      throw new Error(`${name} is not kept in this browser.\nOpen its file on the page of models.`);
    return { files: kept.files, name };
  }
  const entry = (await models()).find((model) => model.id === id);
  if (entry === undefined)
    throw new Error(`There is no model "${id}".\nThe page of models lists those that there are.`);
  const files = await Promise.all(entry.files.map(async (file) => [file, await modelFile(id, file)] as const));
  return { files: Object.fromEntries(files), name: id, ...(entry.preprocess && { preprocess: entry.preprocess }) };
}
