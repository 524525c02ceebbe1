import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runtime } from "#runtime";
import { compile } from "../compile.ts";
import { cond } from "../cond.ts";
import { grad, vjp } from "../derivative.ts";
import { CajalError } from "../error.ts";
import { concat } from "../functions.ts";
import { collect, intervene } from "../names.ts";
import { Rng } from "../rng.ts";
import { scan } from "../scan.ts";
import { Tensor } from "../tensor.ts";
import { int, ints, model, node } from "../testing/proto.ts";
import { trace } from "../trace.ts";
import type { Value } from "../value.ts";
import { whileLoop } from "../while-loop.ts";
import { encodeModel } from "./codec.ts";
import { exportOnnx } from "./export-function.ts";
import { importOnnx } from "./import.ts";
import type { AttributeProto, NodeProto, TensorProto, ValueInfoProto } from "./schema.ts";
import { tensorToProto } from "./tensor.ts";

const rng = new Rng(8);
const x43 = rng.normal([4, 3]);

/** A subgraph; its inputs are float32 unless their names say otherwise. */
function body(
  attribute: string,
  inputs: readonly string[],
  nodes: NodeProto[],
  outputs: readonly string[],
  initializer: TensorProto[] = [],
): AttributeProto {
  const info = (name: string): ValueInfoProto => {
    const elemType = name.startsWith("step") ? 7 : name.startsWith("go") ? 9 : 1;
    // ONNX Runtime wants the rank of a loop's counter and condition said.
    return { name, type: { tensorType: { elemType, ...(elemType !== 1 && { shape: { dim: [] } }) } } };
  };
  const g = {
    name: attribute,
    node: nodes,
    initializer,
    input: inputs.map(info),
    output: outputs.map(info),
    valueInfo: [],
    sparseInitializer: [],
  };
  return { name: attribute, g, floats: [], ints: [], strings: [], type: 5 };
}

const constant = (
  name: string,
  values: number[],
  dtype: "float32" | "int64" | "bool" = "float32",
  shape: number[] = [],
) => tensorToProto(Tensor.of(values, shape, dtype), name);

/** The file on the runtime, and as imported, traced and exported again. */
async function agree(nodes: NodeProto[], initializers: TensorProto[], x: Tensor): Promise<Tensor> {
  const bytes = encodeModel(model(17, nodes, x.shape, initializers));
  const raw = await runtime.createSession(bytes);
  const expected = (await raw.run({ x })).y;
  await raw.release();
  const imported = importOnnx(bytes);
  const run = compile((v: Value) => imported.apply(imported.params, { x: v }).y);
  const actual = await run(x);
  await run.release();
  expect(actual.shape).toEqual(expected.shape);
  for (const [i, value] of expected.numbers().entries()) expect(actual.numbers()[i]).toBeCloseTo(value, 5);
  return actual;
}

describe("Scan of a file", () => {
  const nodes = (...attributes: AttributeProto[]) => [
    node("ReduceSum", ["x", "axis"], ["start"], [int("keepdims", 0)]),
    node(
      "Scan",
      ["start", "x", "x"],
      ["end", "trace", "doubled"],
      [
        body(
          "body",
          ["s", "a", "b"],
          [
            node("Add", ["s", "a"], ["sum"]),
            node("Mul", ["sum", "decay"], ["next"]),
            node("Identity", ["next"], ["next_"]),
            node("Sub", ["next", "b"], ["out"]),
            node("Add", ["out", "two"], ["out2"]),
          ],
          ["next_", "out", "out2"],
          [constant("two", [2])],
        ),
        int("num_scan_inputs", 2),
        ...attributes,
      ],
    ),
    node("Concat", ["trace", "doubled", "row"], ["y"], [int("axis", 0)]),
  ];
  const initializers = (axis: number) => [constant("axis", [axis], "int64", [1]), constant("decay", [0.9])];
  const withRow = (...attributes: AttributeProto[]) => {
    const [sum, loop, join] = nodes(...attributes);
    return [sum, loop, node("Unsqueeze", ["end", "zero"], ["row"]), join];
  };

  it("runs forward, backward, each input and output its own way", async () => {
    const all = [...initializers(0), constant("zero", [0], "int64", [1])];
    await agree(withRow(), all, x43);
    await agree(withRow(ints("scan_input_directions", [1, 1])), all, x43);
    await agree(withRow(ints("scan_input_directions", [1, 0]), ints("scan_output_directions", [0, 1])), all, x43);
  });

  it("reads and writes along other axes", async () => {
    const all = [...initializers(1), constant("zero", [1], "int64", [1])];
    const axes = [ints("scan_input_axes", [1, -1]), ints("scan_output_axes", [1, -1])];
    const [sum, loop, row, join] = withRow(...axes);
    await agree([sum, loop, row, { ...join, attribute: [int("axis", 1)] }], all, x43);
  });
});

describe("Loop of a file", () => {
  const step = [
    node("Mul", ["s", "x"], ["p"]),
    node("Add", ["p", "x"], ["s2"]),
    node("Cast", ["step"], ["f"], [int("to", 1)]),
    node("Add", ["s2", "f"], ["out"]),
  ];
  const loop = (most: string, go: string, nodes: NodeProto[], again: string) => [
    node(
      "Loop",
      [most, go, "x"],
      ["end", "all"],
      [body("body", ["step", "go_in", "s"], [...step, ...nodes], [again, "s2", "out"])],
    ),
    node("ReduceSum", ["all", "axis"], ["total"], [int("keepdims", 0)]),
    node("Add", ["end", "total"], ["y"]),
  ];
  const initializers = [
    constant("five", [5], "int64"),
    constant("true", [1], "bool"),
    constant("axis", [0], "int64", [1]),
  ];

  it("a for loop, as exporters write it, and its derivative", async () => {
    const variants = [
      loop("five", "true", [node("Identity", ["go_in"], ["go_out"])], "go_out"),
      loop("five", "", [node("Cast", ["true"], ["go_out"], [int("to", 9)])], "go_out"),
      loop("five", "true", [node("Identity", ["true"], ["go_out"])], "go_out"),
    ];
    const x = Tensor.of([0.5, -0.3]);
    const results = [];
    for (const nodes of variants) results.push(await agree(nodes, initializers, x));
    expect(results[1].data).toEqual(results[0].data);
    const imported = importOnnx(encodeModel(model(17, variants[0], x.shape, initializers)));
    const f = (v: Value) => imported.apply(imported.params, { x: v }).y.sum();
    // The same, written out.
    const twin = (v: Value) => {
      let s = v;
      const all: Value[] = [];
      for (let k = 0; k < 5; k++) {
        s = s.mul(v).add(v);
        all.push(s.add(k).unsqueeze(0));
      }
      return s.add(concat(all).sum(0)).sum();
    };
    const g = await compile((v: Value) => ({ a: grad(f)(v), b: grad(twin)(v) }))(x);
    for (const [i, value] of g.b.numbers().entries()) expect(g.a.numbers()[i]).toBeCloseTo(value, 5);
  });

  const untilLarge = (outputs: string[], extra: string[]) => [
    node("Loop", ["", "true", "x"], outputs, [
      body(
        "body",
        ["step", "go_in", "s"],
        [
          node("Add", ["s", "one"], ["s2"]),
          node("ReduceMax", ["s2"], ["m"], [int("keepdims", 0)]),
          node("Less", ["m", "ten"], ["go_out"]),
        ],
        ["go_out", "s2", ...extra],
      ),
    ]),
  ];
  const numbers = [constant("true", [1], "bool"), constant("one", [1]), constant("ten", [10])];

  it("a loop that the data stop", async () => {
    expect([...(await agree(untilLarge(["y"], []), numbers, Tensor.of([2.5, 1]))).data]).toEqual([10.5, 9]);
  });

  it("what it writes at each step has no shape while tracing: an error says so", () => {
    const bytes = encodeModel(model(17, untilLarge(["end", "y"], ["m"]), [2], numbers));
    const imported = importOnnx(bytes);
    expect(() => compile((v: Value) => imported.apply(imported.params, { x: v })).onnx(Tensor.of([1, 2]))).toThrow(
      'Loop, at "Loop_end": its outputs are stacked over a number of steps that depends on the data',
    );
  });

  it("a state that grows is an error, too", () => {
    const grow = [
      node(
        "Loop",
        ["five", "", "x"],
        ["y"],
        [body("body", ["step", "go_in", "s"], [node("Concat", ["s", "s"], ["s2"], [int("axis", 0)])], ["go_in", "s2"])],
      ),
    ];
    const imported = importOnnx(encodeModel(model(17, grow, [2], initializers)));
    expect(() => compile((v: Value) => imported.apply(imported.params, { x: v })).onnx(Tensor.of([1, 2]))).toThrow(
      'the state after a step "0" is float32[4], before it float32[2]',
    );
  });

  it("a billion steps of nothing do not exhaust the memory of the importer", () => {
    const far = [
      node(
        "Loop",
        ["many", "", "x"],
        ["y"],
        [body("body", ["step", "go_in", "s"], [node("Neg", ["s"], ["s2"])], ["go_in", "s2"])],
      ),
    ];
    const imported = importOnnx(encodeModel(model(17, far, [2], [constant("many", [2 ** 40], "int64")])));
    expect(() => compile((v: Value) => imported.apply(imported.params, { x: v })).onnx(Tensor.of([1, 2]))).toThrow(
      "too many elements",
    );
  });
});

describe("If of a file", () => {
  const nodes = [
    node("ReduceSum", ["x"], ["total"], [int("keepdims", 0)]),
    node("Greater", ["total", "zero"], ["go"]),
    node(
      "If",
      ["go"],
      ["y"],
      [
        body("then_branch", [], [node("Relu", ["x"], ["a"])], ["a"]),
        body("else_branch", [], [node("Mul", ["x", "w"], ["b"])], ["b"]),
      ],
    ),
  ];
  const initializers = [constant("zero", [0]), constant("w", [2, 3], "float32", [2])];

  it("is decided by the data, and differentiated", async () => {
    expect([...(await agree(nodes, initializers, Tensor.of([-1, 3]))).data]).toEqual([0, 3]);
    expect([...(await agree(nodes, initializers, Tensor.of([-1, -3]))).data]).toEqual([-2, -9]);
    const imported = importOnnx(encodeModel(model(17, nodes, [2], initializers)));
    const g = compile(
      (p: Record<string, Value>, v: Value) =>
        vjp((q) => imported.apply(q, { x: v }).y.sum(), p).pull(v.tracer.lift(1, "float32"))[0].w,
    );
    expect([...(await g(imported.params as never, Tensor.of([-1, -3]))).data]).toEqual([-1, -3]);
    expect([...(await g(imported.params as never, Tensor.of([1, 3]))).data]).toEqual([0, 0]);
  });

  it("is edited inside its branches; what is in them is collected only where nobody asks for it", async () => {
    const imported = importOnnx(encodeModel(model(17, nodes, [2], initializers)));
    const apply = (v: Value) => imported.apply(imported.params, { x: v }).y;
    const edited = await compile((v: Value) => intervene(apply, { "If_y/a": (a) => a.mul(10) })(v))(Tensor.of([1, 3]));
    expect([...edited.data]).toEqual([10, 30]);
    const { taps } = await compile((v: Value) => collect(apply)(v))(Tensor.of([1, 3]));
    expect(Object.keys(taps)).toEqual(["total", "go", "y"]);
    expect(() => compile((v: Value) => collect(apply, (name) => name === "If_y/a")(v)).onnx(Tensor.of([1, 3]))).toThrow(
      'collect: the tap "If_y/a" is inside the body of a cond',
    );
  });
});

describe("damaged files with bodies", () => {
  const w = rng.normal([2, 2]);
  const good = exportOnnx(
    (x: Value) => {
      const { ys } = scan((s: Value, xt: Value) => ({ state: s.matmul(w).add(xt), y: s.sin() }), x.sum(0), x, {
        reverse: true,
      });
      const { state } = whileLoop(
        (s: Value) => s.less(3),
        (s) => s.mul(s).add(1),
        ys.sum(),
      );
      return cond(
        state.greater(5),
        () => ys,
        () => ys.neg(),
      );
    },
    [Tensor.zeros([3, 2])],
    { names: ["x"] },
  );

  it("give an error of ours, or a model with other numbers", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: good.length * 8 - 1 }), { minLength: 1, maxLength: 4 }), (bits) => {
        const bytes = good.slice();
        for (const bit of bits) bytes[bit >> 3] ^= 1 << (bit & 7);
        try {
          const damaged = importOnnx(bytes);
          trace(
            (x: Value) => damaged.apply(damaged.params, { [damaged.inputs[0]?.name ?? "x"]: x }),
            [Tensor.zeros([3, 2])],
          );
        } catch (error) {
          if (!(error instanceof CajalError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("a condition that waits for itself", () => {
    const circle = [node("Identity", ["b"], ["a"]), node("Identity", ["a"], ["b"]), node("Neg", ["s"], ["s2"])];
    const nodes = [node("Loop", ["five", "", "x"], ["y"], [body("body", ["step", "go", "s"], circle, ["a", "s2"])])];
    const imported = importOnnx(encodeModel(model(17, nodes, [2], [constant("five", [5], "int64")])));
    expect(() => trace((x: Value) => imported.apply(imported.params, { x }), [Tensor.zeros([2])])).toThrow("cyclic");
  });
});
