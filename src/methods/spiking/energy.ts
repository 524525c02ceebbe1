/**
 * @file Operations and energy, counted from what flows through a network: a product with spikes is an addition for each synapse that a spike
 * reaches; any other is a multiplication for each synapse. Joules are those of 45-nm hardware with 32-bit floats (Horowitz 2014).
 */

import {
  type Application,
  applicationsIn,
  CajalError,
  compile,
  type Given,
  leavesOf,
  sizeOf,
  type Tensor,
  type Value,
} from "../../graph/index.ts";

/** pJ of a multiplication with addition, and of an addition. */
export const picojoules = { mac: 4.6, ac: 0.9 } as const;

/** One product of matrices or convolution. */
export interface OperationRow {
  /** Its place in the network: "block1/attention/MatMul". */
  readonly name: string;
  readonly kind: "conv" | "matmul";
  /** What the events are: all elements 0 or one other number, whole numbers, or any. */
  readonly input: "binary" | "integer" | "real";
  /** Share of its input's elements that are not 0. */
  readonly density: number;
  /** Additions at synapses that are not 0, borders counted; 0 where the input is not binary. */
  readonly synapticOperations: number;
  /** Multiplications; 0 where the input is binary. */
  readonly multiplications: number;
  /** Multiplications if nothing were known of the input. */
  readonly full: number;
  readonly picojoules: number;
}

export interface OperationReport {
  readonly rows: readonly OperationRow[];
  readonly neuronUpdates: number;
  readonly synapticOperations: number;
  readonly multiplications: number;
  /** Of all rows, and one multiplication for each update of a neuron. */
  readonly picojoules: number;
  /** As many papers count: every product as additions, in proportion to its input's density. */
  readonly paperPicojoules: number;
  /** The same network as an artificial one: one step, every product in full. */
  readonly twinPicojoules: number;
  /** Whether the two ways of counting differ by more than a twentieth; then both belong in a report. */
  readonly countsDiffer: boolean;
}

export interface OperationOptions {
  /** Steps of time that the network runs; the artificial twin has one. */
  readonly steps: number;
  /** Updates of neurons: neurons · steps · examples. Default 0. */
  readonly neuronUpdates?: number;
}

const products: readonly string[] = ["Conv", "MatMul", "Gemm"];

/**
 * Counts the operations of a function on these arguments. What is spikes and what isn't is seen from the tensors, not from names.
 * @throws CajalError `argument` when the function has no product, or a kernel changes from step to step
 */
export async function countOperations<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  args: { [K in keyof A]: Given<A[K]> },
  { steps, neuronUpdates = 0 }: OperationOptions,
): Promise<OperationReport> {
  let found: readonly Application[] = [];
  const counted = compile((...values: A) => {
    const outputs = leavesOf(fn(...values)).filter((leaf): leaf is Value => "tracer" in leaf);
    found = applicationsIn(outputs, (op) => products.includes(op));
    if (found.length === 0) throw new CajalError("argument", "countOperations: the function has no products");
    return found.map(count);
  });
  try {
    const results = (await counted(...args)) as readonly Readonly<Record<keyof ReturnType<typeof count>, Tensor>>[];
    const rows = results.map((result, i) => rowOf(found[i], i, result));
    const sum = (of: (row: OperationRow) => number) => rows.reduce((total, row) => total + of(row), 0);
    const measured = sum((row) => row.picojoules) + neuronUpdates * picojoules.mac;
    const paper = sum(({ density, full }) => density * full * picojoules.ac) + neuronUpdates * picojoules.mac;
    return {
      rows,
      neuronUpdates,
      synapticOperations: sum((row) => row.synapticOperations),
      multiplications: sum((row) => row.multiplications),
      picojoules: measured,
      paperPicojoules: paper,
      twinPicojoules: (sum(({ full }) => full) * picojoules.mac) / steps,
      countsDiffer: Math.abs(paper - measured) > 0.05 * measured,
    };
  } finally {
    await counted.release();
  }
}

/** What there is to know of one product, as scalars. */
function count(application: Application) {
  const [a, b] = application.inputs;
  if (!a || !b) throw new CajalError("argument", "countOperations: a product lacks an operand");
  const [first, second] = [kindOf(a.value), kindOf(b.value)];
  const ones = (value: Value) => value.equal(0).not().cast("float32");
  const hits = productOf(application, ones(a.value), ones(b.value)).cast("float64").sum();
  return { ...first, secondBinary: second.binary, secondDensity: second.density, hits };
}

function kindOf(value: Value) {
  const events = value.equal(0).not();
  const none = (limit: number) => value.tracer.lift(limit, value.dtype);
  const largest = events.where(value, none(Number.NEGATIVE_INFINITY)).max();
  const smallest = events.where(value, none(Number.POSITIVE_INFINITY)).min();
  return {
    // No events at all are binary, too.
    binary: smallest.op("GreaterOrEqual", [largest]).cast("float32"),
    whole: value.sub(value.op("Round")).abs().max().equal(0).cast("float32"),
    density: events.cast("float32").mean(),
  };
}

/** The same product of other numbers: how many synapses each event reaches, summed. */
function productOf({ op, attributes, inputs }: Application, a: Value, b: Value): Value {
  if (op === "MatMul") return a.matmul(b);
  if (op === "Gemm") {
    const turned = (value: Value, turn: unknown) =>
      turn === 1
        ? value.transpose(
            [...value.shape.keys()].map((axis) => (axis < value.rank - 2 ? axis : 2 * value.rank - 3 - axis)),
          )
        : value;
    return turned(a, attributes.transA).matmul(turned(b, attributes.transB));
  }
  if ((inputs[1]?.steps ?? 0) > 0)
    throw new CajalError("argument", "countOperations: the kernel of a convolution changes from step to step");
  const steps = inputs[0]?.steps ?? 0;
  const flat = steps === 0 ? a : a.reshape([sizeOf(a.shape.slice(0, steps + 1)), ...a.shape.slice(steps + 1)]);
  return flat.tracer.emit("Conv", [flat, b], attributes);
}

function rowOf(
  application: Application,
  index: number,
  {
    binary,
    whole,
    density,
    secondBinary,
    secondDensity,
    hits,
  }: Readonly<Record<keyof ReturnType<typeof count>, Tensor>>,
): OperationRow {
  const { op, scope, inputs, output, times } = application;
  const is = (flag: Tensor) => flag.item() === 1;
  // Where only the second operand is spikes, the events are there.
  const turned = !is(binary) && is(secondBinary) && op !== "Conv";
  const spikes = is(binary) || turned;
  const weight = inputs[1]?.value.shape ?? [];
  const inner = op === "Conv" ? sizeOf(weight.slice(1)) : innerSize(application);
  const full = sizeOf(output.shape) * inner * times;
  const synapticOperations = spikes ? hits.item() : 0;
  const multiplications = spikes ? 0 : full;
  return {
    name: `${scope === "" ? "" : `${scope}/`}${op} ${index + 1}`,
    kind: op === "Conv" ? "conv" : "matmul",
    input: spikes ? "binary" : is(whole) ? "integer" : "real",
    density: (turned ? secondDensity : density).item(),
    synapticOperations,
    multiplications,
    full,
    picojoules: synapticOperations * picojoules.ac + multiplications * picojoules.mac,
  };
}

/** How many products each element of the output sums. */
function innerSize({ op, attributes, inputs }: Application): number {
  const shape = inputs[0]?.value.shape ?? [];
  return shape[shape.length - (op === "Gemm" && attributes.transA === 1 ? 2 : 1)];
}
