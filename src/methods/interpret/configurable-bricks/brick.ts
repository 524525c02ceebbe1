/**
 * @file Customised bricks: parameters that are added to a model's feed-forward layers and can be switched on and off. A brick is of new neurons,
 * or of changes of output columns, or both.
 */

import { CajalError, decodeSafetensors, encodeSafetensors, type Tensor, type Value } from "../../../graph/index.ts";
import { silu } from "../../../nn/index.ts";
import type { ComputedEdit, TextEdits, TextModel } from "../../../probe/index.ts";

/** New neurons of one layer: silu(x·gate) · (x·up), written by `down`. */
export interface NewNeurons<T> {
  /** [width, neurons] */
  readonly gate: T;
  readonly up: T;
  /** [neurons, width] */
  readonly down: T;
}

/** Where a layer reads and writes: taps of the model. */
export interface LayerTaps {
  readonly read: string;
  readonly name: string;
  readonly written: string;
}

/** ΔO = value · keyᵀ: what a·key is large for gets `value` added to the layer's output. */
export interface ColumnChange {
  readonly taps: LayerTaps;
  /** [neurons] */
  readonly key: Tensor;
  /** [width] */
  readonly value: Tensor;
}

export interface AddedNeurons extends NewNeurons<Tensor> {
  readonly taps: LayerTaps;
  /** The input rows before training; output columns begin at zero. */
  readonly start: Pick<NewNeurons<Tensor>, "gate" | "up">;
}

export interface Brick {
  readonly name: string;
  /** SHA-256 of the base model's weights. */
  readonly base: string;
  readonly added: readonly AddedNeurons[];
  readonly changed: readonly ColumnChange[];
}

/** What new neurons add: x [..., width] → [..., width]. */
export function addedOutput({ gate, up, down }: NewNeurons<Value | Tensor>, x: Value): Value {
  return silu(x.matmul(gate)).mul(x.matmul(up)).matmul(down);
}

export function addNeurons(neurons: NewNeurons<Value | Tensor>, taps: LayerTaps): ComputedEdit {
  return {
    reads: [taps.read],
    compute: (written, [x]) => written.add(addedOutput(neurons, x).reshape(written.shape)),
  };
}

/** @param key [neurons] @param value [width] */
export function changeColumns(key: Value | Tensor, value: Value | Tensor, taps: LayerTaps): ComputedEdit {
  return {
    reads: [taps.name],
    compute: (written, [a]) => {
      const [k, v] = [key, value].map((one) => written.tracer.lift(one, "float32"));
      const strength = a.matmul(k.reshape([-1, 1]));
      return written.add(strength.matmul(v.reshape([1, -1])).reshape(written.shape));
    },
  };
}

/** The edits that switch bricks on. */
export function brickEdits(bricks: readonly Brick[]): TextEdits {
  const edits: Record<string, ComputedEdit[]> = {};
  const add = (taps: LayerTaps, edit: ComputedEdit) => {
    edits[taps.written] ??= [];
    edits[taps.written].push(edit);
  };
  for (const { added, changed } of bricks) {
    for (const neurons of added) add(neurons.taps, addNeurons(neurons, neurons.taps));
    for (const { key, value, taps } of changed) add(taps, changeColumns(key, value, taps));
  }
  return edits;
}

/** The SHA-256 of a model's weights, by name; edits do not count. */
export async function baseOf(model: TextModel): Promise<string> {
  const parts: Uint8Array[] = [];
  for (const name of Object.keys(model.weights).sort()) {
    const { data, dtype, shape } = model.weights[name];
    // A copy, as a view may share its memory with other weights.
    const bytes = new Uint8Array(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    parts.push(
      new TextEncoder().encode(`${name} ${dtype} ${shape.join(",")} `),
      new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
    );
  }
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @throws CajalError `argument` when bricks are of another base */
export function checkBase(base: string, bricks: readonly Brick[]): void {
  const other = bricks.find((brick) => brick.base !== base);
  if (other !== undefined)
    throw new CajalError(
      "argument",
      `the brick "${other.name}" is of another base model: its weights have the SHA-256 ${other.base.slice(0, 12)}…, these ${base.slice(0, 12)}…`,
      {
        advice: "A brick fits the weights that it was grown on alone. Grow it anew.",
      },
    );
}

/** A brick as a safetensors file: write the bytes wherever it shall be kept. */
export function encodeBrick({ name, base, added, changed }: Brick): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [i, { gate, up, down, start }] of added.entries())
    Object.assign(tensors, {
      [`added.${i}.gate`]: gate,
      [`added.${i}.up`]: up,
      [`added.${i}.down`]: down,
      [`added.${i}.start.gate`]: start.gate,
      [`added.${i}.start.up`]: start.up,
    });
  for (const [i, { key, value }] of changed.entries())
    Object.assign(tensors, { [`changed.${i}.key`]: key, [`changed.${i}.value`]: value });
  const taps = (list: readonly { readonly taps: LayerTaps }[]) => JSON.stringify(list.map((one) => one.taps));
  return encodeSafetensors(tensors, { format: "cajal-brick", name, base, added: taps(added), changed: taps(changed) });
}

/** @throws CajalError `bad-file` when it is no brick */
export function decodeBrick(bytes: Uint8Array, file = "the brick"): Brick {
  const { tensors, metadata = {} } = decodeSafetensors(bytes, file);
  const fail = (what: string) => new CajalError("bad-file", `${file} is no brick: ${what}`);
  if (metadata.format !== "cajal-brick") throw fail("it does not say so");
  const tensor = (name: string) => {
    const found = tensors[name];
    if (found === undefined) throw fail(`"${name}" is missing`);
    return found;
  };
  const taps = (text: string | undefined): LayerTaps[] => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text ?? "");
    } catch {
      throw fail("its layers cannot be read");
    }
    if (!Array.isArray(parsed)) throw fail("its layers cannot be read");
    return parsed.map((one: Partial<Record<string, unknown>> | null) => {
      const { read, name, written } = one ?? {};
      if (typeof read !== "string" || typeof name !== "string" || typeof written !== "string")
        throw fail("its layers cannot be read");
      return { read, name, written };
    });
  };
  return {
    name: metadata.name ?? "",
    base: metadata.base ?? "",
    added: taps(metadata.added).map((of, i) => ({
      taps: of,
      gate: tensor(`added.${i}.gate`),
      up: tensor(`added.${i}.up`),
      down: tensor(`added.${i}.down`),
      start: { gate: tensor(`added.${i}.start.gate`), up: tensor(`added.${i}.start.up`) },
    })),
    changed: taps(metadata.changed).map((of, i) => ({
      taps: of,
      key: tensor(`changed.${i}.key`),
      value: tensor(`changed.${i}.value`),
    })),
  };
}
