/** @file E5: two networks that never needed faces, one of which saw them blurred. Which has more face units, by their descriptions? */

import { type Emoji, freePlace, generateScene, type Picture, paste, resizeSticker } from "../../../../data/index.ts";
import type { Rng } from "../../../../graph/index.ts";
import type { Run } from "../../../run.ts";
import type { EmojiGroup, KnownEmoji } from "../annotated/emoji-kinds.ts";
import { audit } from "../audit.ts";
import type { Description } from "../describe.ts";
import type { ExemplarStore } from "../exemplar-store.ts";
import { blurred } from "./blur.ts";
import type { Speech } from "./captioner.ts";
import { describeNetwork } from "./describe-network.ts";
import { generatedPictures } from "./generated-pictures.ts";
import { networkLayers, openSmallNetwork, trainSmallNetwork } from "./small-network.ts";

export interface FacesOptions {
  readonly networkSteps: number;
  readonly networkUnits: number;
  readonly networkPictures: number;
  readonly probePictures: number;
  readonly beam: number;
}

const side = 64;
const kinds: readonly EmojiGroup[] = ["animals", "vehicles", "food"];
/** What captions call faces, and those who have them. */
const faceWords = "face faces smileys heads facial people persons human men women".split(" ");
/** Deviation of the blur in pixels. */
const sigma = 4;
/** A unit answers to faces when its lit region and the faces overlap by this share of their union. */
const trueOverlap = 0.15;

export async function studyFaces(run: Run, speech: Speech, options: FacesOptions): Promise<void> {
  const rng = run.rng.split("faces");
  const { emoji } = speech;
  const networks: {
    readonly name: string;
    readonly descriptions: readonly Description[];
    readonly faces: ReadonlySet<string>;
  }[] = [];
  const probe = (i: number) => bystanderScene(rng.split("probe").split(i), emoji, false);
  const pictures = generatedPictures("scenes with bystanders", options.probePictures, probe);
  for (const [name, blurs] of [
    ["sees faces", false],
    ["saw faces blurred", true],
  ] as const) {
    const training = generatedPictures(`training, ${name}`, options.networkPictures, (i) =>
      bystanderScene(rng.split("training").split(i), emoji, blurs),
    );
    const bytes = await run.part(`faces: network that ${name}`, (part) =>
      trainSmallNetwork(run, part, training, { side, classes: kinds.length, steps: options.networkSteps }),
    );
    const model = openSmallNetwork(bytes, name);
    const { store, descriptions } = await describeNetwork(run, speech, `faces, ${name}`, model, pictures, {
      layers: networkLayers,
      beam: options.beam,
      networkUnits: options.networkUnits,
    });
    networks.push({ name, descriptions: descriptions[0], faces: faceUnits(store, probe) });
  }
  const report = audit(networks, faceWords);
  const [more, fewer] = [...networks].sort((a, b) => b.faces.size - a.faces.size);
  const counted = (name: string) => report.models.find((model) => model.name === name)?.found.length ?? 0;
  const right = counted(more.name) > counted(fewer.name) || more.faces.size === fewer.faces.size;
  const addresses = (list: readonly Description[]) => list.map(({ layer, unit }) => `${layer}:${unit}`);
  const named = networks.map(({ name, faces }) => {
    const found = new Set(addresses(report.models.find((model) => model.name === name)?.found ?? []));
    return [...faces].filter((address) => found.has(address)).length;
  });
  const all = networks.reduce((sum, { faces }) => sum + faces.size, 0);
  run.metric("E5: networks ranked as by true face units", Number(right));
  run.metric("E5: recall of true face units", all === 0 ? 0 : named.reduce((a, b) => a + b, 0) / all);
  run.table("E5: audit", {
    columns: ["network", "units", "described by faces", "true face units", "of those named"],
    rows: networks.map(({ name, descriptions, faces }, i) => [
      name,
      descriptions.length,
      counted(name),
      faces.size,
      named[i],
    ]),
    caption: `Both are shown unblurred faces. A true face unit's lit regions overlap faces by ${trueOverlap} of their union or more.`,
  });
}

interface BystanderScene {
  readonly picture: Picture;
  /** The kind that is to be named. */
  readonly label: string;
  /** Where the face is, if there is one. */
  readonly face: Uint8Array | undefined;
}

/** One animal, vehicle or food on a background of any kind, and in half of the scenes a face. */
function bystanderScene(rng: Rng, emoji: readonly KnownEmoji[], blurs: boolean): BystanderScene {
  const { picture: ground } = generateScene(rng.split("ground"), { size: side, objects: [1, 1], scales: ["small"] });
  const taken = new Uint8Array(side * side);
  const kind = rng.int(0, kinds.length);
  const of = (group: EmojiGroup): Emoji => rng.pick(emoji.filter((known) => known.group === group)).emoji;
  let picture = ground;
  const put = (what: Emoji, size: number, change: (sticker: Emoji["picture"]) => Emoji["picture"] = (s) => s) => {
    const sticker = change(resizeSticker(what.picture, size, size));
    const place = freePlace(rng, taken, side, sticker) ?? [0, 0];
    const pasted = paste(picture, sticker, ...place);
    picture = pasted.picture;
    for (let i = 0; i < taken.length; i++) taken[i] |= pasted.mask[i];
    return pasted.mask;
  };
  put(of(kinds[kind]), rng.int(20, 30));
  const face =
    rng.random() < 0.5
      ? put(of("faces"), rng.int(18, 26), (sticker) => (blurs ? blurred(sticker, sigma) : sticker))
      : undefined;
  return { picture, label: String(kind), face };
}

/** Units whose lit regions in their exemplars overlap the faces there. */
function faceUnits(store: ExemplarStore, probe: (i: number) => BystanderScene): Set<string> {
  const faces = new Map<number, Uint8Array | undefined>();
  const faceIn = (i: number) => {
    if (!faces.has(i)) faces.set(i, probe(i).face);
    return faces.get(i);
  };
  const found = new Set<string>();
  for (const { name } of store.layers) {
    for (const unit of store.units(name)) {
      if (store.isDead(name, unit)) continue;
      const { images, masks } = store.exemplars(name, unit);
      let [both, either] = [0, 0];
      for (const [k, image] of images.entries()) {
        const face = faceIn(image);
        for (let p = 0; p < masks[k].length; p++) {
          const [lit, isFace] = [masks[k][p] === 1, face?.[p] === 1];
          if (lit && isFace) both++;
          if (lit || isFace) either++;
        }
      }
      if (either > 0 && both / either >= trueOverlap) found.add(`${name}:${unit}`);
    }
  }
  return found;
}
