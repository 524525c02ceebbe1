/** @file A tensor whose elements are on a device, as an argument for what runs there next. */

import type { TypedArray } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { sizeOf, Tensor, type ValueType } from "./tensor.ts";
import { forEachLeaf, mapLeaves } from "./tree.ts";

/** The elements on the device. */
export interface Held {
  read(): Promise<Tensor>;
  free(): void;
}

/**
 * A result that stayed on the device that computed it (`stay` of `compile`). Compiled functions take it like any Tensor, and where they run
 * on the same device, nothing is copied. Its elements can't be looked at: `toHost` brings them. It holds memory of the
 * device until `release`.
 */
export class DeviceTensor extends Tensor {
  readonly #held: Held;
  #released = false;

  constructor({ dtype, shape }: ValueType, held: Held) {
    super(dtype, shape, { length: sizeOf(shape) } as TypedArray);
    this.#held = held;
    const data = () => {
      throw new CajalError("argument", `the elements of ${this} are on a device`, {
        advice: "Bring them with await toHost(tensor).",
      });
    };
    Object.defineProperty(this, "data", { get: data });
  }

  override get size(): number {
    return sizeOf(this.shape);
  }

  /** @throws CajalError `argument` when it was released */
  get held(): Held {
    if (this.#released) throw new CajalError("argument", `${this} was released from its device`);
    return this.#held;
  }

  /** Frees its memory on the device. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#held.free();
  }
}

/**
 * The tree with all elements on the host. What was there already is the same Tensor; what was on a device stays there, too.
 * @throws CajalError `argument` for what was released; `runtime`
 */
export async function toHost<T>(tree: T): Promise<T> {
  const brought = new Map<Tensor, Tensor>();
  for (const tensor of onDevice(tree)) brought.set(tensor, await tensor.held.read());
  if (brought.size === 0) return tree;
  return mapLeaves(tree, (leaf) => brought.get(leaf as Tensor) ?? leaf) as T;
}

/** Frees what a tree holds on devices, but for what another tree holds too. Tensors of the host are left alone. @param kept the other tree */
export function release(tree: unknown, kept?: unknown): void {
  const still = kept === undefined ? new Set() : onDevice(kept);
  for (const tensor of onDevice(tree)) if (!still.has(tensor)) tensor.release();
}

function onDevice(tree: unknown): Set<DeviceTensor> {
  const found = new Set<DeviceTensor>();
  forEachLeaf(tree, (leaf) => {
    if (leaf instanceof DeviceTensor) found.add(leaf);
  });
  return found;
}
