import { expect, it } from "vitest";
import type { Picture } from "../../../data/index.ts";
import { preprocesses } from "../../../data/index.ts";
import { exportOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { conv, init } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import { rankByInformation } from "./captioner.ts";
import { RegionEncoder } from "./region-encoder.ts";
import { type AnnotatedExemplars, trainCaptioner } from "./train-on-exemplars.ts";
import { wordsOf } from "./vocabulary.ts";

const colours = { red: [220, 30, 30], green: [30, 200, 40], blue: [40, 60, 230] } as const;
const names = Object.keys(colours) as (keyof typeof colours)[];

/** Random convolutions: enough to tell colours apart. */
function eyes(): RegionEncoder {
  const weights = init.conv(new Rng(1), 3, 12, 3);
  const network = (x: Value) => ({ seen: conv(weights, x, { stride: 2, padding: 1 }).relu() });
  const model = Model.open(
    exportOnnx(network, [Tensor.zeros([2, 3, 24, 24])], { batch: { name: "N", arguments: [0] } }),
  );
  return new RegionEncoder(model, { depths: ["seen"], preprocess: preprocesses.signed });
}

/** A patch of one colour and patches of the others; what is asked about is under the mask. Pictures are larger than the network's. */
function patches(rng: Rng, colour: keyof typeof colours): { picture: Picture; mask: Uint8Array } {
  const [height, width, side] = [30, 36, 12] as const;
  const data = new Uint8Array(3 * height * width).fill(128);
  const mask = new Uint8Array(height * width);
  const turn = rng.int(0, 3);
  for (const [place, name] of [colour, ...names.filter((other) => other !== colour)].entries()) {
    const [top, left] = [rng.int(0, height - side), side * ((place + turn) % 3)];
    for (let y = top; y < top + side; y++)
      for (let x = left; x < left + side; x++) {
        data.set(colours[name], 3 * (y * width + x));
        if (name === colour) mask[y * width + x] = 1;
      }
  }
  return { picture: { height, width, data }, mask };
}

function annotated(rng: Rng, count: number): (AnnotatedExemplars & { readonly truth: string })[] {
  return Array.from({ length: count }, (_, i) => {
    const colour = names[i % names.length];
    // Fewer exemplars than are asked for are repeated.
    const shown = Array.from({ length: 3 + (i % 2) }, (_, k) => patches(rng.split(`${i} ${k}`), colour));
    return {
      pictures: shown.map(({ picture }) => picture),
      masks: shown.map(({ mask }) => mask),
      captions: [`${colour} patches`, `${colour} squares`],
      truth: colour,
    };
  });
}

const small = { hidden: 24, embedding: 8, projection: 12, languageHidden: 12, batch: 16, rate: 1e-2 } as const;

it("a captioner of one's own: any network's eyes, any captions; what it says is what was said of such regions", async () => {
  const encoder = eyes();
  const rng = new Rng(2);
  const captioner = await trainCaptioner(annotated(rng.split("known"), 90), {
    ...small,
    encoder,
    exemplars: 4,
    name: "colours",
    epochs: 25,
    patience: 25,
    rng: rng.split("training"),
  });
  expect([captioner.name, captioner.exemplars]).toEqual(["colours", 4]);
  expect([...captioner.weights.vocabulary.words].sort()).toEqual(["blue", "green", "patches", "red", "squares"]);
  const fresh = annotated(rng.split("fresh"), 30);
  const ranked = await rankByInformation(captioner, await captioner.candidates(fresh, 6, { length: 3 }), 0.2);
  expect(ranked.filter(([best], i) => wordsOf(best.text).includes(fresh[i].truth)).length).toBeGreaterThan(26);
  await captioner.release();
}, 60_000);

it("refuses sets that cannot be learnt from", async () => {
  const encoder = eyes();
  const sets = annotated(new Rng(1), 6);
  await expect(trainCaptioner(sets, { ...small, encoder })).rejects.toThrow(/5 sets to learn from make no batch of 16/);
  await expect(trainCaptioner([{ ...sets[0], masks: [] }], { ...small, encoder })).rejects.toMatchObject({
    code: "argument",
  });
  await encoder.release();
});
