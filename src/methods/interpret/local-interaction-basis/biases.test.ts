import { expect, it } from "vitest";
import { exportOnnx, importOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { biasesOf } from "./biases.ts";

it("takes what is added for biases, masks and factors not", () => {
  const rng = new Rng(9);
  const [weight, bias, shift, factor] = [[3, 4], [4], [4], [4]].map((shape) => rng.normal(shape));
  const mask = Tensor.of([0, 0, -1e9, 0]);
  const model = importOnnx(
    exportOnnx(
      (x: Value) => x.op("Gemm", [weight, bias]).mul(factor).add(mask).softmax().sub(shift),
      [Tensor.zeros([2, 3])],
    ),
  );
  const found = [...biasesOf(model)].map((name) => Array.from(model.params[name].numbers()));
  expect(found).toEqual([bias, shift].map((tensor) => Array.from(tensor.numbers())));
});
