/** @file Scenes for captions: rendered objects, and pasted among them written words and emoji; all that is seen, with masks. */

import {
  anyHand,
  anyWord,
  freePlace,
  generateScene,
  type Picture,
  paste,
  type Rgb,
  resizeSticker,
  type SceneOptions,
  type TransparentPicture,
  writeWord,
} from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import { type Attribute, attributesOf, type Thing } from "./concept.ts";
import type { KnownEmoji } from "./emoji-kinds.ts";

export interface AnnotatedScene {
  readonly picture: Picture;
  readonly size: number;
  /** From back to front, the background first. */
  readonly things: readonly Thing[];
}

export interface AnnotatedSceneOptions {
  /** Side in pixels. Default 128. */
  readonly size?: number;
  /** Emoji that may be pasted; none, and there are none. */
  readonly emoji?: readonly KnownEmoji[];
  /** Most emoji, and most words, in a scene. Defaults 2 and 1. */
  readonly mostEmoji?: number;
  readonly mostWords?: number;
  /** What the rendered objects may be. */
  readonly objects?: Omit<SceneOptions, "size">;
}

/** A thing is forgotten when less of it is left than this share of the picture: nobody would see it. */
const leastSeen = 0.002;

/** Of the picture's side. */
const emojiSides = [0.2, 0.42] as const;
const letterHeights = [0.09, 0.18] as const;

/** Inks that stand out from all backgrounds. */
const inks: readonly Rgb[] = [
  ...([
    [12, 12, 14],
    [250, 250, 250],
    [190, 20, 30],
    [24, 60, 170],
    [10, 90, 50],
    [110, 20, 130],
  ] as const),
];

/** One scene, drawn from `rng`. */
export function annotatedScene(rng: Rng, options: AnnotatedSceneOptions = {}): AnnotatedScene {
  const { size = 128, emoji = [], mostEmoji = 2, mostWords = 1, objects = { objects: [1, 3] } } = options;
  const scene = generateScene(rng.split("objects"), { ...objects, size });
  let { picture } = scene;
  const { owners } = scene;
  const ownedBy = (owner: number) => owners.map((value) => Number(value === owner));
  const things: { readonly attributes: ReadonlySet<Attribute>; readonly mask: Uint8Array }[] = [
    { attributes: new Set<Attribute>([`background:${scene.background}`]), mask: ownedBy(0) },
    ...scene.objects.map((object, k) => ({ attributes: attributesOf(object), mask: ownedBy(k + 1) })),
  ];
  const taken = owners.slice();
  /** @param whole the thing is all of its box, as a written word is, not only its ink */
  const add = (sticker: TransparentPicture, attributes: readonly Attribute[], places: Rng, whole: boolean) => {
    const place = freePlace(places, taken, size, sticker);
    if (place === undefined) return;
    const pasted = paste(picture, sticker, ...place);
    picture = pasted.picture;
    const mask = whole ? boxMask(place, sticker, size) : pasted.mask;
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue;
      taken[i] = 1;
      for (const thing of things) thing.mask[i] = 0;
    }
    things.push({ attributes: new Set(attributes), mask });
  };
  const stickers = rng.split("stickers");
  if (emoji.length > 0) {
    for (let count = stickers.int(0, mostEmoji + 1); count > 0; count--) {
      const { emoji: drawn, group, name } = pickEmoji(stickers, emoji);
      const side = Math.round(size * between(stickers, emojiSides));
      const attributes: Attribute[] = [`group:${group}`, ...(name === undefined ? [] : [`emoji:${name}` as const])];
      add(resizeSticker(drawn.picture, side, side), attributes, stickers, false);
    }
  }
  for (let count = stickers.int(0, mostWords + 1); count > 0; count--) {
    const height = size * between(stickers, letterHeights);
    add(writeWord(anyWord(stickers), height, stickers.pick(inks), anyHand(stickers)), ["text:text"], stickers, true);
  }
  const visible = things.filter(({ mask }) => mask.reduce((sum, value) => sum + value, 0) >= leastSeen * size * size);
  return { picture, size, things: visible };
}

function boxMask([x, y]: readonly [number, number], { width, height }: TransparentPicture, size: number): Uint8Array {
  const mask = new Uint8Array(size * size);
  for (let row = y; row < y + height; row++) mask.fill(1, row * size + x, row * size + x + width);
  return mask;
}

/** A kind first, so that flags and faces, of which there are hundreds, are not most; and those with names twice as often. */
function pickEmoji(rng: Rng, emoji: readonly KnownEmoji[]): KnownEmoji {
  const groups = [...new Set(emoji.map(({ group }) => group))];
  const group = rng.pick(groups);
  const members = emoji.filter((known) => known.group === group);
  const named = members.filter(({ name }) => name !== undefined);
  return named.length > 0 && rng.random() < 0.6 ? rng.pick(named) : rng.pick(members);
}

function between(rng: Rng, [low, high]: readonly [number, number]): number {
  return low + (high - low) * rng.random();
}
