/** @file A network with a unit of two known facets, a bar that stands and a bar that lies, and pictures of both. */

import type { PictureSet } from "../../../../data/index.ts";
import { exportOnnx, Rng, scope, Tensor, type Value } from "../../../../graph/index.ts";
import { linear } from "../../../../nn/index.ts";
import { Model } from "../../../../probe/index.ts";

export const side = 12;

/** 1 on the bar, 0 elsewhere. */
export function bar(kind: "stands" | "lies"): Float32Array {
  return Float32Array.from({ length: side * side }, (_, i) => {
    const across = kind === "stands" ? i % side : Math.floor(i / side);
    return across >= 5 && across < 7 ? 1 : 0;
  });
}

/** Layers "code/Relu" [4] (the bars, and two that look anywhere), "logits" [2]: the first unit fires for either bar, the second never. */
export function plantedModel(preprocess: string | null = "unit"): Model {
  const rng = new Rng(5);
  const columns = [bar("stands"), bar("lies"), ...[0, 1].map(() => rng.normal([side * side], 0, 0.05).data)];
  const weight = Tensor.of(
    Float64Array.from({ length: side * side * 4 }, (_, i) => Number(columns[i % 4][Math.floor(i / 4)]) / 24),
    [side * side, 4],
  );
  // About half of a bar does not count: one that lies crosses one that stands in a sixth of its pixels, on ground that is not black.
  const code = { weight, bias: Tensor.of([-0.55, -0.55, 0, 0]) };
  const head = { weight: Tensor.of([10, 0, 10, 0, 0, 0, 0, 0], [4, 2]), bias: Tensor.of([0, -1]) };
  const network = (pixels: Value) => {
    const codes = scope("code", () => linear(code, pixels.flatten()).relu());
    return { logits: linear(head, codes) };
  };
  const bytes = exportOnnx(network, [Tensor.zeros([1, 1, side, side])], {
    names: ["pixels"],
    batch: { name: "N", arguments: [0] },
    ...(preprocess !== null && { metadata: { "cajal.preprocess": preprocess } }),
  });
  return Model.open(bytes, { name: "planted" });
}

/** Bars on noisy ground, standing and lying in turn. */
export function barPictures(length: number, seed = 1): PictureSet {
  const kinds = ["stands", "lies"] as const;
  return {
    name: "bars",
    length,
    labels: ["lies", "stands"],
    concepts: [],
    nameOf: (index) => `bar ${index}`,
    get: async (index) => {
      const rng = new Rng(seed).split(index);
      const shape = bar(kinds[index % 2]);
      const data = new Uint8Array(3 * side * side);
      for (let i = 0; i < shape.length; i++)
        data.fill(Math.round(30 + 160 * shape[i] + 60 * rng.random()), 3 * i, 3 * i + 3);
      return { name: `bar ${index}`, picture: { width: side, height: side, data }, label: kinds[index % 2] };
    },
  };
}
