/** @file A decoder as an ONNX file as the inside of a text model: traced for its layers, and run as it is, with its cache, to write. */

import {
  CajalError,
  type Compiled,
  type CompileOptions,
  collect,
  compile,
  encodeModel,
  type ImportedModel,
  importModel,
  openRuntime,
  type proto,
  type Session,
  Tensor,
  trace,
  type Value,
} from "../../graph/index.ts";
import { editModel } from "../edit.ts";
import { beforeEdits, type Layer, uneditedSuffix } from "../layers.ts";
import type { OpenOptions } from "../model.ts";
import { missingWeights, withWeightsInside } from "../weights.ts";
import type { Weights } from "./language-model.ts";
import { noLogits, type Reader, type TextNetwork } from "./network.ts";
import { feedsOf, nothingRead, type OnnxInputs, onnxInputs } from "./onnx-inputs.ts";
import { isOnnxLayer, kindOf } from "./onnx-language-model.ts";
import { addEdits, isComputed, type TextEdit, type TextEdits, withEdits } from "./text-edit.ts";
import { TracedReader } from "./traced-reader.ts";

export interface OnnxNetworkOptions extends Pick<OpenOptions, "external" | "name"> {
  /** The longest text, where the file does not say it. */
  readonly context?: number | undefined;
  /** Whether a step sees only those before it. Default: it has logits, and no token types as models that read both ways have. */
  readonly causal?: boolean | undefined;
}

/** Steps of the text by which layers are found; no layer is so wide. */
const probedSteps = 11;

export class OnnxNetwork implements TextNetwork {
  readonly causal: boolean;
  readonly context: number | undefined;
  readonly fixed: { readonly batch?: number; readonly steps?: number };
  readonly isLayer = isOnnxLayer;
  private readonly proto: proto.ModelProto;
  private readonly options: OnnxNetworkOptions;
  private readonly imported: ImportedModel;
  /** Edits that the file cannot hold. */
  private readonly computed: Readonly<Record<string, readonly TextEdit[]>>;
  private readonly inputs: OnnxInputs;
  /** The output of logits. */
  private readonly logits: string | undefined;
  private listed: readonly Layer[] | undefined;
  private session: Promise<Session> | undefined;
  private traced: Compiled<[Weights<Value>, Value, Value], Value> | undefined;

  /**
   * @param imported the same model, if it was imported before
   * @param computed edits that are no part of the file
   */
  constructor(
    model: proto.ModelProto,
    options: OnnxNetworkOptions,
    imported?: ImportedModel,
    computed: Readonly<Record<string, readonly TextEdit[]>> = {},
  ) {
    const { name = "the model", external } = options;
    this.proto = model;
    this.options = options;
    this.computed = computed;
    this.imported = imported ?? importModel(model, external ?? missingWeights(name), name);
    this.inputs = onnxInputs(this.imported, name);
    this.fixed = this.inputs.fixed;
    const limits = [options.context, this.fixed.steps].filter((limit) => limit !== undefined);
    this.context = limits.length > 0 ? Math.min(...limits) : undefined;
    this.logits = logitsOf(this.imported);
    const bothWays = [...this.inputs.roles.values()].includes("types");
    this.causal = options.causal ?? (this.logits !== undefined && !bothWays);
  }

  get weights(): Weights<Tensor> {
    return this.imported.params;
  }

  get constants(): Weights<Tensor> {
    return this.imported.constants;
  }

  get parameters(): number {
    return Object.values(this.weights).reduce((sum, { size }) => sum + size, 0);
  }

  get layers(): readonly Layer[] {
    this.listed ??= this.list();
    return this.listed;
  }

  apply(tokens: Value, present: Value, weights?: Weights<Value>): Value | undefined {
    const run = () => this.imported.apply(weights ?? this.weights, feedsOf(this.inputs, tokens, present));
    const positions = () =>
      tokens.tracer.constant(
        Array.from({ length: tokens.shape[1] }, (_, i) => i),
        "int64",
      );
    const results = withEdits(run, [], this.computed, positions)();
    return this.logits === undefined ? undefined : results[this.logits].cast("float32");
  }

  /**
   * Computed edits come behind all others of their layer, whenever those were made.
   * @throws CajalError `argument` for other edits of single steps and for patches, which a file cannot hold
   */
  edit(edits: TextEdits): OnnxNetwork {
    const { name = "the model" } = this.options;
    const all = Object.entries(edits).map(([layer, given]) => [layer, [given].flat() as readonly TextEdit[]] as const);
    const computed = all
      .map(([layer, list]) => [layer, list.filter(isComputed)] as const)
      .filter(([, { length }]) => length > 0);
    const held = all.map(([layer, list]) => {
      const others = list.flatMap((edit) => {
        if (isComputed(edit)) return [];
        if ("patch" in edit || edit.steps !== undefined)
          throw new CajalError("argument", `${name}: an ONNX model is edited at all steps alike, without patches`, {
            advice: "Clamp, scale or shift units; or open the model from its safetensors.",
          });
        return [edit];
      });
      return [layer, others] as const;
    });
    const inFile = Object.fromEntries(held.filter(([, list]) => list.length > 0));
    const changed = Object.keys(inFile).length > 0;
    return new OnnxNetwork(
      changed ? editModel(this.proto, this.layers, inFile) : this.proto,
      this.options,
      changed ? undefined : this.imported,
      addEdits([], this.computed, Object.fromEntries(computed)),
    );
  }

  reader(_capacity: number, { runtime, ...options }: CompileOptions): Reader {
    if (Object.keys(this.computed).length > 0) {
      this.traced ??= compile(
        (weights: Weights<Value>, tokens: Value, present: Value) => {
          const logits = this.apply(tokens, present, weights);
          if (logits === undefined) throw noLogits(this.options.name ?? "the model");
          return logits;
        },
        { ...options, ...(runtime && { runtime }) },
      );
      return new TracedReader(this, this.traced);
    }
    this.session ??= (runtime === undefined ? openRuntime("cpu") : Promise.resolve(runtime)).then((device) =>
      device.createSession(this.bytes(), options.threads === undefined ? {} : { threads: options.threads }),
    );
    return new OnnxReader(this.session, this.inputs, this.logits, this.options.name ?? "the model");
  }

  /** @throws CajalError `argument` where there are computed edits */
  bytes(): Uint8Array {
    const [layer] = Object.keys(this.computed);
    if (layer !== undefined)
      throw new CajalError(
        "argument",
        `${this.options.name ?? "the model"}: what is computed at "${layer}" is no part of the file`,
        {
          advice: "Save the model as it was before that edit.",
        },
      );
    return encodeModel(withWeightsInside(this.proto, this.options.external));
  }

  async release(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    await Promise.all([session?.catch(() => undefined).then((opened) => opened?.release()), this.traced?.release()]);
  }

  private list(): Layer[] {
    const { batch = 2, steps = probedSteps } = this.fixed;
    const run = collect((tokens: Value, present: Value) => this.apply(tokens, present));
    const row = Tensor.zeros([batch, steps], "int64");
    const { taps } = trace(run, [row, row]).result;
    return Object.entries(taps).flatMap(([name, value]) => {
      const made = taps[`${name}${uneditedSuffix}`] ?? value;
      if (beforeEdits.test(name) || !isOnnxLayer(name, made) || value.constant !== undefined) return [];
      const { shape, dtype } = value;
      const perToken = shape.length === 3 && shape[0] === batch && shape[1] === steps && shape[2] !== probedSteps;
      if (!perToken && !(shape.length === 2 && shape[0] === batch * steps)) return [];
      const units = shape[shape.length - 1];
      // Where units are the last axis: behind the texts and steps, or behind both in one.
      return [
        {
          name,
          kind: kindOf(made),
          dtype,
          units,
          shape: [units],
          unitAxis: shape.length - 1,
          receptiveField: undefined,
        },
      ];
    });
  }
}

/** Reads on with the keys and values that the model gives back, or, from a model that has none, from the start each time. */
class OnnxReader implements Reader {
  private readonly session: Promise<Session>;
  private readonly inputs: OnnxInputs;
  private readonly logits: string | undefined;
  private readonly name: string;
  private readonly cached: boolean;
  private past: Record<string, Tensor>;
  private text: number[] = [];

  constructor(session: Promise<Session>, inputs: OnnxInputs, logits: string | undefined, name: string) {
    this.session = session;
    this.inputs = inputs;
    this.logits = logits;
    this.name = name;
    const { batch = 1 } = inputs.fixed;
    const pasts = [...inputs.roles].filter(([, role]) => role === "past").map(([port]) => port);
    this.past = Object.fromEntries(pasts.map((port) => [port.name, nothingRead(port, batch)]));
    this.cached = pasts.length > 0 && inputs.fixed.steps === undefined;
  }

  async read(tokens: readonly number[]): Promise<Tensor> {
    if (this.logits === undefined) throw noLogits(this.name);
    const session = await this.session;
    const before = this.cached ? this.text.length : 0;
    this.text.push(...tokens);
    const given = this.text.slice(before);
    const results = await session.run(this.feeds(given, before));
    const { data, shape, dtype } = results[this.logits];
    if (this.cached) this.past = pastFrom(this.past, results, this.name);
    const vocabulary = shape[shape.length - 1];
    const first = (given.length - 1) * vocabulary;
    const last = new Tensor(dtype, [vocabulary], data.slice(first, first + vocabulary));
    return dtype === "float32" ? last : Tensor.of(last.numbers(), [vocabulary]);
  }

  private feeds(given: readonly number[], before: number): Record<string, Tensor> {
    const { roles, fixed } = this.inputs;
    const { batch = 1, steps = given.length } = fixed;
    const rows = (length: number, value: (step: number) => number, dtype: Tensor["dtype"]) =>
      Tensor.of(
        Array.from({ length: batch * length }, (_, i) => value(i % length)),
        [batch, length],
        dtype,
      );
    const feed = (role: string, name: string, dtype: Tensor["dtype"]): Tensor => {
      if (role === "tokens") return rows(steps, (step) => given[Math.min(step, given.length - 1)], dtype);
      if (role === "mask") return rows(before + steps, (step) => (step < before + given.length ? 1 : 0), dtype);
      if (role === "positions") return rows(steps, (step) => before + step, dtype);
      if (role === "types") return rows(steps, () => 0, dtype);
      if (role === "branch") return Tensor.of([before > 0 ? 1 : 0], [1], "bool");
      return this.past[name];
    };
    return Object.fromEntries([...roles].map(([{ name, dtype }, role]) => [name, feed(role, name, dtype)]));
  }
}

/** The keys and values that come out, under the names by which they go in: "present.0.key" as "past_key_values.0.key". */
function pastFrom(
  past: Readonly<Record<string, Tensor>>,
  results: Readonly<Record<string, Tensor>>,
  name: string,
): Record<string, Tensor> {
  const bare = (text: string) => text.replace(/past_key_values|present_key_values|past_key|past|present/i, "");
  const found = new Map(Object.keys(results).map((output) => [bare(output), output]));
  return Object.fromEntries(
    Object.keys(past).map((input) => {
      const output = found.get(bare(input));
      if (output === undefined)
        throw new CajalError("shape", `${name} takes "${input}" and gives nothing back for it`, {
          advice: `Its outputs: ${Object.keys(results).join(", ")}.`,
        });
      return [input, results[output]];
    }),
  );
}

/** The output of logits: by its name, or the only one that can be. */
function logitsOf({ outputs }: ImportedModel): string | undefined {
  const named = outputs.find(({ name }) => /logits/i.test(name));
  if (named !== undefined) return named.name;
  const [only, ...others] = outputs.filter(({ shape, name }) => shape?.length === 3 && !/hidden|embed/i.test(name));
  return others.length === 0 ? only?.name : undefined;
}
