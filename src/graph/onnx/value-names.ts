/** @file Names for the values of a graph that is written, and the constants among its initializers. */

import { CajalError } from "../error.ts";
import { sizeOf, Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import type { TensorProto } from "./schema.ts";
import { tensorToProto } from "./tensor.ts";

/** What all bodies of a model share: no name may be used twice anywhere in it. */
class Model {
  readonly initializers: TensorProto[] = [];
  readonly taken = new Set<string>();
  private readonly constants = new Map<Tensor, string>();
  private readonly small = new Map<string, string>();
  private readonly counters = new Map<string, number>();

  constant(tensor: Tensor, hint: string): string {
    const known = this.constants.get(tensor);
    if (known !== undefined) return known;
    const key =
      sizeOf(tensor.shape) <= 16
        ? `${tensor} ${Array.from(tensor.numbers(), (v) => (Object.is(v, -0) ? "-0" : v)).join()}`
        : undefined;
    const name = (key !== undefined && this.small.get(key)) || this.fresh(hint);
    if (key === undefined || !this.small.has(key)) this.initializers.push(tensorToProto(tensor, name));
    if (key !== undefined) this.small.set(key, name);
    this.constants.set(tensor, name);
    return name;
  }

  fresh(base: string): string {
    let count = this.counters.get(base) ?? 0;
    let name: string;
    do name = count === 0 ? base : `${base}.${count}`;
    while (this.taken.has(name) && ++count);
    this.counters.set(base, count + 1);
    this.taken.add(name);
    return name;
  }
}

/**
 * Gives each value a name that says where it was made. A body has names of its own and sees those around it; the same value
 * may go by different names in different bodies.
 */
export class Names {
  private readonly names = new Map<Value, string>();
  private readonly reserved = new Map<Value, string>();
  private readonly model: Model;
  private readonly around: Names | undefined;

  constructor(around?: Names) {
    this.around = around;
    this.model = around?.model ?? new Model();
  }

  get initializers(): TensorProto[] {
    return this.model.initializers;
  }

  /** Names for a body inside. */
  inside(): Names {
    return new Names(this);
  }

  /** An input of the model, whose name is given. */
  input(name: string, value: Value): void {
    if (this.model.taken.has(name)) throw new CajalError("argument", `export: two inputs are named "${name}"`);
    this.model.taken.add(name);
    this.names.set(value, name);
  }

  /** @param hint what a constant is called when it gets its name here */
  of(value: Value, hint = "constant"): string {
    const name = this.find(value);
    if (name !== undefined) return name;
    if (value.constant === undefined) throw unknownValue(value);
    const added = this.model.constant(value.constant, hint);
    this.names.set(value, added);
    return added;
  }

  private find(value: Value): string | undefined {
    return this.names.get(value) ?? this.around?.find(value);
  }

  alias(value: Value, original: Value): void {
    this.names.set(value, this.of(original));
  }

  /** Keeps a name for an output; the value itself gets it, if a node makes it and it has no other. */
  reserve(name: string, value: Value): void {
    const { taken } = this.model;
    if (taken.has(name)) throw new CajalError("argument", `export: two inputs or outputs are named "${name}"`);
    taken.add(name);
    if (value.node !== undefined && !this.reserved.has(value)) this.reserved.set(value, name);
  }

  define(value: Value, base: string): string {
    const name = this.reserved.get(value) ?? this.fresh(base);
    this.names.set(value, name);
    return name;
  }

  /** An int64 list among the initializers. */
  constantOf(list: readonly number[]): string {
    return this.model.constant(Tensor.of(list, [list.length], "int64"), "axes");
  }

  fresh(base: string): string {
    return this.model.fresh(base);
  }
}

function unknownValue(value: Value): CajalError {
  if (value.bodyOf !== undefined) {
    return new CajalError("argument", `export: a value of type ${value} belongs to the body of a ${value.bodyOf}`, {
      advice: "Return it from the body, in the state or among the outputs; outside, use what the loop returns.",
    });
  }
  return new CajalError(
    "argument",
    `export: the graph depends on a value of type ${value} that is not among its inputs`,
    { advice: "Pass it as an argument of the traced function." },
  );
}
