import { describe, expect, it } from "vitest";
import { compile } from "../compile.ts";
import { grad } from "../derivative.ts";
import { hvp, jacobian } from "../jacobian.ts";
import { scope } from "../names.ts";
import { transposed } from "../ops/matrix-product.ts";
import { sizeOf, Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import {
  cholesky,
  determinant,
  inverse,
  logDeterminant,
  solve,
  solveTriangular,
  svd,
  symmetricEigen,
} from "./index.ts";
import { at, checkDerivative, checkSecond, constant, definite, eye, random, zero } from "./testing/derivatives.ts";

const stack = [2, 4, 4];
const elements = random(stack);

describe("cholesky", () => {
  it("L·Lᵀ = A, L lower triangular with a positive diagonal", () => {
    zero(
      at(stack, elements, (x) => {
        const a = definite(x);
        const l = cholesky(a);
        return l.matmul(transposed(l)).sub(a);
      }),
    );
    zero(at(stack, elements, (x) => cholesky(definite(x)).mul(eye(x).neg().add(1)).op("Trilu")));
    zero(at(stack, elements, (x) => cholesky(definite(x)).mul(eye(x)).op("Min", [0])));
  });

  it("derivatives, first and second, also off the symmetric matrices", () => {
    const symmetric = at(stack, elements, definite);
    checkDerivative(stack, symmetric, cholesky);
    checkDerivative(stack, elements, (x) => cholesky(definite(x)));
    checkSecond([3, 3], random([3, 3]), (x) => cholesky(definite(x)));
  });

  it("names the leading minor that is not positive, and where", async () => {
    const f = compile((x: Value) => scope("posterior", () => cholesky(x)));
    const failure = f(
      Tensor.of([
        [4, 2, 0],
        [2, 1, 0],
        [0, 0, 1],
      ]),
    );
    await expect(failure).rejects.toThrow('leading minor 2 of 3 is not (pivot 0.00), at "posterior"');
    await expect(failure).rejects.toMatchObject({ code: "not-positive-definite" });
    await expect(compile(cholesky)(Tensor.zeros([2, 3]))).rejects.toThrow(
      "Cholesky: [2, 3]: the matrix is not square: 2 rows, 3 columns",
    );
    await expect(compile(cholesky)(Tensor.of([[Number.NaN]]))).rejects.toMatchObject({ code: "not-finite" });
  });
});

describe("solve, inverse, determinant", () => {
  const sides = (x: Value) => constant(x, [2, 4, 3], 5);

  it("A·X = B, for stacks, broadcast, vectors", () => {
    zero(at(stack, elements, (x) => x.matmul(solve(x, sides(x))).sub(sides(x))));
    zero(at([4, 4], random([4, 4]), (x) => x.matmul(solve(x, sides(x))).sub(sides(x))));
    zero(at([4, 4], random([4, 4]), (x) => x.matmul(solve(x, constant(x, [4], 2))).sub(constant(x, [4], 2))));
    zero(at(stack, elements, (x) => x.matmul(inverse(x)).sub(eye(x))));
  });

  it("derivatives, first and second", () => {
    // Away from singular matrices, so that the differences are exact.
    const regular = (x: Value) => x.add(eye(x).mul(4));
    checkDerivative(stack, elements, (x) => solve(regular(x), sides(x)));
    checkDerivative([2, 4, 3], random([2, 4, 3]), (b) => solve(constant(b, stack, 1), b));
    checkDerivative([4, 4], random([4, 4], 3), (x) => solve(regular(x), x.square()));
    checkSecond([3, 3], random([3, 3]), (x) => solve(regular(x), constant(x, [3, 2], 4)));
    checkDerivative(stack, elements, (x) => inverse(regular(x)));
  });

  it("det(A·B) = det A · det B, det Aᵀ = det A, a swap of rows turns the sign, log det A = tr log A", () => {
    zero(
      at(stack, elements, (x) => {
        const b = constant(x, stack, 7);
        return determinant(x.matmul(b)).sub(determinant(x).mul(determinant(b)));
      }),
    );
    zero(at(stack, elements, (x) => determinant(x).sub(determinant(transposed(x)))));
    const swap = Tensor.of([1, 0, 2, 3], [4], "int64");
    zero(at(stack, elements, (x) => determinant(x).add(determinant(x.gather(swap, 1)))));
    zero(
      at(stack, elements, (x) =>
        logDeterminant(definite(x)).logAbs.sub(symmetricEigen(definite(x)).values.log().sum(-1)),
      ),
    );
    expect([...at([2, 2], [1, 2, 3, 4], determinant)][0]).toBeCloseTo(-2, 12);
    expect(Math.abs(at([2, 2], [1, 2, 2, 4], determinant)[0])).toBe(0);
    const tiny = at(
      [200, 200],
      at([200, 200], random([200, 200]), (x) => eye(x).mul(1e-10)),
      (x) => logDeterminant(x).logAbs,
    );
    expect(tiny[0]).toBeCloseTo(200 * Math.log(1e-10), 6);
  });

  it("derivatives of determinants", () => {
    checkDerivative(stack, elements, determinant);
    checkDerivative(stack, elements, (x) => logDeterminant(x).logAbs);
    checkSecond([3, 3], random([3, 3], 2), determinant);
  });

  it("says that a matrix is singular", async () => {
    const singular = Tensor.of([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
    await expect(compile(inverse)(singular)).rejects.toThrow("Solve: the matrix is singular: its pivots reach from");
    await expect(compile(inverse)(singular)).rejects.toMatchObject({ code: "singular" });
    await expect(compile((x: Value) => solve(x, x.slice([0], [2])))(singular)).rejects.toThrow(
      "the matrix has 3 rows, the right sides 2",
    );
  });
});

describe("solveTriangular", () => {
  for (const lower of [true, false])
    for (const flipped of [true, false]) {
      const options = { lower, transposed: flipped };
      it(`T·X = B reads one triangle: ${JSON.stringify(options)}`, () => {
        const sides = (x: Value) => constant(x, [2, 4, 3], 5);
        zero(
          at(stack, elements, (x) => {
            const t = x.op("Trilu", [], { upper: lower ? 0 : 1 });
            return (flipped ? transposed(t) : t).matmul(solveTriangular(x, sides(x), options)).sub(sides(x));
          }),
          1e-8,
        );
        const safe = elements.map(
          (e, i) => (i % 5 === Math.floor(i / 16) ? e : e / 2) + (Math.floor((i % 16) / 4) === i % 4 ? 2 : 0),
        );
        checkDerivative(stack, safe, (x) => solveTriangular(x, sides(x), options));
        checkDerivative([2, 4, 3], random([2, 4, 3]), (b) =>
          solveTriangular(constant(b, stack, 1).add(eye(constant(b, stack, 1)).mul(3)), b, options),
        );
        checkSecond([3, 3], [2, 0.3, 0.1, 0.5, 1.5, 0.2, 0.4, 0.6, 1], (x) =>
          solveTriangular(x, constant(x, [3, 2], 4), options),
        );
      });
    }

  it("says that the diagonal has a zero", async () => {
    const f = compile((x: Value) => solveTriangular(x, x));
    await expect(
      f(
        Tensor.of([
          [1, 0],
          [1, 0],
        ]),
      ),
    ).rejects.toThrow("element 1 of its diagonal is 0");
  });
});

describe("on the runtime", () => {
  it("everything runs in float32 inside a compiled function, and gradients agree with float64", async () => {
    const loss = (x: Value) => {
      const a = definite(x);
      const { values } = symmetricEigen(a);
      const { u, s } = svd(x);
      const l = cholesky(a);
      return logDeterminant(a)
        .logAbs.add(values.sqrt().sum())
        .add(u.square().mul(s).sum())
        .add(solve(a, l).sum())
        .add(determinant(x));
    };
    const data = random([5, 5], 8);
    const f = compile((x: Value) => ({ value: loss(x), gradient: grad(loss)(x), product: hvp(loss)(x, x) }));
    const result = await f(Tensor.of(data, [5, 5]));
    const exact = at([5, 5], data, grad(loss));
    const scale = Math.max(...exact.map(Math.abs));
    zero(
      result.gradient.numbers().map((g, i) => (g - exact[i]) / scale),
      2e-4,
    );
    expect(result.product.numbers().every(Number.isFinite)).toBe(true);
    await f.release();
  });

  it("takes 300 rows, and whole Jacobians", async () => {
    const a = Tensor.of(random([300, 300]), [300, 300]);
    const f = compile((x: Value) => x.matmul(inverse(x)).sub(eye(x)).abs().max());
    expect((await f(a)).item()).toBeLessThan(1e-2);
    const j = await compile((b: Value) => jacobian((v: Value) => solve(constant(v, [4, 4], 2), v))(b))(
      Tensor.of([1, 2, 3, 4]),
    );
    const expected = at([4, 4], random([4, 4], 2), inverse);
    zero(
      j.numbers().map((value, i) => value - expected[i]),
      1e-4,
    );
    expect(sizeOf(j.shape)).toBe(16);
  });
});
