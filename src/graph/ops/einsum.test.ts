import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../evaluate.ts";
import { checkOp } from "../testing/check-op.ts";
import { checkGradientRuns, checkSecondDerivative } from "../testing/second-derivative.ts";
import { Tracer } from "../tracer.ts";

/** Equations with shapes that fit them. */
const equations: readonly [string, ...(readonly number[])[]][] = [
  ["ij,jk->ik", [2, 3], [3, 4]],
  ["ij,jk", [2, 3], [3, 4]],
  ["ba,ac", [2, 3], [3, 4]],
  ["i,j->ij", [2], [3]],
  ["i,i->", [4], [4]],
  ["i,i", [4], [4]],
  ["ij->ji", [2, 3]],
  ["ji", [2, 3]],
  ["ij->i", [2, 3]],
  ["ij->", [2, 3]],
  ["->", []],
  [",a->a", [], [3]],
  ["ii->i", [3, 3]],
  ["ii->", [3, 3]],
  ["ii", [3, 3]],
  ["iij,jkk->ik", [2, 2, 3], [3, 4, 4]],
  ["iji->j", [3, 2, 3]],
  ["iii->i", [3, 3, 3]],
  ["bhqd,bhkd->bhqk", [2, 2, 3, 2], [2, 2, 4, 2]],
  ["b h q k , b h k d -> b q h d", [2, 2, 3, 4], [2, 2, 4, 2]],
  ["...ij,...jk->...ik", [2, 1, 2, 3], [2, 4, 3, 2]],
  ["...ij,...jk", [1, 2, 3], [4, 3, 2]],
  ["...i,i->...", [2, 3, 4], [4]],
  ["i...->...i", [2, 3, 4]],
  ["...->...", [2, 3]],
  ["a...b->ba...", [2, 3, 4, 2]],
  ["...ii->...i", [2, 3, 3]],
  ["a,ab,bc->c", [2], [2, 3], [3, 4]],
  ["ab,bc,ca->", [2, 3], [3, 4], [4, 2]],
  ["ij,ij,ij->ij", [2, 3], [2, 3], [2, 3]],
  ["aB,Bc->cB", [2, 3], [3, 4]],
  ["ij,j->i", [2, 3], [1]],
  ["ij,ij->ij", [2, 1], [2, 3]],
  ["ij,ik->jk", [1, 3], [4, 2]],
  ["ij,ik->k", [1, 3], [4, 2]],
];

/** Random equations over few letters: diagonals, broadcast axes, ellipses, sums, outer products. */
const anyEquation = fc
  .record({
    sizes: fc.tuple(...[..."abcd"].map(() => fc.integer({ min: 1, max: 3 }))),
    ellipsis: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    terms: fc.array(
      fc.record({
        letters: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
        ellipsisAt: fc.option(fc.nat({ max: 3 })),
        // Letters and ellipsis axes that this operand has as 1.
        ones: fc.array(fc.nat({ max: 5 }), { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    output: fc.option(fc.shuffledSubarray([0, 1, 2, 3])),
  })
  .map(({ sizes, ellipsis, terms, output }) => {
    const shapes = terms.map(({ letters, ellipsisAt, ones }) => {
      const shape = letters.map((letter) => (ones.includes(letter) ? 1 : sizes[letter]));
      const broadcast = ellipsis.map((dim, i) => (ones.includes(4 + i) ? 1 : dim));
      return ellipsisAt === null ? shape : shape.toSpliced(Math.min(ellipsisAt, shape.length), 0, ...broadcast);
    });
    const written = terms.map(({ letters, ellipsisAt }) => {
      const text = letters.map((letter) => "abcd"[letter]);
      return (ellipsisAt === null ? text : text.toSpliced(Math.min(ellipsisAt, text.length), 0, "...")).join("");
    });
    const wide = terms.some((term) => term.ellipsisAt !== null);
    const used = output?.filter((letter) => terms.some((term) => term.letters.includes(letter)));
    const result = used && `->${wide ? "..." : ""}${used.map((letter) => "abcd"[letter]).join("")}`;
    return { equation: written.join() + (result ?? ""), shapes };
  });

describe("Einsum", () => {
  it("random equations", async () => {
    await fc.assert(
      fc.asyncProperty(anyEquation, fc.nat(), async ({ equation, shapes }, seed) => {
        const test = { op: "Einsum", inputs: shapes.map((shape) => ({ shape })), attributes: { equation }, seed };
        await checkOp(test);
        await checkGradientRuns(test);
      }),
      { numRuns: 25 },
    );
  });

  it.each(equations)("%s", async (equation, ...shapes) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const test = { op: "Einsum", inputs: shapes.map((shape) => ({ shape })), attributes: { equation }, seed };
        await checkOp(test);
        await checkGradientRuns(test);
        checkSecondDerivative(test);
      }),
      { numRuns: 2 },
    );
  });

  it("of integers", () =>
    checkOp({
      op: "Einsum",
      inputs: [
        { shape: [2, 3], dtype: "int64", range: [-4, 5] },
        { shape: [3, 4], dtype: "int64", range: [-4, 5] },
      ],
      attributes: { equation: "ij,jk->ki" },
    }));

  it.each([
    [
      "ij,jk->ik->k",
      [
        [2, 3],
        [3, 4],
      ],
      "has two arrows",
    ],
    [
      "ij->ik",
      [
        [2, 3],
        [3, 4],
      ],
      'equation "ij->ik" has 1 operands, but 2 are given',
    ],
    [
      "ij,jk->ik",
      [
        [2, 3],
        [4, 5],
      ],
      'index "j" is both 3 and 4',
    ],
    ["ijk", [[2, 3]], 'has 3 indices in "ijk" for an operand of rank 2'],
    ["i", [[2, 3]], 'has 1 indices in "i" for an operand of rank 2'],
    ["...ijk", [[2, 3]], 'has 3 indices in "...ijk" for an operand of rank 2'],
    ["i..j->ij", [[2, 3]], 'has "." where a letter'],
    ["i1->i", [[2, 3]], 'has "1" where a letter'],
    ["...i...", [[2, 3]], "has two ellipses"],
    ["ij->ii", [[2, 3]], 'has "i" twice in the output'],
    ["ij->k", [[2, 3]], 'has "k" in the output only'],
    ["...i,...i->...", [[2, 3], [3]], "ellipses that stand for 1 and 0 axes"],
    ["...j->j", [[2, 3]], "has an ellipsis on the left only"],
    [
      "ij,jk->ik",
      [
        [2, 0],
        [0, 3],
      ],
      "operand 0 has no elements",
    ],
    ["ii->i", [[2, 3]], 'index "i" is a diagonal of [2, 3], whose axes differ'],
  ] as const)("refuses %s", async (equation, shapes, reason) => {
    const test = { op: "Einsum", inputs: shapes.map((shape) => ({ shape })), attributes: { equation } };
    await expect(checkOp(test)).rejects.toThrow(reason);
  });

  it("does not start on work without end", () => {
    const tracer = new Tracer();
    const letters = [..."abcdefghij"];
    const pairs = letters.flatMap((a, i) => letters.slice(i + 1).map((b) => a + b));
    const feeds = new Map(
      pairs.map(() => [tracer.input({ dtype: "float32", shape: [16, 16] }), new Float64Array(256)] as const),
    );
    const y = tracer.emit("Einsum", [...feeds.keys()], { equation: `${pairs.join()}->` });
    expect(() => evaluate([y], feeds)).toThrow("too many products to evaluate on the host");
  });
});
