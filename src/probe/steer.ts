/** @file Edits that change from call to call: units are turned while one and the same session goes on answering. */

import { CajalError, type Compiled, type Concrete, compile, intervene, Tensor, type Value } from "../graph/index.ts";
import type { Layer } from "./layers.ts";
import type { Model } from "./model.ts";

/** What becomes of a layer's units: activation · scale + shift. Both of as many numbers as the layer has units. */
export interface Turn {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** What a steered model answers. */
export interface Answer {
  /** The model's outputs, by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Activations of the layers that can be turned, as each is before it is turned itself: [batch, …]. */
  readonly activations: Readonly<Record<string, Tensor>>;
}

type Turns = Record<string, { scale: Value; shift: Value }>;

/**
 * A model some of whose layers can be turned anew in every call. `model.edit` builds an edit into the file; here the numbers of the edit are
 * inputs, so that a change takes no longer than the answer itself.
 */
export class SteeredModel {
  readonly layers: readonly Layer[];
  private readonly compiled: Compiled<
    [Value, Turns],
    { outputs: Record<string, Value>; activations: Record<string, Value> }
  >;

  constructor(model: Model, layers: readonly Layer[]) {
    this.layers = layers;
    const { imported } = model;
    const { port } = model.input;
    this.compiled = compile(
      (x: Value, turns: Turns) => {
        const activations: Record<string, Value> = {};
        const edits = layers.map((layer) => {
          const edit = (value: Value) => {
            activations[layer.name] = value;
            return turned(value, layer, turns[layer.name]);
          };
          return [layer.name, edit] as const;
        });
        const apply = () => imported.apply(imported.params, { [port.name]: x });
        return { outputs: intervene(apply, Object.fromEntries(edits))(), activations };
      },
      { cache: 2 },
    );
  }

  /**
   * @param pictures float32 [batch, C, H, W]
   * @param turns by layer; layers that are left out stay as they are
   * @throws CajalError `argument` when a turn has not one number for each unit, `unknown-layer`
   */
  async answer(pictures: Tensor, turns: Readonly<Record<string, Turn>> = {}): Promise<Answer> {
    for (const name of Object.keys(turns)) {
      if (this.layers.some((layer) => layer.name === name)) continue;
      throw new CajalError("unknown-layer", `"${name}" is no layer that is steered`, {
        advice: `Steered: ${this.layers.map((layer) => layer.name).join(", ") || "none"}.`,
      });
    }
    const given = Object.fromEntries(this.layers.map((layer) => [layer.name, tensorsOf(layer, turns[layer.name])]));
    const { outputs, activations }: Concrete<Answer> = await this.compiled(pictures, given);
    return { outputs, activations };
  }

  release(): Promise<void> {
    return this.compiled.release();
  }
}

/** Leaves all units as they are. */
export function unturned({ units }: Layer): Turn {
  return { scale: new Float32Array(units).fill(1), shift: new Float32Array(units) };
}

function tensorsOf(layer: Layer, turn: Turn = unturned(layer)) {
  const tensor = (values: Float32Array, what: string) => {
    if (values.length === layer.units) return new Tensor("float32", [layer.units], values);
    throw new CajalError(
      "argument",
      `${layer.name} has ${layer.units} units, but ${what} has ${values.length} numbers`,
    );
  };
  return { scale: tensor(turn.scale, "scale"), shift: tensor(turn.shift, "shift") };
}

function turned(value: Value, { unitAxis, units }: Layer, { scale, shift }: Turns[string]): Value {
  const shape = value.shape.map((_, axis) => (axis === unitAxis ? units : 1));
  const like = (numbers: Value) => numbers.reshape(shape).cast(value.dtype);
  return value.mul(like(scale)).add(like(shift));
}
