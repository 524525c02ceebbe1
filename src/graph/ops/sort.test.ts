import { describe, expect, it } from "vitest";
import { checkOp, type OpCase } from "../testing/check-op.ts";
import { checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

const int64 = (...values: number[]) => ({ shape: [values.length], dtype: "int64", values, constant: true }) as const;

describe("TopK", () => {
  const cases: OpCase[] = [
    { op: "TopK", inputs: [{ shape: [7], distinct: true }, int64(3)], outputs: 2 },
    { op: "TopK", inputs: [{ shape: [3, 5], distinct: true }, int64(5)], attributes: { largest: 0 }, outputs: 2 },
    { op: "TopK", inputs: [{ shape: [4, 3, 2], distinct: true }, int64(2)], attributes: { axis: 0 }, outputs: 2 },
    { op: "TopK", inputs: [{ shape: [4, 3, 2], distinct: true }, int64(1)], attributes: { axis: -2 }, outputs: 2 },
    { op: "TopK", inputs: [{ shape: [2, 6], distinct: true }, int64(4)], outputs: 2 },
  ];
  for (const [i, test] of cases.entries()) {
    it(`picks and ranks, and its derivative goes to what was picked (${i})`, async () => {
      await checkOp(test);
      checkSecondDerivative(test);
    });
  }

  it("of equal elements takes the first first, and takes integers", async () => {
    const ties = { shape: [2, 6], values: [1, 3, 3, 2, 3, 1, 0, 0, 0, 0, 0, 0] } as const;
    await checkOp({ op: "TopK", inputs: [ties, int64(4)], outputs: 2, differentiate: [] });
    await checkOp({ op: "TopK", inputs: [ties, int64(6)], attributes: { largest: 0 }, outputs: 2, differentiate: [] });
    await checkOp({ op: "TopK", inputs: [{ ...ties, dtype: "int64" }, int64(3)], outputs: 2 });
  });

  it("says what is wrong", () => {
    const tracer = new Tracer();
    const x = tracer.input({ dtype: "float32", shape: [2, 3] });
    const k = tracer.constant([4], "int64");
    expect(() => tracer.emitAll("TopK", [x, k], {}, 2)).toThrow("k is 4, but axis 1 has 3 elements");
    expect(() => x.op("TopK", [k])).toThrow("two outputs");
    expect(() => x.op("TopK", [tracer.input({ dtype: "int64", shape: [1] })])).toThrow("known while tracing");
  });
});

describe("Unique", () => {
  const x = { shape: [2, 4], values: [2, 1, 1, 3, 4, 3, 1, 2], constant: true } as const;
  it("finds the distinct elements, sorted or as they come", async () => {
    for (const sorted of [0, 1]) await checkOp({ op: "Unique", inputs: [x], attributes: { sorted }, outputs: 4 });
  });

  it("finds distinct slices", async () => {
    const rows = { shape: [4, 3], values: [1, 0, 2, 1, 0, 2, 2, 3, 4, 1, 0, 1], constant: true } as const;
    const columns = {
      shape: [2, 4, 2],
      values: [1, 1, 0, 1, 2, 1, 0, 1, 1, 1, 0, 1, 2, 1, 0, 1],
      constant: true,
    } as const;
    for (const sorted of [0, 1]) {
      await checkOp({ op: "Unique", inputs: [rows], attributes: { axis: 0, sorted }, outputs: 4 });
      await checkOp({ op: "Unique", inputs: [columns], attributes: { axis: 1, sorted }, outputs: 4 });
    }
  });

  it("must know its elements while tracing", () => {
    const given = new Tracer().input({ dtype: "float32", shape: [3] });
    expect(() => given.op("Unique")).toThrow("depends on the data");
  });
});
