/** @file A text model opened for looking inside: its logits, its layers, its text, with neurons as they are or edited. */

import {
  CajalError,
  type Compiled,
  type CompileOptions,
  collect,
  compile,
  sizeOf,
  Tensor,
  type Value,
} from "../../graph/index.ts";
import { type LayerFilter, selectNamed } from "../layers.ts";
import type { WriteFile } from "../model.ts";
import { type Finish, type Generated, type GenerateOptions, generate } from "./generate.ts";
import type { LanguageModel, Weights } from "./language-model.ts";
import { noLogits, type Reader, roomFor, type TextLayer, type TextNetwork } from "./network.ts";
import type { TextEdits } from "./text-edit.ts";
import { encodeText, type Tokenizer, tokenizeWords } from "./tokenizer.ts";

export interface TextModelOptions {
  /** What messages call the model; default "the model". */
  readonly name?: string;
  /** Without it the model reads and writes token numbers alone. */
  readonly tokenizer?: Tokenizer;
  /** What to say to somebody who needs the tokenizer that is missing. */
  readonly tokenizerAdvice?: string;
  readonly compile?: CompileOptions;
  readonly write?: WriteFile;
}

/** A text, or its tokens. A text gets the marks that begin every text, such as <s>; tokens are taken as they are. */
export type TextInput = string | readonly number[];

type Logits = (weights: Weights<Value>, tokens: Value, present: Value) => Value;

/** Fewest steps of a text that graphs are made for. */
const leastSteps = 8;

/** A language model whose neurons can be listed, recorded and edited. Immutable: `edit` gives another. */
export class TextModel implements LanguageModel {
  readonly reads = "text";
  readonly name: string;
  readonly network: TextNetwork;
  readonly tokenizer: Tokenizer | undefined;
  private readonly options: TextModelOptions;
  private compiled: Compiled<Parameters<Logits>, Value> | undefined;

  constructor(network: TextNetwork, options: TextModelOptions = {}) {
    this.network = network;
    this.options = options;
    this.name = options.name ?? "the model";
    this.tokenizer = options.tokenizer;
  }

  /** Numbers that were learned. */
  get parameters(): number {
    return this.network.parameters;
  }

  /** The longest text in tokens that it can read, or was trained on. Undefined: the file does not say. */
  get context(): number | undefined {
    return this.network.context;
  }

  get causal(): boolean {
    return this.network.causal;
  }

  get fixed(): { readonly batch?: number; readonly steps?: number } {
    return this.network.fixed ?? {};
  }

  get weights(): Weights<Tensor> {
    return this.network.weights;
  }

  get begin(): readonly number[] {
    return this.tokenizer?.begin ?? [];
  }

  /**
   * All layers in the order of computing, or those chosen.
   * @param filter names, or a pattern
   * @throws CajalError `unknown-layer`
   */
  layers(filter?: LayerFilter): readonly TextLayer[] {
    return filter === undefined ? this.network.layers : selectNamed(this.network.layers, filter);
  }

  /**
   * The model with units ablated, clamped, scaled, shifted, or patched from another text. Nothing else changes.
   * @example model.edit({ "block2/mlp": { units: [14], set: 3 } })
   * @throws CajalError `unknown-layer`, `unknown-unit`, `argument`, `shape`
   */
  edit(edits: TextEdits): TextModel {
    return new TextModel(this.network.edit(edits), this.options);
  }

  /** The tokens of a text, with those that begin every text. @throws CajalError `no-data` without a tokenizer */
  encode(text: string): number[] {
    return encodeText(this.needTokenizer(), text);
  }

  /** @throws CajalError `no-data` without a tokenizer */
  decode(tokens: Iterable<number>): string {
    return this.needTokenizer().decode(tokens);
  }

  tokenize(words: readonly string[]): number[][] {
    return tokenizeWords(this.needTokenizer(), words);
  }

  /**
   * Logits of the token after each token of the text: float32 [tokens, vocabulary].
   * @throws CajalError `argument` when the text is empty or longer than the context, `shape` when the model has no logits
   */
  async logits(input: TextInput): Promise<Tensor> {
    const tokens = this.tokensOf(input);
    this.compiled ??= compile((weights: Weights<Value>, ids: Value, present: Value) => {
      const logits = this.network.apply(ids, present, weights);
      if (logits === undefined) throw noLogits(this.name);
      return logits;
    }, this.options.compile);
    const { data, shape } = await this.compiled(this.weights, ...this.rowOf(tokens));
    const vocabulary = shape[shape.length - 1];
    return new Tensor("float32", [tokens.length, vocabulary], data.slice(0, tokens.length * vocabulary));
  }

  /**
   * What layers hold at each token of the text: float32 [tokens, units], of heads [tokens, heads, headWidth]. Edits are seen.
   * @param layers names, or a pattern
   * @throws CajalError `unknown-layer`, `argument`
   */
  async activations(input: TextInput, layers: RegExp | readonly string[]): Promise<Record<string, Tensor>> {
    const tokens = this.tokensOf(input);
    const wanted = new Map(this.layers(layers).map((layer) => [layer.name, layer]));
    const run = compile((weights: Weights<Value>, ids: Value, present: Value) => {
      const apply = (t: Value, p: Value) => this.network.apply(t, p, weights);
      const { taps } = collect(apply, (name) => wanted.has(name))(ids, present);
      return Object.fromEntries([...wanted.keys()].map((name) => [name, taps[name].cast("float32")]));
    }, this.options.compile);
    try {
      const taps = await run(this.weights, ...this.rowOf(tokens));
      return Object.fromEntries(
        Object.entries(taps).map(([name, { data }]) => {
          const shape = [tokens.length, ...(wanted.get(name)?.shape ?? [])];
          return [name, new Tensor("float32", shape, data.slice(0, sizeOf(shape)))];
        }),
      );
    } finally {
      await run.release();
    }
  }

  /**
   * What follows a text, token by token as it is made; the reason why it ends comes as the generator's result. Edits are on.
   * @example for await (const { text } of model.generate("Once upon a time", { tokens: 60 })) process.stdout.write(text);
   * @throws CajalError `argument` (an empty prompt, or one that fills the context; options that make no sense), `shape` without logits
   */
  generate(prompt: TextInput, options: GenerateOptions = {}): AsyncGenerator<Generated, Finish> {
    return generate(this, this.tokensOf(prompt), options);
  }

  /** Reads one text piece by piece. @param capacity most tokens of it */
  reader(capacity: number): Reader {
    return this.network.reader(capacity, this.options.compile ?? {});
  }

  apply(tokens: Value, present: Value, weights?: Weights<Value>): Value | undefined {
    return this.network.apply(tokens, present, weights);
  }

  isLayer(name: string, value: Value): boolean {
    return this.network.isLayer(name, value);
  }

  /** Writes the ONNX file with the edits built in, whole or not at all. @throws CajalError `argument` when the model is no ONNX file */
  async save(path: string): Promise<void> {
    const { network, options } = this;
    if (network.bytes === undefined || options.write === undefined)
      throw new CajalError("argument", `${this.name} cannot be saved: it is no ONNX file`, {
        advice: "Edits hold wherever this model is used; keep them beside its address.",
      });
    await options.write(path, network.bytes());
  }

  /** Frees what running has built up. A later run builds it anew. */
  async release(): Promise<void> {
    await Promise.all([this.compiled?.release(), this.network.release()]);
  }

  /** The text's tokens, checked. @throws CajalError `argument` */
  tokensOf(input: TextInput): readonly number[] {
    const tokens = typeof input === "string" ? this.encode(input) : input;
    if (tokens.length === 0)
      throw new CajalError("argument", `${this.name}: the text has no tokens`, { advice: "Give a word at least." });
    const wrong = tokens.find((token) => !Number.isInteger(token) || token < 0);
    if (wrong !== undefined) throw new CajalError("argument", `${this.name}: ${wrong} is no token`);
    const vocabulary = this.network.decoder?.sizes.vocabulary ?? Number.POSITIVE_INFINITY;
    const beyond = tokens.find((token) => token >= vocabulary);
    if (beyond !== undefined)
      throw new CajalError("argument", `${this.name}: token ${beyond} is beyond the vocabulary of ${vocabulary}`, {
        advice: "The tokenizer belongs to another model.",
      });
    const most = this.fixed.steps ?? this.context ?? Number.POSITIVE_INFINITY;
    if (tokens.length > most)
      throw new CajalError("argument", `${this.name}: the text has ${tokens.length} tokens; it reads ${most}`, {
        advice: "Shorten the text.",
      });
    return tokens;
  }

  /** Tokens and presence, [1, steps], filled up where that changes nothing. */
  private rowOf(tokens: readonly number[]): [Tensor, Tensor] {
    const { fixed, causal } = this;
    const limit = this.context ?? Number.POSITIVE_INFINITY;
    const steps = fixed.steps ?? (causal ? roomFor(tokens.length, leastSteps, limit) : tokens.length);
    const batch = fixed.batch ?? 1;
    const row = (value: (step: number) => number) =>
      Tensor.of(
        Array.from({ length: batch * steps }, (_, i) => value(i % steps)),
        [batch, steps],
        "int64",
      );
    return [row((step) => tokens[Math.min(step, tokens.length - 1)]), row((step) => (step < tokens.length ? 1 : 0))];
  }

  private needTokenizer(): Tokenizer {
    if (this.tokenizer === undefined)
      throw new CajalError("no-data", `${this.name} has no tokenizer`, {
        advice: this.options.tokenizerAdvice ?? "Give token numbers instead of text, or a tokenizer when opening it.",
      });
    return this.tokenizer;
  }
}
