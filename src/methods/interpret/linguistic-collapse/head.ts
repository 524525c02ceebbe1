/** @file Where the top layer is: the tensor that the head multiplies, and the head's weights. */

import { applicationsIn, CajalError, collect, type Tensor, trace, type Value } from "../../../graph/index.ts";
import { ProductGraph, findHead as searchHead } from "../../../probe/index.ts";
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

/** Ops that may stand behind the head: they leave the order of the logits of one position as it is, or add a bias that is told. */
const behindHead = new Set(["Softmax", "LogSoftmax", "Tanh", "Add", "Mul", "Div"]);

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
    found.push(traceHead(network.name, { logits: result, inputs, weights, taps }).head);
    return result;
  };
  trace(read, [network.weights, ...network.example()]);
  return found[0];
}

/** A network's graph. */
export interface TracedNetwork {
  readonly logits: Value;
  readonly inputs: readonly Value[];
  readonly weights: Named;
  /** All that has a name. */
  readonly taps: Named;
}

/** @throws as `findHead` */
export function traceHead(model: string, { logits, inputs, weights, taps }: TracedNetwork): TracedHead {
  const names = new Map(Object.entries(weights).map(([name, value]) => [value, name]));
  const tapped = new Map(Object.entries(taps).map(([name, value]) => [value, name]));
  const graph = new ProductGraph([logits], inputs, names);
  const fail = (what: string) =>
    new CajalError("argument", `${model}: no head is recognised: ${what}`, {
      advice: 'Name it (at: { embedding: "…", weight: "…" }). Quantised heads must be taken as they were before.',
    });
  const opOf = ({ node }: Value) => node?.definition.name ?? "";
  const weightOf = (value: Value | undefined) => value && names.get(graph.passed(value));

  const { behind, end, product } = searchHead(graph, logits, behindHead);
  let [bias, sum]: [string | undefined, Value] = [undefined, end];
  for (const value of behind) {
    const [weight] = graph.operands(value).weights;
    if (opOf(value) === "Add") {
      bias = weightOf(weight);
      if (bias === undefined) throw fail("what is added to its last product has no name");
      sum = value;
    } else if (weight !== undefined && weight.constant === undefined) throw fail(`it ends in ${opOf(value)}`);
  }
  const op = opOf(end);
  if (product === undefined) {
    if (op === "") throw fail("it does not end in a product with weights");
    if (op === "Add") throw fail("what is added to its last product has no name");
    if (op !== "MatMul" && op !== "Gemm") throw fail(`it ends in ${op}`);
  }
  const weight = product && names.get(product.matrix.value);
  if (product === undefined || weight === undefined)
    throw fail("the weights of its last product are not stored as numbers under a name");
  const embedding = [...graph.before(product.input)]
    .map((value) => tapped.get(value))
    .find((name) => name !== undefined);
  if (embedding === undefined) throw fail("what its last product multiplies has no name");
  const { value: source, flipped, inner, outer } = product.matrix;
  const offset = weightOf(end.node?.inputs[2]) ?? bias;
  const head: FoundHead = {
    embedding,
    weight,
    ...(offset !== undefined && { bias: offset }),
    classes: flipped ? "rows" : "columns",
    width: inner,
    count: outer,
    tied: applicationsIn([logits], (name) => name === "Gather").some(({ inputs }) => inputs[0]?.value === source),
  };
  return { head, product: sum, softmax: behind.some((value) => opOf(value) === "Softmax") };
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
  const turned = asRows ? numbers : turnedRound(numbers, rows, columns);
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

function turnedRound(numbers: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(numbers.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = numbers[r * columns + c];
  return result;
}
