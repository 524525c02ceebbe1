import { describe, expect, it } from "vitest";
import { customVjp, grad, jvp, stopGradient, valueAndGrad, vjp } from "./derivative.ts";
import { evaluate } from "./evaluate.ts";
import { scope } from "./names.ts";
import { type Shape, Tensor } from "./tensor.ts";
import { Tracer } from "./tracer.ts";
import type { Value } from "./value.ts";

/** Evaluates `build` of one input with the given elements. */
function at(elements: readonly number[], build: (x: Value) => Value, shape: Shape = [elements.length]): number[] {
  const x = new Tracer().input({ dtype: "float64", shape });
  return [...evaluate([build(x)], new Map([[x, Float64Array.from(elements)]]))[0]];
}

const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 10);
};

describe("grad", () => {
  it("gives the derivative of a polynomial, and by nesting the second and third", () => {
    const cubic = (x: Value) => x.mul(x).mul(x).sum();
    close(
      at([2, -1], (x) => grad(cubic)(x)),
      [12, 3],
    );
    close(
      at([2, -1], (x) => grad((y: Value) => grad(cubic)(y).sum())(x)),
      [12, -6],
    );
    close(
      at([2, -1], (x) => grad((z: Value) => grad((y: Value) => grad(cubic)(y).sum())(z).sum())(x)),
      [6, 6],
    );
  });

  it("does not confuse perturbations: an inner derivative sees outer variables as constants", () => {
    // d/dx [x · d/dy (x + y)] = d/dx [x · 1] = 1; a confused system answers 2 (Siskind & Pearlmutter 2005).
    close(
      at([3], (x) => grad((a: Value) => a.mul(grad((b: Value) => a.add(b).sum())(a)).sum())(x)),
      [1],
    );
  });

  it("differentiates with respect to an argument that was computed, not to what it was computed from", () => {
    // z = x² is an argument; its own dependence on x must not count.
    close(
      at([3], (x) => grad((z: Value) => z.mul(z).sum())(x.mul(x))),
      [18],
    );
    // and x, closed over, is a constant.
    close(
      at([3], (x) => grad((z: Value) => z.mul(x).sum())(x.mul(x))),
      [3],
    );
  });

  it("works on trees and returns the value with the gradient", () => {
    const loss = (p: { w: Value; b: Value[] }) => p.w.mul(p.b[0]).sum();
    close(
      at([2, 5], (x) => {
        const w = x.slice([0], [1]);
        const b = x.slice([1], [2]);
        const [value, g] = valueAndGrad(loss)({ w, b: [b] });
        return value.add(g.w.mul(100).sum()).add(g.b[0].mul(1000).sum());
      }),
      [10 + 500 + 2000],
    );
  });

  it("is zero for an argument that does not matter", () =>
    close(
      at([1, 2], (x) => grad((y: Value) => y.mul(0).sum().add(stopGradient(y).sum()))(x)),
      [0, 0],
    ));

  it("refuses a result that is no scalar, and arguments outside of a graph", () => {
    expect(() => at([1, 2], (x) => grad((y: Value) => y.mul(y))(x))).toThrow(
      "grad: the function returns float64[2], not a scalar",
    );
    expect(() => grad((y: Value) => y)(Tensor.scalar(1) as unknown as Value)).toThrow(
      "none of the arguments is part of a graph",
    );
  });
});

describe("vjp and jvp", () => {
  const fn = (x: Value) => x.exp().matmul(x.reshape([3, 1]));

  it("agree: ⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩", () => {
    const [left, right] = [
      at([0.1, 0.2, 0.3], (x) => jvp(fn, [x], [x.mul(2)]).tangent.mul(7)),
      at([0.1, 0.2, 0.3], (x) =>
        vjp(fn, x)
          .pull(x.tracer.constant([7], "float64"))[0]
          .mul(x.mul(2))
          .sum(0, true),
      ),
    ];
    close(left, right);
  });

  it("nest: forward over reverse is the Hessian–vector product", () => {
    const f = (x: Value) => x.mul(x).mul(x).sum();
    close(
      at([1, 2], (x) => jvp((y: Value) => grad(f)(y), [x], [x.tracer.constant([1, 10], "float64")]).tangent),
      [6, 120],
    );
  });
});

describe("stopGradient and customVjp", () => {
  it("stopGradient keeps the value and stops the derivative", () => {
    close(
      at([3], (x) => x.mul(stopGradient(x))),
      [9],
    );
    close(
      at([3], (x) => grad((y: Value) => y.mul(stopGradient(y)).sum())(x)),
      [3],
    );
    close(
      at([3], (x) => jvp((y: Value) => y.mul(stopGradient(y)), [x], [x.tracer.constant([1], "float64")]).tangent),
      [3],
    );
  });

  const straightThrough = customVjp(
    (x: Value) => ({ result: x.greater(0).cast("float64"), saved: undefined }),
    (_saved, cotangent) => [cotangent],
  );

  it("customVjp computes one thing and differentiates as another", () => {
    close(
      at([-2, 3], (x) => straightThrough(x)),
      [0, 1],
    );
    close(
      at([-2, 3], (x) => grad((y: Value) => straightThrough(y).mul(y).sum())(x)),
      [-2 + 0, 3 + 1],
    );
  });

  it("a custom rule may use what it saved, and is itself differentiated", () => {
    // The value is x², the rule says its derivative is sin x.
    const odd = customVjp(
      (x: Value) => ({ result: x.mul(x), saved: x }),
      (x: Value, cotangent: Value) => [cotangent.mul(x.sin())],
    );
    close(
      at([0.5], (x) => grad((y: Value) => odd(y).sum())(x)),
      [Math.sin(0.5)],
    );
    close(
      at([0.5], (x) => grad((z: Value) => grad((y: Value) => odd(y).sum())(z).sum())(x)),
      [Math.cos(0.5)],
    );
  });

  it("customVjp has no forward derivative, and says so", () => {
    expect(() => at([1], (x) => jvp(straightThrough, [x], [x]).tangent)).toThrow("a customVjp has a reverse rule only");
  });
});

describe("errors", () => {
  it("name the op, the shapes and the scope", () => {
    const build = () => {
      const tracer = new Tracer();
      const a = tracer.input({ dtype: "float32", shape: [128, 784] });
      const b = tracer.input({ dtype: "float32", shape: [512, 10] });
      return scope("mlp", () => scope("layer1", () => a.matmul(b)));
    };
    expect(build).toThrow('MatMul: [128, 784] × [512, 10]: inner dimensions 784 and 512 differ, at "mlp/layer1"');
  });
});
