import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate.ts";
import { checkOp } from "../testing/check-op.ts";
import { type RecurrentCase, recurrentCase } from "../testing/recurrent-case.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const check = (test: RecurrentCase) => checkOp(recurrentCase(test));
const small = { steps: 3, batch: 2, inputs: 2, hidden: 2, bias: true, initial: true } as const;
const directions = ["forward", "reverse", "bidirectional"] as const;

describe.each(["LSTM", "GRU", "RNN"] as const)("%s", (op) => {
  it("against ONNX Runtime and central differences, on random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(...directions),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.nat(),
        async (steps, batch, inputs, hidden, direction, bias, initial, uneven, seed) => {
          const lengths = Array.from({ length: batch }, (_, b) => 1 + ((seed + b) % steps));
          await check({
            ...{ op, steps, batch, inputs, hidden, direction, bias, initial, seed },
            ...(uneven && { lengths }),
            ...(op === "LSTM" && initial && { peepholes: true }),
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it("every activation function, with its parameters", async () => {
    const defaults = { LSTM: ["Sigmoid", "Tanh", "Tanh"], GRU: ["Sigmoid", "Tanh"], RNN: ["Tanh"] }[op];
    // Exact in float32, so that numbers and nodes mean the same.
    const parameters = { activation_alpha: [0.375], activation_beta: [0.625] };
    const kinked = ["Relu", "LeakyRelu", "ThresholdedRelu", "HardSigmoid", "Elu"];
    const needing = ["ThresholdedRelu", "Affine", "ScaledTanh"];
    for (const name of [...kinked, "Affine", "ScaledTanh", "Tanh", "Sigmoid", "Softsign", "Softplus"]) {
      for (const position of defaults.keys()) {
        const activations = defaults.map((known, i) => (i === position ? name : known));
        const test = recurrentCase({ op, ...small, steps: 2, attributes: { activations, ...parameters } });
        await checkOp({ ...test, ...(kinked.includes(name) && { differentiate: [] }) });
        if (needing.includes(name)) continue;
        await checkOp({ ...recurrentCase({ op, ...small, attributes: { activations } }), differentiate: [] });
      }
    }
    const activations = defaults.with(0, "Affine");
    await expect(check({ op, ...small, attributes: { activations } })).rejects.toThrow("Affine needs activation_alpha");
  });

  it("leaves zeros for sequences of length 0", async () => {
    await check({ op, ...small, lengths: [0, 2], direction: "bidirectional" });
  });

  it("clips the arguments of activations", async () => {
    await check({ op, ...small, attributes: { clip: 0.75 }, seed: 9 });
  });

  it("is differentiated twice, and its gradient runs", async () => {
    const test = { ...recurrentCase({ op, ...small, direction: "bidirectional", lengths: [3, 2] }) };
    checkSecondDerivative(test);
    await checkGradientRuns(test);
  });

  it("backwards is forwards on the reversed sequence", () => {
    const run = (direction: "forward" | "reverse", order: readonly number[]) => {
      const tracer = new Tracer();
      const { inputs, attributes = {} } = recurrentCase({
        op,
        ...small,
        batch: 1,
        bias: false,
        initial: false,
        direction,
      });
      const elements = order.flatMap((t) => [t, 1 - t]);
      const [x, w, r] = inputs.map(
        (input, i) =>
          input &&
          tracer.constant(
            i === 0 ? elements : Array.from({ length: input.shape.reduce((a, b) => a * b) }, (_, k) => Math.sin(k + i)),
            "float32",
            input.shape,
          ),
      );
      return evaluate(tracer.emitAll(op, [x, w, r], attributes, 2), new Map());
    };
    const [forward, last] = run("forward", [0, 1, 2]);
    const [backward, lastBackward] = run("reverse", [2, 1, 0]);
    expect([...lastBackward]).toEqual([...last]);
    expect([...backward]).toEqual([2, 1, 0].flatMap((t) => [...forward.subarray(2 * t, 2 * t + 2)]));
  });

  it("says what does not fit", async () => {
    const fails = (test: Partial<RecurrentCase>) => expect(check({ op, ...small, ...test })).rejects;
    await fails({ attributes: { hidden_size: 3 } }).toThrow("hidden_size is 3, but R is");
    await expect(checkOp({ ...recurrentCase({ op, ...small }), attributes: {} })).rejects.toThrow(
      '"hidden_size" is missing',
    );
    await fails({ steps: 0 }).toThrow("the sequence has no steps");
    await fails({ attributes: { direction: "sideways" } }).toThrow('direction is "sideways"');
    await fails({ attributes: { activations: ["Tanh", "Tanh", "Tanh", "Tanh"] } }).toThrow("4 activations are named");
    const { inputs, ...rest } = recurrentCase({ op, ...small });
    const short = { ...rest, inputs: inputs.with(4, { shape: [1], dtype: "int32", values: [1] }) };
    await expect(checkOp(short)).rejects.toThrow("sequence_lens has shape [1], not [2]");
  });
});

describe("of one op only", () => {
  it("LSTM with input and forget gate coupled", async () => {
    await check({ op: "LSTM", ...small, peepholes: true, attributes: { input_forget: 1 } });
  });

  it.each(directions)("GRU with linear_before_reset, %s", async (direction) => {
    await check({ op: "GRU", ...small, direction, attributes: { linear_before_reset: 1 } });
  });
});
