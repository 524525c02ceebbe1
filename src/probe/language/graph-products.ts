/** @file Products with weights in a traced graph: what is multiplied with which matrix, and what is no more than moved about. */

import { CajalError, Tensor, type Value } from "../../graph/index.ts";
import { order } from "../../graph/order.ts";

/** A matrix that depends on weights alone. */
export interface Matrix {
  /** [inner, outer], or [outer, inner] where it is flipped. */
  readonly value: Value;
  readonly flipped: boolean;
  readonly inner: number;
  readonly outer: number;
}

/** input · matrix. */
export interface Product {
  readonly input: Value;
  readonly matrix: Matrix;
}

/** Ops after which a number is the same number. */
const passing = new Set(["Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Dropout"]);

/** A graph behind its outputs: which of its values depend on the text, and which are products with weights. */
export class ProductGraph {
  /** In the order of computing. */
  readonly values: readonly Value[];
  private readonly textual: Set<Value>;
  private readonly names: ReadonlyMap<Value | Tensor, string>;
  private readonly products = new Map<Value, Product | undefined>();

  /**
   * @param text the graph's inputs that are no weights
   * @param names of the weights: inputs of the graph, or constants
   */
  constructor(outputs: readonly Value[], text: readonly Value[], names: ReadonlyMap<Value | Tensor, string>) {
    this.names = names;
    this.textual = new Set(text);
    const nodes = order(outputs);
    for (const node of nodes)
      if (node.inputs.some((input) => input && this.textual.has(input)))
        for (const output of node.outputs) this.textual.add(output);
    this.values = nodes.flatMap(({ outputs }) => outputs);
  }

  dependsOnText(value: Value): boolean {
    return this.textual.has(value);
  }

  /** The value, and what it was before it was moved about, one step after the other. */
  *before(value: Value): Generator<Value, void, undefined> {
    for (let at: Value | undefined = value; at !== undefined; at = movedFrom(at)) yield at;
  }

  /** The value before it was moved about. */
  passed(value: Value): Value {
    return [...this.before(value)].pop() as Value;
  }

  /** The operands that depend on the text, and those that do not. */
  operands(value: Value): { readonly text: readonly Value[]; readonly weights: readonly Value[] } {
    const inputs = (value.node?.inputs ?? []).filter((input) => input !== undefined);
    return {
      text: inputs.filter((input) => this.textual.has(input)),
      weights: inputs.filter((input) => !this.textual.has(input)),
    };
  }

  /** The product that the value is, if it is one. @throws CajalError `dtype` for a quantised weight without its scale */
  product(value: Value): Product | undefined {
    if (!this.products.has(value)) this.products.set(value, this.findProduct(value));
    return this.products.get(value);
  }

  /** The names of the weights that a value comes from. */
  weightNames(value: Value): string {
    const found = new Set<string>();
    const open = [value];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const name = this.names.get(next.constant ?? next);
      if (name !== undefined) found.add(`"${name}"`);
      open.push(...(next.node?.inputs ?? []).filter((input) => input !== undefined));
    }
    return [...found].join(", ");
  }

  private findProduct(value: Value): Product | undefined {
    const { node } = value;
    if (node === undefined || !this.textual.has(value)) return undefined;
    const [input, weight] = node.inputs;
    const op = node.definition.name;
    if (op === "Mul") return this.scaledIntegerProduct(value);
    if (input === undefined || weight === undefined || this.textual.has(weight)) return undefined;
    if (op === "MatMulNBits") {
      // What it makes of the unit vectors is the matrix.
      const inner = input.shape[input.rank - 1];
      const units = value.tracer.lift(unitMatrix(inner), "float32");
      const [, , ...constants] = node.inputs;
      const dense = value.tracer.emit(op, [units, weight, ...constants.slice(0, 3)], node.attributes);
      return { input, matrix: matrixOf(dense, false) };
    }
    if (weight.rank !== 2) return undefined;
    if (op === "MatMul") return { input, matrix: matrixOf(weight, false) };
    if (op === "Gemm" && !node.attributes.transA)
      return { input, matrix: matrixOf(weight, Boolean(node.attributes.transB)) };
    return undefined;
  }

  /** MatMulInteger of dynamic quantisation: (x / sx as integers) · W, times sx·sw. */
  private scaledIntegerProduct(value: Value): Product | undefined {
    const [left, right] = (value.node?.inputs ?? []).map((input) => input && this.passed(input));
    const [sums, scale] = left?.node?.definition.name === "MatMulInteger" ? [left, right] : [right, left];
    if (sums?.node?.definition.name !== "MatMulInteger" || scale === undefined) return undefined;
    const [quantised, weight, , zero] = sums.node.inputs;
    const input = quantised?.node?.inputs[0];
    if (input === undefined || weight === undefined || this.textual.has(weight)) return undefined;
    const step = this.operands(scale).weights[0];
    if (scale.node?.definition.name !== "Mul" || step === undefined)
      throw new CajalError("dtype", `the quantised weight ${this.weightNames(weight)} has no scale of its own`, {
        advice: "Without it, its integers cannot be turned into numbers. Open the model before quantisation.",
      });
    const whole = weight.cast("float32");
    const dense = (zero === undefined ? whole : whole.sub(zero.cast("float32"))).mul(step);
    return { input, matrix: matrixOf(dense, false) };
  }
}

function movedFrom(value: Value): Value | undefined {
  const { node } = value;
  if (node === undefined || !passing.has(node.definition.name)) return undefined;
  return node.inputs[node.definition.name === "Identity" ? node.outputs.indexOf(value) : 0];
}

function matrixOf(given: Value, flipped: boolean): Matrix {
  let [value, turned] = [given, flipped];
  for (let { node } = value; node !== undefined; { node } = value) {
    const { name } = node.definition;
    if (name !== "Identity" && name !== "Transpose" && name !== "Cast") break;
    if (name === "Transpose") turned = !turned;
    value = node.inputs[node.outputs.indexOf(value)] as Value;
  }
  const [rows, columns] = value.shape;
  return { value, flipped: turned, inner: turned ? columns : rows, outer: turned ? rows : columns };
}

function unitMatrix(size: number): Tensor {
  const data = new Float32Array(size * size);
  for (let i = 0; i < size; i++) data[i * (size + 1)] = 1;
  return new Tensor("float32", [size, size], data);
}
