import fc from "fast-check";
import { expect, it } from "vitest";
import { Rng, sizeOf, Tensor } from "../../graph/index.ts";
import { erkDensities, erkMasks } from "./erk.ts";
import { connections, maskableWeights } from "./masks.ts";

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 4 }), {
  minLength: 1,
  maxLength: 6,
});

it("densities of all layers come to the wanted one, none exceeds 1, and where none saturates all have the same ε", () => {
  fc.assert(
    fc.property(shapes, fc.double({ min: 0.001, max: 1, noNaN: true }), (layers, density) => {
      const shares = erkDensities(layers, density);
      const kept = shares.reduce((sum, share, l) => sum + share * sizeOf(layers[l]), 0);
      const total = layers.reduce((sum, shape) => sum + sizeOf(shape), 0);
      expect(Math.abs(kept / (density * total) - 1)).toBeLessThan(1e-9);
      const epsilon = (l: number) => (shares[l] * sizeOf(layers[l])) / layers[l].reduce((a, b) => a + b);
      const free = shares.flatMap((share, l) => (share < 1 ? [epsilon(l)] : []));
      for (const share of shares) expect(share).toBeLessThanOrEqual(1);
      for (const e of free) expect(e / free[0]).toBeCloseTo(1, 9);
      // A dense layer is one that this ε would have made more than dense.
      if (free.length > 0)
        for (const [l, share] of shares.entries())
          if (share === 1) expect(epsilon(l)).toBeLessThanOrEqual(free[0] * (1 + 1e-9));
    }),
  );
});

it("a convolution counts its kernel", () => {
  // ε·(8 + 4 + 3 + 3) + ε·(8 + 10) = 0.1 · (288 + 80)
  const [conv, linear] = erkDensities(
    [
      [8, 4, 3, 3],
      [8, 10],
    ],
    0.1,
  );
  expect(conv * 288).toBeCloseTo(18.4, 9);
  expect(linear * 80).toBeCloseTo(18.4, 9);
});

const params = { big: Tensor.zeros([30, 40]), small: Tensor.zeros([3, 2]), bias: Tensor.zeros([7]) };

it("masks have exactly the rounded number of connections, the same for the same seed", () => {
  const layers = maskableWeights(params);
  const densities = erkDensities(
    [
      [30, 40],
      [3, 2],
    ],
    0.2,
  );
  const masks = erkMasks(layers, 0.2, new Rng(1));
  expect(Object.keys(masks)).toEqual(["big", "small"]);
  expect(connections(masks.big)).toBe(Math.round(1200 * densities[0]));
  expect(connections(masks.small)).toBe(Math.round(6 * densities[1]));
  expect(erkMasks(layers, 0.2, new Rng(1))).toEqual(masks);
  expect(erkMasks(layers, 0.2, new Rng(2)).big.data).not.toEqual(masks.big.data);
});

it("a density that leaves a layer without connections says which works", () => {
  const layers = maskableWeights(params);
  let message = "";
  let advice = "";
  try {
    erkMasks(layers, 0.002, new Rng(1));
  } catch (error) {
    ({ message, advice } = error as { message: string; advice: string });
  }
  expect(message).toMatch(/leaves no weight to "small", which has 6/);
  const least = Number(/is (.*)\.$/.exec(advice)?.[1]);
  expect(connections(erkMasks(layers, least, new Rng(1)).small)).toBe(1);
  expect(() => erkMasks(layers, 0.97 * least, new Rng(1))).toThrow(/"small"/);
  expect(() => erkDensities([[2, 2]], 1.5)).toThrow(/1.5 is not within \(0, 1\]/);
});

it("weights are floats of two or more axes, and keepDense names real ones", () => {
  expect(maskableWeights(params, ["small"]).map(({ path }) => path)).toEqual(["big"]);
  expect(() => maskableWeights(params, ["tiny"])).toThrow('keepDense names "tiny", which is no parameter');
  expect(() => maskableWeights({ bias: params.bias })).toThrow(/no parameter can have a mask/);
});
