/** @file Constants of signal processing: HannWindow, HammingWindow, BlackmanWindow, MelWeightMatrix. */

import { dtypeOf, isFloat } from "../dtype.ts";
import { type Attributes, int, known, type OpDefinition, required, table } from "../op.ts";
import { type Shape, sizeOf, type ValueType } from "../tensor.ts";
import type { Value } from "../value.ts";
import { indexTypes, integerInput } from "./known.ts";

const dataType = { output_datatype: { kind: "int", default: 1 } } as const;

function resultType(name: string, shape: Shape, attributes: Attributes): ValueType {
  const dtype = dtypeOf(int(attributes, "output_datatype"), name);
  if (!isFloat(dtype)) throw new Error(`a result of ${dtype} would hold next to nothing; use a float dtype`);
  return { dtype, shape };
}

function scalar(inputs: readonly (Value | undefined)[], index: number, name: string): number {
  if (sizeOf(required(inputs, index).shape) !== 1) throw new Error(`${name} is not one element`);
  return known(inputs, index)?.[0] ?? 0;
}

/** a₀ − a₁·cos(x) + a₂·cos(2x) over one period, which a symmetric window closes and a periodic one leaves open. */
function cosineWindow(name: string, a0: number, a1: number, a2: number): OpDefinition {
  return {
    name,
    attributes: { ...dataType, periodic: { kind: "int", default: 1 } },
    staticInputs: [0],
    infer: (inputs, attributes) => {
      integerInput(inputs, 0, "size", indexTypes);
      return [resultType(name, [scalar(inputs, 0, "size")], attributes)];
    },
    evaluate: (_inputs, attributes, [{ shape }]) => {
      const period = int(attributes, "periodic") !== 0 ? shape[0] : Math.max(1, shape[0] - 1);
      return [
        Float64Array.from({ length: shape[0] }, (_, n) => {
          const x = (2 * Math.PI * n) / period;
          return a0 - a1 * Math.cos(x) + a2 * Math.cos(2 * x);
        }),
      ];
    },
    derivative: "zero",
  };
}

// mel(f) = 2595·log₁₀(1 + f/700)
const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);

/** Triangles [bins of the spectrum, mel bands], evenly apart on the mel scale. */
const melWeightMatrix: OpDefinition = {
  name: "MelWeightMatrix",
  attributes: dataType,
  staticInputs: [0, 1, 2, 3, 4],
  infer: (inputs, attributes) => {
    const [bands, length, rate] = ["num_mel_bins", "dft_length", "sample_rate"].map((name, i) => {
      integerInput(inputs, i, name, indexTypes);
      return scalar(inputs, i, name);
    });
    const [low, high] = ["lower_edge_hertz", "upper_edge_hertz"].map((name, i) => scalar(inputs, i + 3, name));
    if (bands < 1 || length < 1 || rate < 1) throw new Error("num_mel_bins, dft_length and sample_rate are positive");
    if (!(low >= 0 && high > low && high <= rate / 2))
      throw new Error(`the edges ${low} and ${high} Hz are not 0 ≤ lower < upper ≤ ${rate / 2}`);
    return [resultType("MelWeightMatrix", [Math.floor(length / 2) + 1, bands], attributes)];
  },
  evaluate: (inputs, _attributes, [{ shape }]) => {
    const [bands, length, rate, low, high] = inputs.map((input) => input?.data[0] ?? 0);
    // The standard spaces bands + 2 edges as if there were one more: the last band ends below the upper edge.
    const step = (toMel(high) - toMel(low)) / (bands + 2);
    const edges = Array.from({ length: bands + 2 }, (_, i) =>
      Math.floor(((length + 1) * toHertz(toMel(low) + i * step)) / rate),
    );
    const result = new Float64Array(sizeOf(shape));
    for (let band = 0; band < bands; band++) {
      const [left, centre, right] = edges.slice(band, band + 3);
      for (let bin = left; bin < centre; bin++) result[bin * bands + band] = (bin - left) / (centre - left);
      result[centre * bands + band] = 1;
      for (let bin = centre + 1; bin < right; bin++) result[bin * bands + band] = (right - bin) / (right - centre);
    }
    return [result];
  },
  derivative: "zero",
};

export const windowFunctionOps = table(
  cosineWindow("HannWindow", 0.5, 0.5, 0),
  cosineWindow("HammingWindow", 25 / 46, 21 / 46, 0),
  cosineWindow("BlackmanWindow", 0.42, 0.5, 0.08),
  melWeightMatrix,
);
