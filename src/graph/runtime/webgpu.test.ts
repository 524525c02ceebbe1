import { expect, it } from "vitest";
import { compile } from "../compile.ts";
import type { DType } from "../dtype.ts";
import { Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import { place } from "./webgpu.ts";

const model = (fn: (x: Value) => Value, dtype: DType = "float32") =>
  compile(fn).onnx(Tensor.zeros([1, 2, 4, 4], dtype));

const half = (x: Value): Value => x.cast("float16").exp().cast("float32");

it("gives float32 and integers to the card", () => {
  expect(
    place(
      model((x) => x.relu().matmul(x)),
      false,
    ),
  ).toBe("webgpu");
  expect(
    place(
      model((x) => x.mul(x), "int64"),
      false,
    ),
  ).toBe("webgpu");
});

it("keeps float64 on the processor, wherever it appears, and float16 where the card has none", () => {
  expect(
    place(
      model((x) => x.exp(), "float64"),
      true,
    ),
  ).toBe("cpu");
  expect(
    place(
      model((x) => x.cast("float64").exp().cast("float32")),
      true,
    ),
  ).toBe("cpu");
  expect(place(model(half), false)).toBe("cpu");
  expect(place(model(half), true)).toBe("webgpu");
});

it("keeps single nodes on the processor that the card gets wrong", () => {
  const pool = { kernel_shape: [2, 2] };
  expect(
    place(
      model((x) => x.op("MaxPool", [], pool)),
      false,
    ),
  ).toBe("webgpu");
  const indices = model((x) => x.exp().tracer.emitAll("MaxPool", [x], pool, 2)[1].cast("float32"));
  expect(place(indices, false)).toEqual({ name: "webgpu", forceCpuNodeNames: ["MaxPool"] });
  expect(
    place(
      model((x) => x.slice([3], [0], [2], [-1])),
      false,
    ),
  ).toEqual({
    name: "webgpu",
    forceCpuNodeNames: ["output.0"],
  });
  expect(
    place(
      model((x) => x.slice([0], [3], [2], [2])),
      false,
    ),
  ).toBe("webgpu");
});
