import { expect, it } from "vitest";
import type { Emoji } from "../../../../data/index.ts";
import { Rng } from "../../../../graph/index.ts";
import { annotatedScene } from "./annotated-scene.ts";
import { collect, encodeCollection } from "./collection.ts";
import { type Attribute, conceptMask, conceptName, partOf } from "./concept.ts";
import { degraded } from "./degrade.ts";
import { knownEmoji, namedEmoji } from "./emoji-kinds.ts";
import { ConceptReader, scoreOf } from "./reading.ts";
import { captionOf, vagueShare, wordsOfAttributes } from "./wording.ts";

/** A disc, as an emoji of some name. */
function emoji(name: string, category: string): Emoji {
  const data = new Uint8Array(4 * 64 * 64);
  for (let i = 0; i < 64 * 64; i++)
    if (Math.hypot((i % 64) - 32, Math.floor(i / 64) - 32) < 30) data.set([230, 200, 20, 255], 4 * i);
  return { name, category, keywords: [], picture: { width: 64, height: 64, data } };
}

const known = knownEmoji(
  (
    [
      ["dog face", "nature"],
      ["tulip", "nature"],
      ["grinning face", "people"],
      ["thumbs up sign tone3", "people"],
      ["red apple", "food"],
      ["wine glass", "food"],
      ["germany", "flags"],
      ["office building", "travel"],
      ["racing car", "travel"],
    ] as const
  ).map(([name, category]) => emoji(name, category)),
);

it("emoji are sorted into kinds; what fits no kind is left out", () => {
  expect(known.map(({ emoji: { name }, group }) => [name, group])).toEqual([
    ["dog face", "animals"],
    ["tulip", "plants"],
    ["grinning face", "faces"],
    ["thumbs up sign tone3", "hands"],
    ["red apple", "food"],
    ["germany", "flags"],
    ["office building", "buildings"],
    ["racing car", "vehicles"],
  ]);
  expect([...namedEmoji(known)]).toEqual([
    ["dog", "animals"],
    ["tulip", "plants"],
    ["apple", "food"],
  ]);
});

it("things of a scene never share a pixel, and the background is what is left", () => {
  for (let seed = 0; seed < 12; seed++) {
    const { things, size, picture } = annotatedScene(new Rng(seed), { size: 64, emoji: known });
    const owners = new Uint8Array(size * size);
    for (const { mask } of things) for (let i = 0; i < mask.length; i++) owners[i] += mask[i];
    expect(Math.max(...owners)).toBe(1);
    expect(picture.data.length).toBe(3 * size * size);
    expect(things[0].attributes.size).toBe(1);
  }
});

it("a conjunction lies where a thing has all of it; parts are within or around the thing", () => {
  const size = 32;
  const square = Uint8Array.from({ length: size * size }, (_, i) =>
    Number(i % size >= 8 && i % size < 24 && i >= 8 * size && i < 24 * size),
  );
  const things = [{ attributes: new Set<Attribute>(["colour:red", "shape:square"]), mask: square }];
  const mask = (...attributes: Attribute[]) => conceptMask(things, { attributes, part: "whole" }, size);
  expect(mask("colour:red", "shape:square")).toEqual(square);
  expect(mask("colour:red", "shape:ring").includes(1)).toBe(false);
  const sum = (values: Uint8Array) => values.reduce((a, b) => a + b, 0);
  expect(sum(partOf(square, "top", size))).toBe(16 * 7);
  expect(sum(partOf(square, "right", size))).toBe(16 * 7);
  const edges = partOf(square, "edges", size);
  // One pixel to both sides of the outline.
  expect(sum(edges)).toBe(18 * 18 - 14 * 14);
});

it("what captions say is read back: nothing false, and all of it but for vague ones", () => {
  const reader = new ConceptReader(namedEmoji(known).keys());
  const groupOf = (name: string) => namedEmoji(known).get(name);
  const concepts: Attribute[][] = [
    ...Object.keys(wordsOfAttributes).map((attribute) => [attribute as Attribute]),
    ["emoji:dog"],
    ["colour:red", "shape:circle"],
    ["shape:ring", "scale:small"],
    ["texture:striped", "colour:blue"],
    ["texture:dotted", "shape:bar"],
  ];
  const rng = new Rng(5);
  let [vague, all] = [0, 0];
  for (const attributes of concepts) {
    for (const part of ["whole", "edges", "top"] as const) {
      for (let i = 0; i < 20; i++) {
        const caption = captionOf(rng, { attributes, part }, groupOf);
        const reading = reader.read(caption);
        const score = scoreOf(reading, attributes, groupOf);
        expect([caption, score.said - score.right]).toEqual([caption, 0]);
        all++;
        if (score.named < attributes.length) vague++;
        else expect([caption, reading.part]).toEqual([caption, part]);
      }
    }
  }
  expect(Math.abs(vague / all - vagueShare)).toBeLessThan(0.03);
});

it("a degraded mask is blobs near the concept; the same seed gives the same", () => {
  const size = 64;
  const mask = Uint8Array.from({ length: size * size }, (_, i) =>
    Number(Math.hypot((i % size) - 30, i / size - 30) < 14),
  );
  let [inside, lit] = [0, 0];
  for (let seed = 0; seed < 40; seed++) {
    const result = degraded(new Rng(seed), mask, size);
    expect(degraded(new Rng(seed), mask, size)).toEqual(result);
    for (let i = 0; i < mask.length; i++) {
      lit += result[i];
      inside += result[i] * mask[i];
    }
  }
  expect(inside / lit).toBeGreaterThan(0.7);
});

it("a collection is the same again from its seed, fills every exemplar, and keeps out what is held out", async () => {
  const options = {
    rng: new Rng(9),
    sets: 12,
    scenes: 60,
    emoji: known,
    scene: { size: 48 },
    exclude: ({ attributes }: { attributes: readonly Attribute[] }) => attributes.length > 1,
  };
  const [a, b] = [await collect(options), await collect({ ...options, rng: new Rng(9) })];
  expect(a.concepts.map(conceptName)).toEqual(b.concepts.map(conceptName));
  expect(a.captions).toEqual(b.captions);
  expect(a.concepts.every(({ attributes }) => attributes.length === 1)).toBe(true);
  // An encoder that says of a region how much is lit, and its first pixel.
  const encoder = {
    features: 2,
    encode: async (pieces: readonly { picture: { data: Uint8Array }; masks: readonly Uint8Array[] }[]) =>
      Float32Array.from(
        pieces.flatMap(({ picture, masks }) =>
          masks.flatMap((mask) => [mask.reduce((x, y) => x + y, 0), picture.data[0]]),
        ),
      ),
  };
  const [first, second] = [await encodeCollection(a, encoder), await encodeCollection(b, encoder)];
  expect(first.shape).toEqual([12, 15, 2]);
  expect(first.data).toEqual(second.data);
  const lit = first.numbers().filter((_, i) => i % 2 === 0);
  expect(lit.filter((value) => value > 0).length).toBeGreaterThan(0.95 * lit.length);
});
