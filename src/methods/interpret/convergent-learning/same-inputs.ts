/** @file Whether nets can be shown the same things. */

import { CajalError, formatShape } from "../../../graph/index.ts";
import type { SampleSet } from "../../../probe/index.ts";
import type { Tap } from "./tap.ts";

/** Data of a net's own must be the common ones, in the same order. */
export function checkSameInputs(own: SampleSet, common: SampleSet): void {
  if (own === common) return;
  const advice = "All nets must be shown the same things in the same order, each as it wants them.";
  if (own.length !== common.length)
    throw new CajalError("argument", `a net has ${own.length} samples of its own, the others have ${common.length}`, {
      advice,
    });
  for (let i = 0; i < own.length; i++)
    if (own.nameOf(i) !== common.nameOf(i))
      throw new CajalError(
        "argument",
        `sample ${i} of a net is ${own.nameOf(i)}, that of the others is ${common.nameOf(i)}`,
        { advice },
      );
}

/** Nets of other inputs need samples of their own: nothing is resized behind one's back. */
export function checkFits(taps: readonly Tap[], data: SampleSet): void {
  const shared = taps.filter(({ samples }) => samples === undefined || samples === data);
  const wants = ({ model }: Tap) => {
    const { channels, height, width } = model.input;
    return formatShape([channels, height, width]);
  };
  const advice = "Give each net `samples` of its own: the same things in the same order, as that net wants them.";
  const other = shared.find((tap) => wants(tap) !== wants(shared[0]));
  if (other !== undefined)
    throw new CajalError(
      "shape",
      `${shared[0].model.name} takes inputs ${wants(shared[0])}, ${other.model.name} ${wants(other)}`,
      { advice },
    );
  // Of some files it is written down in them.
  const stated = shared.flatMap(({ model }) => {
    const preprocess = model.imported.metadata["cajal.preprocess"];
    return preprocess === undefined ? [] : [{ name: model.name, preprocess }];
  });
  const differing = stated.find(({ preprocess }) => preprocess !== stated[0].preprocess);
  if (differing !== undefined)
    throw new CajalError(
      "argument",
      `${stated[0].name} takes pictures preprocessed as "${stated[0].preprocess}", ${differing.name} as "${differing.preprocess}"`,
      { advice },
    );
}
