import { describe, expect, it } from "vitest";
import { grad, jvp } from "../derivative.ts";
import { transposed } from "../ops/matrix-product.ts";
import { Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import { svd, symmetricEigen } from "./index.ts";
import { at, checkDerivative, checkSecond, constant, eye, random, zero } from "./testing/derivatives.ts";

const stack = [2, 4, 4];
const elements = random(stack);

describe("symmetricEigen", () => {
  const symmetric = (x: Value) => x.add(transposed(x));

  it("V·diag(λ)·Vᵀ = A, VᵀV = I, λ ascending", () => {
    zero(
      at(stack, elements, (x) => {
        const { values, vectors } = symmetricEigen(symmetric(x));
        return vectors.mul(values.unsqueeze(-2)).matmul(transposed(vectors)).sub(symmetric(x));
      }),
    );
    zero(
      at(stack, elements, (x) => {
        const { vectors } = symmetricEigen(symmetric(x));
        return transposed(vectors).matmul(vectors).sub(eye(x));
      }),
    );
    const values = at(stack, elements, (x) => symmetricEigen(symmetric(x)).values);
    for (let i = 1; i < 8; i++) if (i !== 4) expect(values[i]).toBeGreaterThan(values[i - 1]);
  });

  it("derivatives of values and vectors, first and second", () => {
    const symmetricElements = at(stack, elements, symmetric);
    checkDerivative(stack, symmetricElements, (x) => symmetricEigen(x).values);
    checkDerivative(stack, symmetricElements, (x) => symmetricEigen(x).vectors);
    checkDerivative(stack, elements, (x) => {
      const { values, vectors } = symmetricEigen(symmetric(x));
      return vectors.mul(values.exp().unsqueeze(-2)).matmul(transposed(vectors));
    });
    checkSecond([3, 3], random([3, 3], 5), (x) => symmetricEigen(symmetric(x)).vectors.square());
  });

  it("equal eigenvalues: gradients of values are right, of vectors finite", () => {
    const degenerate = [2, 0, 0, 0, 2, 0, 0, 0, 5];
    // The sum of all eigenvalues is the trace.
    const trace = at(
      [3, 3],
      degenerate,
      grad((x: Value) => symmetricEigen(x).values.sum()),
    );
    zero(trace.map((g, i) => g - (i % 4 === 0 ? 1 : 0)));
    const vectors = at(
      [3, 3],
      degenerate,
      grad((x: Value) =>
        symmetricEigen(x)
          .vectors.mul(constant(x, [3, 3], 3))
          .sum(),
      ),
    );
    expect(vectors.every(Number.isFinite)).toBe(true);
    // The projector on the first two does not depend on their choice: its derivative is right.
    const projector = (x: Value) => {
      const first = symmetricEigen(x).vectors.slice([0], [2], [1]);
      return first.matmul(transposed(first));
    };
    const direction = [0, 0, 1, 0, 0, 0.5, 1, 0.5, 0];
    const forward = at(
      [3, 3],
      degenerate,
      (x) => jvp(projector, [x], [Tensor.of(direction, [3, 3], "float64")]).tangent,
    );
    const h = 1e-5;
    const moved = (step: number) =>
      at(
        [3, 3],
        degenerate.map((e, i) => e + step * direction[i]),
        projector,
      );
    const [plus, minus] = [moved(h), moved(-h)];
    zero(
      forward.map((value, i) => value - (plus[i] - minus[i]) / (2 * h)),
      1e-6,
    );
  });
});

describe("svd", () => {
  for (const shape of [
    [2, 5, 3],
    [2, 3, 5],
    [3, 3],
  ]) {
    it(`U·diag(s)·Vᵀ = A with orthonormal columns, s descending: ${shape}`, () => {
      const data = random(shape, 6);
      zero(
        at(shape, data, (x) => {
          const { u, s, v } = svd(x);
          return u.mul(s.unsqueeze(-2)).matmul(transposed(v)).sub(x);
        }),
      );
      for (const part of ["u", "v"] as const) {
        zero(
          at(shape, data, (x) => {
            const w = svd(x)[part];
            const gram = transposed(w).matmul(w);
            return gram.sub(eye(gram));
          }),
        );
      }
      const s = at(shape, data, (x) => svd(x).s);
      const k = Math.min(...shape.slice(-2));
      for (let i = 1; i < s.length; i++) if (i % k !== 0) expect(s[i]).toBeLessThanOrEqual(s[i - 1]);
    });

    it(`derivatives: ${shape}`, () => {
      const data = random(shape, 6);
      for (const part of ["u", "s", "v"] as const) checkDerivative(shape, data, (x) => svd(x)[part]);
      checkDerivative(shape, data, (x) => {
        const { u, s, v } = svd(x);
        return u.mul(s.square().unsqueeze(-2)).matmul(transposed(v));
      });
    });
  }

  it("second derivatives", () => {
    checkSecond([4, 2], random([4, 2], 3), (x) => svd(x).s);
    checkSecond([2, 3], random([2, 3], 3), (x) => svd(x).u.square());
  });

  it("deficient rank: columns stay orthonormal, the nuclear norm's gradient is finite", () => {
    const rankOne = [1, 2, 2, 4, 3, 6];
    zero(
      at([3, 2], rankOne, (x) => {
        const { u } = svd(x);
        return transposed(u).matmul(u).sub(eye(x));
      }),
    );
    const gradient = at(
      [3, 2],
      rankOne,
      grad((x: Value) => svd(x).s.sum()),
    );
    expect(gradient.every(Number.isFinite)).toBe(true);
    const all = at(
      [3, 2],
      rankOne,
      grad((x: Value) => {
        const { u, s, v } = svd(x);
        return u.sum().add(s.sum()).add(v.sum());
      }),
    );
    expect(all.every(Number.isFinite)).toBe(true);
  });
});
