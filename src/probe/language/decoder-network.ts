/** @file A decoder of cajal/nn as the inside of a text model. */

import {
  type Compiled,
  type CompileOptions,
  compile,
  forEachLeaf,
  mapLeaves,
  Tensor,
  type Value,
} from "../../graph/index.ts";
import { extendGptCache, type Gpt, type GptCache, gpt, gptStep, init } from "../../nn/index.ts";
import type { Decoder } from "../architectures/decoder.ts";
import type { Weights } from "./language-model.ts";
import { type Reader, roomFor, type TextLayer, type TextNetwork } from "./network.ts";
import { addEdits, type TextEdit, type TextEdits, withEdits } from "./text-edit.ts";

/** Fewest steps of a text that graphs are made for. */
const leastRoom = 32;

/** One token through a model of fewer parameters takes less time than a second thread takes to join in. */
const oneThread = 4_000_000;

type Step = (
  weights: Weights<Value>,
  cache: GptCache<Value>,
  tokens: Value,
  wanted: Value,
) => ReturnType<typeof gptStep>;

/** Layers: "embedding", and of each block "heads", "middle" (unless parallel), "gate" (if it has one), "up", "mlp", "down" and "residual", as `gpt` taps them. */
export class DecoderNetwork implements TextNetwork {
  readonly decoder: Decoder;
  readonly layers: readonly TextLayer[];
  readonly causal = true;
  readonly weights: Weights<Tensor>;
  private readonly edits: Readonly<Record<string, readonly TextEdit[]>>;
  private readonly names: ReadonlySet<string>;
  private step: Compiled<Parameters<Step>, ReturnType<Step>> | undefined;

  constructor(decoder: Decoder, edits: Readonly<Record<string, readonly TextEdit[]>> = {}) {
    this.decoder = decoder;
    this.edits = edits;
    this.layers = layersOf(decoder);
    this.names = new Set(this.layers.map(({ name }) => name));
    const weights: Record<string, Tensor> = {};
    forEachLeaf(decoder.params, (leaf, path) => {
      if (leaf instanceof Tensor) weights[path] = leaf;
    });
    this.weights = weights;
  }

  get parameters(): number {
    return Object.values(this.weights).reduce((sum, { size }) => sum + size, 0);
  }

  get context(): number {
    return this.decoder.sizes.context;
  }

  /** Lengths beyond which rotary positions are scaled by other factors, from the first step on (LongRoPE). */
  private get turnedOtherwise(): readonly number[] {
    const { rotary, perBlock = [] } = this.decoder.options;
    return [rotary, ...perBlock.map((block) => block.rotary)].flatMap((options) =>
      options?.scaling?.kind === "longrope" ? [options.scaling.context] : [],
    );
  }

  isLayer(name: string): boolean {
    return this.names.has(name);
  }

  apply(tokens: Value, _present: Value, weights?: Weights<Value>): Value {
    const run = (params: Gpt<Value | Tensor>) => gpt(params, tokens, this.decoder.options);
    const positions = () => counted(tokens, tokens.shape[1]);
    return withEdits(run, this.layers, this.edits, positions)(this.params(weights));
  }

  edit(edits: TextEdits): DecoderNetwork {
    return new DecoderNetwork(this.decoder, addEdits(this.layers, this.edits, edits));
  }

  reader(capacity: number, options: CompileOptions): Reader {
    const { context, decoder } = this;
    this.step ??= compile(this.traced(), { ...(this.parameters < oneThread && { threads: 1 }), ...options });
    const step = this.step;
    let cache = init.gptCache(decoder.params, {
      heads: decoder.sizes.heads,
      batch: 1,
      capacity: roomFor(capacity, leastRoom, context),
    });
    const text: number[] = [];
    return {
      read: async (given) => {
        // What is kept of a text that grows beyond one of these lengths was turned for a shorter one: it is read anew.
        const grown = text.length + given.length;
        const anew = this.turnedOtherwise.some((context) => text.length <= context && grown > context);
        if (anew) cache = { ...cache, length: Tensor.scalar(0) };
        const tokens = anew ? [...text, ...given] : given;
        const length = cache.length.item();
        const steps = tokens.length === 1 ? 1 : roomFor(tokens.length, leastRoom, context - length);
        // What fills up the row stands behind the text, where nothing looks, and is not kept.
        const row = Tensor.of([...tokens, ...Array(steps - tokens.length).fill(0)], [1, steps], "int64");
        const result = await step(this.weights, cache, row, Tensor.of([tokens.length - 1], [1], "int64"));
        cache = extendGptCache(cache, result.fresh, tokens.length);
        for (const token of given) text.push(token);
        return new Tensor("float32", [result.logits.size], result.logits.data);
      },
    };
  }

  async release(): Promise<void> {
    await this.step?.release();
  }

  /** The next steps, with a cache. */
  private traced(): Step {
    const run: Step = (weights, cache, tokens, wanted) =>
      gptStep(this.params(weights), cache, tokens, this.decoder.options, wanted);
    const positions = (_weights: unknown, cache: GptCache<Value>, tokens: Value) =>
      cache.length.cast("int64").add(counted(tokens, tokens.shape[1]));
    return withEdits(run, this.layers, this.edits, positions);
  }

  private params(weights: Weights<Value> | undefined): Gpt<Value | Tensor> {
    const { params } = this.decoder;
    return weights === undefined ? params : mapLeaves(params, (_leaf, path) => weights[path]);
  }
}

/** 0, 1, …, count − 1. */
function counted(like: Value, count: number): Value {
  return like.tracer.constant(
    Array.from({ length: count }, (_, i) => i),
    "int64",
  );
}

function layersOf({ sizes, options, params }: Decoder): TextLayer[] {
  const { layers, width, heads, headWidth, hidden } = sizes;
  const stream = (name: string): TextLayer => ({ name, kind: "stream", units: width, shape: [width] });
  const projection = (name: string, units = hidden): TextLayer => ({ name, kind: "projection", units, shape: [units] });
  const blocks = Array.from({ length: layers }, (_, i): TextLayer[] => [
    { name: `block${i}/heads`, kind: "heads", units: heads, shape: [heads, headWidth] },
    ...(options.placement === "parallel" ? [] : [stream(`block${i}/middle`)]),
    ...(isGated(params.blocks[i]) ? [projection(`block${i}/gate`)] : []),
    projection(`block${i}/up`),
    { name: `block${i}/mlp`, kind: "neurons", units: hidden, shape: [hidden] },
    projection(`block${i}/down`, width),
    stream(`block${i}/residual`),
  ]);
  return [stream("embedding"), ...blocks.flat()];
}

function isGated({ feedForward }: Decoder["params"]["blocks"][number]): boolean {
  return "gate" in feedForward;
}
