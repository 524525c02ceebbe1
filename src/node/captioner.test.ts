import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { cifar10Pictures, type Picture, scenePictures, stretchPicture } from "../data/index.ts";
import { type ExemplarSet, photoWords } from "../methods/interpret/milan/index.ts";
import { things } from "../methods/interpret/milan/photographs/things.ts";
import { builtinCaptioner } from "./captioner.ts";
import { readPicture } from "./pictures.ts";
import { mirrored } from "./testing/mirror.ts";

vi.setConfig({ testTimeout: 120_000 });

const captioner = await builtinCaptioner();
const [height, width] = captioner.size;
afterAll(() => captioner.release());

/** Pictures as a unit's exemplars, lit in the middle. */
function setOf(pictures: readonly Picture[]): ExemplarSet {
  const mask = Uint8Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [Math.floor(i / width) / height, (i % width) / width];
    return Math.abs(x - 0.5) < 0.35 && Math.abs(y - 0.5) < 0.35 ? 1 : 0;
  });
  return { pictures, masks: pictures.map(() => mask) };
}

/** What is said of each set: the most particular, as `describe` ranks. */
async function said(sets: readonly ExemplarSet[]): Promise<string[]> {
  const candidates = await captioner.candidates(sets, 50);
  const priors = await Promise.all(candidates.map((list) => captioner.logPrior(list.map(({ text }) => text))));
  return candidates.map((list, i) => {
    const information = list.map(({ logp }, k) => logp - 0.2 * priors[i][k]);
    return list[information.indexOf(Math.max(...information))].text;
  });
}

it("puts rendered scenes into the words of scenes", async () => {
  const scenes = scenePictures(3, 45);
  const pictures = await Promise.all(
    Array.from({ length: 45 }, async (_, i) => stretchPicture((await scenes.get(i, 64, 64)).picture, height, width)),
  );
  const candidates = await captioner.candidates(
    [0, 15, 30].map((from) => setOf(pictures.slice(from, from + 15))),
    50,
  );
  const ofPhotographs = new Set(photoWords);
  for (const list of candidates) {
    expect(list.length).toBe(50);
    expect(list.filter(({ text }) => ofPhotographs.has(text)).length).toBeLessThan(5);
  }
});

const photographs = mirrored("photos-caltech101/index.json");

describe.skipIf(photographs === undefined)("photographs", () => {
  // No estimate for other photographs: the captioner's constants and words were chosen with these in view.
  it("are named for what people say is on them: 36 kinds of objects, four pictures of each", async () => {
    const folder = join(photographs as string, "..");
    const listed: { file: string; label: string; imagenet?: number[] }[] = JSON.parse(
      readFileSync(photographs as string, "utf8"),
    );
    const names = [...new Set(listed.map(({ label }) => label))];
    const kinds = new Map(names.map((name) => [name, listed.filter(({ label }) => label === name)]));
    const sets = await Promise.all(
      names.map(async (name) =>
        setOf(
          await Promise.all((kinds.get(name) ?? []).map(({ file }) => readPicture(join(folder, file), height, width))),
        ),
      ),
    );
    const words = await said(sets);
    const classesOf = new Map(things.map(({ word, classes }) => [word, classes]));
    const right = names.filter((name, i) => {
      const wanted = kinds.get(name)?.[0].imagenet ?? [];
      return classesOf.get(words[i])?.some((c) => wanted.includes(c));
    });
    expect(right.length).toBeGreaterThanOrEqual(30);
  });
});

const cifar = mirrored("cifar10/data_batch_1.first4000.bin.gz");

it.skipIf(cifar === undefined)("small photographs are photographs too", async () => {
  const { gunzipSync } = await import("node:zlib");
  const pictures = cifar10Pictures("cifar10", gunzipSync(readFileSync(cifar as string)));
  const shown = await Promise.all(
    Array.from({ length: 150 }, async (_, i) => stretchPicture((await pictures.get(i, 32, 32)).picture, height, width)),
  );
  const sets = Array.from({ length: 10 }, (_, i) => setOf(shown.slice(15 * i, 15 * i + 15)));
  const ofPhotographs = new Set(photoWords);
  for (const word of await said(sets)) expect(ofPhotographs.has(word)).toBe(true);
});
