/** @file What the parts of a traced language model are for: its feed-forward networks, the norms around them, the head. */

import type { Value } from "../../graph/index.ts";
import type { Matrix, Product, ProductGraph } from "./graph-products.ts";

/** A norm, by what is linear in it. */
export interface NormFound {
  readonly scale: Value | undefined;
  /** Whether the mean is taken off. */
  readonly centred: boolean;
  /** What is normed. */
  readonly of: Value;
}

/** A product that neurons read the stream with. */
export interface Projection {
  readonly matrix: Matrix;
  /** What is read. */
  readonly input: Value;
  /** What comes of it, with its bias. */
  readonly output: Value;
  /** Some of the columns, where one matrix serves several. */
  readonly columns?: { readonly from: number; readonly to: number };
}

export interface NetworkFound {
  readonly up: Projection;
  readonly gate?: Projection;
  readonly down: Matrix;
  /** The neurons: what the product back to the stream reads. */
  readonly product: Value;
  /** What the neurons write together, with the bias. */
  readonly sum: Value;
  /** What the norm before it reads, and so all experts of a layer. */
  readonly source: Value;
  readonly read: NormFound | undefined;
  readonly written: NormFound | undefined;
}

/** What the logits come from. */
export interface HeadSearch {
  /** What is done to them behind the product, the last first. */
  readonly behind: readonly Value[];
  /** Where the search ends: what the product gives, or what is neither a product with weights nor done to each logit. */
  readonly end: Value;
  readonly product: Product | undefined;
}

/** Ops that make each number of its own (and of what the weights say). */
const elementwise = new Set([
  ...["Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Neg", "Abs", "Exp", "Log", "Erf", "Tanh", "Sigmoid", "Relu", "Gelu"],
  ...["LeakyRelu", "Elu", "Selu", "Celu", "HardSigmoid", "HardSwish", "Softplus", "Softsign", "Mish", "Clip"],
  ...["Where", "Min", "Max", "Reciprocal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Swish", "Sum"],
]);

/** The projections that a value is made of, each number by itself; and whether it is one of them, with a bias at most. */
interface Made {
  readonly projections: readonly Projection[];
  readonly linear: boolean;
}

/** All feed-forward networks, in the order of computing. */
export function findNetworks(graph: ProductGraph): NetworkFound[] {
  const made = new Map<Value, Made | undefined>();
  const afterNorms = normsBehindProducts(graph);
  const biased = biasedProducts(graph);
  return graph.values.flatMap((value) => {
    const down = graph.product(value);
    if (down === undefined) return [];
    const product = graph.passed(down.input);
    const from = madeOf(graph, product, made);
    if (from === undefined || from.linear) return [];
    const roles = rolesOf(graph, product, from, made);
    if (roles === undefined) return [];
    const read = normOf(graph, roles.up.input);
    return [
      {
        ...roles,
        down: down.matrix,
        product,
        sum: biased.get(value) ?? value,
        source: graph.passed(roles.up.input),
        read,
        written: afterNorms.get(value),
      },
    ];
  });
}

/**
 * The head: the last product with weights, but for what is done to the logits behind it, with weights or numbers.
 * @param open ops that may be
 */
export function findHead(graph: ProductGraph, logits: Value, open: ReadonlySet<string>): HeadSearch {
  const behind: Value[] = [];
  let end = graph.passed(logits);
  for (;;) {
    const product = graph.product(end);
    const { text } = graph.operands(end);
    if (product !== undefined || !open.has(end.node?.definition.name ?? "") || text.length !== 1)
      return { behind, end, product };
    behind.push(end);
    end = graph.passed(text[0]);
  }
}

function madeOf(graph: ProductGraph, value: Value, known: Map<Value, Made | undefined>): Made | undefined {
  if (known.has(value)) return known.get(value);
  const made = findMade(graph, value, known);
  known.set(value, made);
  return made;
}

function findMade(graph: ProductGraph, value: Value, known: Map<Value, Made | undefined>): Made | undefined {
  const before = graph.passed(value);
  if (before !== value) return madeOf(graph, before, known);
  const product = graph.product(value);
  if (product !== undefined) return { projections: [{ ...product, output: value }], linear: true };
  const op = value.node?.definition.name ?? "";
  const { text } = graph.operands(value);
  if (op === "Split") return part(value, madeOf(graph, text[0], known));
  if (!elementwise.has(op)) return undefined;
  const projections = new Map<string, Projection>();
  let linear = op === "Add" && text.length === 1;
  for (const operand of text) {
    const made = madeOf(graph, operand, known);
    if (made === undefined) return undefined;
    linear &&= made.linear;
    for (const projection of made.projections)
      projections.set(`${projection.matrix.value.serial} ${projection.columns?.from}`, projection);
    // More than two are no network of this kind, but sums along the stream.
    if (projections.size > 2) return undefined;
  }
  const all = [...projections.values()];
  return { linear, projections: linear ? all.map((one) => ({ ...one, output: value })) : all };
}

/** One of the parts of what a matrix gives for gate and up together. */
function part(value: Value, whole: Made | undefined): Made | undefined {
  if (whole === undefined || !whole.linear || value.node === undefined) return undefined;
  const sizes = value.node.outputs.map(({ shape }) => shape[shape.length - 1]);
  const at = value.node.outputs.indexOf(value);
  const from = sizes.slice(0, at).reduce((a, b) => a + b, 0);
  const [projection] = whole.projections;
  if (sizes.reduce((a, b) => a + b, 0) !== projection.matrix.outer) return undefined;
  return { linear: true, projections: [{ ...projection, output: value, columns: { from, to: from + sizes[at] } }] };
}

function rolesOf(
  graph: ProductGraph,
  product: Value,
  { projections }: Made,
  known: Map<Value, Made | undefined>,
): { readonly up: Projection; readonly gate?: Projection } | undefined {
  const [first, second] = projections;
  if (second === undefined) return { up: first };
  const operands = graph.operands(product).text.map((operand) => madeOf(graph, operand, known));
  const up = operands.findLast((operand) => operand?.linear)?.projections[0];
  const gate = operands.find((operand) => operand?.projections[0] !== up)?.projections[0];
  if (product.node?.definition.name !== "Mul" || up === undefined || gate === undefined) return undefined;
  return graph.passed(up.input) === graph.passed(gate.input) ? { up, gate } : undefined;
}

/** The norm whose result the value is, if it is one. */
export function normOf(graph: ProductGraph, value: Value): NormFound | undefined {
  const result = graph.passed(value);
  const { node } = result;
  const op = node?.definition.name ?? "";
  if (op === "LayerNormalization" || op === "SimplifiedLayerNormalization" || op === "RMSNormalization") {
    const [of, scale] = node?.inputs ?? [];
    return of && { scale, centred: op === "LayerNormalization", of: graph.passed(of) };
  }
  const { text, weights } = graph.operands(result);
  const alone = text.length === 1 ? graph.passed(text[0]) : undefined;
  const vector = weights.find(({ rank, shape }) => rank > 0 && shape[rank - 1] > 1);
  if (alone !== undefined && op === "Add") {
    const shifted = normOf(graph, alone);
    return shifted?.centred ? shifted : undefined;
  }
  if (alone !== undefined && op === "Mul" && vector !== undefined) {
    const plain = divided(graph, alone);
    return plain && { ...plain, scale: vector };
  }
  const plain = divided(graph, result);
  return plain && { ...plain, scale: undefined };
}

/** x over its root mean square, or (x − mean) over its deviation, written out. */
function divided(graph: ProductGraph, value: Value): Omit<NormFound, "scale"> | undefined {
  const op = value.node?.definition.name;
  if (op !== "Mul" && op !== "Div") return undefined;
  const operands = graph.operands(value).text.map((operand) => graph.passed(operand));
  const root = operands.findIndex((operand) => isRoot(graph, operand));
  if (operands.length !== 2 || root < 0) return undefined;
  const of = operands[1 - root];
  const taken = of.node?.definition.name === "Sub" ? graph.operands(of).text : [];
  const centred = taken.length === 2 && graph.passed(taken[1]).node?.definition.name === "ReduceMean";
  return { centred, of: centred ? graph.passed(taken[0]) : of };
}

/** √(…), 1/√(…) or (…)^½ of a mean. */
function isRoot(graph: ProductGraph, value: Value): boolean {
  const op = value.node?.definition.name ?? "";
  const { text } = graph.operands(value);
  if (op === "Sqrt" || op === "Pow") return value.shape[value.rank - 1] === 1;
  return (op === "Reciprocal" || op === "Div") && text.length === 1 && isRoot(graph, graph.passed(text[0]));
}

/** Products with their bias, by the product. */
function biasedProducts(graph: ProductGraph): Map<Value, Value> {
  const found = new Map<Value, Value>();
  for (const value of graph.values) {
    const { text } = graph.operands(value);
    if (value.node?.definition.name !== "Add" || text.length !== 1) continue;
    const bare = graph.passed(text[0]);
    if (graph.product(bare) !== undefined && !found.has(bare)) found.set(bare, value);
  }
  return found;
}

/** The norms that read nothing but what a product gives (with its bias), by that product. */
function normsBehindProducts(graph: ProductGraph): Map<Value, NormFound> {
  const found = new Map<Value, NormFound>();
  for (const value of graph.values) {
    const norm = normOf(graph, value);
    if (norm === undefined) continue;
    const { text } = graph.operands(norm.of);
    const bare = norm.of.node?.definition.name === "Add" && text.length === 1 ? graph.passed(text[0]) : norm.of;
    // The outermost, which has the scale, comes last.
    if (graph.product(bare) !== undefined) found.set(bare, norm);
  }
  return found;
}
