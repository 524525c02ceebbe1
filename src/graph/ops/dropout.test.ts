import { describe, expect, it } from "vitest";
import { grad } from "../derivative.ts";
import { checkOp } from "../testing/check-op.ts";
import { Tracer } from "../tracer.ts";
import type { Value } from "../value.ts";

const x = { shape: [3, 4] };
const ratio = { shape: [], values: [0.5], constant: true };
const mode = (on: number) => ({ shape: [], dtype: "bool", values: [on], constant: true }) as const;

describe("Dropout", () => {
  it("is the identity, with a mask of ones", async () => {
    for (const inputs of [[x], [x, ratio], [x, undefined, mode(0)], [x, ratio, mode(0)]])
      for (const outputs of [1, 2]) await checkOp({ op: "Dropout", inputs, outputs });
    await checkOp({ op: "Dropout", inputs: [x, { ...ratio, values: [0] }, mode(1)], outputs: 2 });
  });

  it("has no derivative in training mode", () => {
    const tracer = new Tracer();
    const input = tracer.input({ dtype: "float32", shape: [3] });
    const dropped = (v: Value) =>
      tracer.emit("Dropout", [v, tracer.lift(0.5, "float32"), tracer.lift(1, "bool")]).sum();
    expect(() => grad(dropped)(input)).toThrow("Dropout: in training mode it draws elements, and which is not known");
    expect(() => dropped(tracer.lift(1, "float32"))).toThrow("so it has no one value");
  });

  it("says what does not fit", async () => {
    const fails = (...inputs: Parameters<typeof checkOp>[0]["inputs"]) =>
      expect(checkOp({ op: "Dropout", inputs })).rejects;
    await fails({ shape: [2], dtype: "int32" }).toThrow("elements are int32; floats are needed");
    await fails(x, { shape: [2] }).toThrow("the ratio is float32[2], not one float");
    await fails(x, ratio, { shape: [] }).toThrow("training_mode is float32[], not one bool");
  });
});
