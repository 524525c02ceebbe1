/** @file Where the top layer is: the tensor that the head multiplies, and the head's weights. */

import { applicationsIn, CajalError, collect, type Tensor, trace, type Value } from "../../../graph/index.ts";
import { type AnyModel, type Network, networkOf } from "./network.ts";

/** Names within the model. */
export interface HeadPlace {
  /** What the head multiplies: [..., width]. */
  readonly embedding: string;
  /** The head's weights: [classes, width] or [width, classes]. */
  readonly weight: string;
  /** [classes] */
  readonly bias?: string;
  /** Whether a class is a row of the weights, or a column. Default: as the sizes say; of a square one, a row. */
  readonly classes?: "rows" | "columns";
}

export interface FoundHead extends HeadPlace {
  readonly classes: "rows" | "columns";
  readonly width: number;
  /** Classes. */
  readonly count: number;
  /** Whether tokens are turned into vectors by the same weights. */
  readonly tied: boolean;
}

/** The head in a graph. */
export interface TracedHead {
  readonly head: FoundHead;
  /** The product, with its bias. */
  readonly product: Value;
  /** Whether a softmax follows, so that the model gives probabilities. */
  readonly softmax: boolean;
}

type Named = Readonly<Record<string, Value>>;

/** Ops after which a number is the same number. */
const passing = new Set(["Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Dropout"]);
/** Ops that leave the order of the logits of one position as it is. */
const keepingOrder = new Set([...passing, "Softmax", "LogSoftmax", "Tanh"]);
/** Those too, where one operand is a constant. */
const scaling = new Set(["Mul", "Div"]);

/**
 * The last product with weights on the way to the logits. A bias, a scale, a cap, a softmax may follow it.
 * @throws CajalError `argument` when the model does not end in such a product, or its weights have no name
 */
export function findHead(model: AnyModel): FoundHead {
  return headOf(networkOf(model));
}

export function headOf(network: Network): FoundHead {
  const found: FoundHead[] = [];
  const read = (weights: Named, ...inputs: Value[]) => {
    const { result, taps } = collect((...values: Value[]) => network.apply(values, weights))(...inputs);
    found.push(traceHead(network.name, result, weights, taps).head);
    return result;
  };
  trace(read, [network.weights, ...network.example()]);
  return found[0];
}

/**
 * @param weights the graph's Values of them
 * @param taps all that has a name
 * @throws as `findHead`
 */
export function traceHead(model: string, logits: Value, weights: Named, taps: Named): TracedHead {
  const names = new Map(Object.entries(weights).map(([name, value]) => [value, name]));
  const tapped = new Map(Object.entries(taps).map(([name, value]) => [value, name]));
  const fail = (what: string) =>
    new CajalError("argument", `${model}: no head is recognised: ${what}`, {
      advice: 'Name it (at: { embedding: "…", weight: "…" }). Quantised heads must be taken as they were before.',
    });
  const weightOf = (value: Value | undefined) => value && names.get(movedFrom(value, (v) => names.has(v)) ?? value);

  let [value, product]: [Value, Value | undefined] = [logits, undefined];
  let [bias, softmax]: [string | undefined, boolean] = [undefined, false];
  for (;;) {
    const { node } = value;
    const op = node?.definition.name ?? "";
    const [first, second, third] = node?.inputs ?? [];
    if (node !== undefined && (op === "MatMul" || op === "Gemm") && first && second?.rank === 2) {
      const { source, turned } = untransposed(second, op === "Gemm" && node.attributes.transB === 1);
      const weight = names.get(source);
      if (weight === undefined) throw fail("the weights of its last product are not stored as numbers under a name");
      const embedding = movedFrom(first, (v) => tapped.has(v));
      if (embedding === undefined) throw fail("what its last product multiplies has no name");
      const offset = weightOf(third) ?? bias;
      const [rows, columns] = source.shape;
      const head: FoundHead = {
        embedding: tapped.get(embedding) ?? "",
        weight,
        ...(offset !== undefined && { bias: offset }),
        classes: turned ? "rows" : "columns",
        width: turned ? columns : rows,
        count: turned ? rows : columns,
        tied: applicationsIn([logits], (name) => name === "Gather").some(({ inputs }) => inputs[0]?.value === source),
      };
      return { head, product: product ?? value, softmax };
    }
    if (first === undefined) throw fail("it does not end in a product with weights");
    if (op === "Softmax") softmax = true;
    if (keepingOrder.has(op)) value = first;
    else if (op === "Add" && second !== undefined) {
      const own = weightOf(second) !== undefined ? second : first;
      bias = weightOf(own);
      if (bias === undefined) throw fail("what is added to its last product has no name");
      product = value;
      value = own === second ? first : second;
    } else if (scaling.has(op) && (second?.constant ?? first.constant) !== undefined)
      value = second?.constant === undefined ? (second ?? first) : first;
    else throw fail(`it ends in ${op === "" ? "its input" : op}`);
  }
}

/** The value itself, or one that it was before it was moved about: the first that is wanted. */
function movedFrom(value: Value, wanted: (value: Value) => boolean): Value | undefined {
  for (let at: Value | undefined = value; at !== undefined; ) {
    if (wanted(at)) return at;
    const { node }: Value = at;
    at = node !== undefined && passing.has(node.definition.name) ? node.inputs[0] : undefined;
  }
  return undefined;
}

function untransposed(value: Value, flipped: boolean): { source: Value; turned: boolean } {
  let [source, turned] = [value, flipped];
  for (let { node } = source; node !== undefined; { node } = source) {
    const { name } = node.definition;
    const [input] = node.inputs;
    if ((name !== "Transpose" && name !== "Identity" && name !== "Cast") || input === undefined) break;
    if (name === "Transpose") turned = !turned;
    source = input;
  }
  return { source, turned };
}

/** The head's rows in float64: [classes × width]. @throws CajalError `argument` when there is no such weight, or it is no matrix of the width */
export function headRows(
  network: Network,
  place: HeadPlace,
  width: number,
  count: number,
): { readonly weight: Float64Array; readonly bias?: Float64Array } {
  const weight = weightNamed(network, place.weight);
  const [rows, columns] = weight.shape;
  const fits = (a: number, b: number) => weight.shape.length === 2 && a === count && b === width;
  if (!fits(rows, columns) && !fits(columns, rows))
    throw new CajalError(
      "argument",
      `${network.name}: the weight "${place.weight}" is ${weight}, not [${count}, ${width}]`,
      {
        advice: "The head has a row for each class, as wide as the embedding.",
      },
    );
  const numbers = weight.numbers();
  const asRows = fits(rows, columns) && !(rows === columns && place.classes === "columns");
  const turned = asRows ? numbers : flipped(numbers, rows, columns);
  return { weight: turned, ...(place.bias !== undefined && { bias: weightNamed(network, place.bias).numbers() }) };
}

function weightNamed({ name, weights }: Network, wanted: string): Tensor {
  if (Object.hasOwn(weights, wanted)) return weights[wanted];
  const matrices = Object.entries(weights).filter(([, { shape }]) => shape.length === 2);
  throw new CajalError("argument", `${name} has no weight "${wanted}"`, {
    advice: `Its matrices: ${matrices
      .slice(-12)
      .map(([key]) => key)
      .join(", ")}.`,
  });
}

function flipped(numbers: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(numbers.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = numbers[r * columns + c];
  return result;
}
