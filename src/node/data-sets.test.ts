import { describe, expect, it } from "vitest";
import { loadCaptionWords } from "../data/index.ts";
import { loadFairEval } from "../methods/sequence/wide-deep-evaluator/index.ts";
import { openImages, openPictures, openText } from "./data-sets.ts";
import { dataSource } from "./data-source.ts";
import { dataSets, verifyData } from "./data-status.ts";
import { silent } from "./progress.ts";
import { mirrored } from "./testing/mirror.ts";

const present = ["mnist", "fashion-mnist", "tinyshakespeare"].every((name) => mirrored(name) !== undefined);

describe.skipIf(!present)("from the mirror (CAJAL_MIRROR)", () => {
  it.each([
    ["fashion-mnist", 20_000, "Ankle boot"],
    ["mnist", 60_000, "5"],
  ])("%s has its images, in their order", async (name, count, first) => {
    const train = await openImages(name, "train");
    expect([train.images.shape, train.images.dtype]).toEqual([[count, 28, 28], "uint8"]);
    expect(train.classes[train.labels.numbers()[0]]).toBe(first);
    const test = await openImages(name, "test");
    expect([test.images.shape[0], test.labels.shape]).toEqual([10_000, [10_000]]);
    const pictures = await openPictures(name);
    expect([pictures.length, pictures.labels.length]).toEqual([10_000, 10]);
  });

  it("tinyshakespeare is its text", async () => {
    const text = await openText("tinyshakespeare");
    expect([text.length, new Set(text).size, text.slice(0, 14)]).toEqual([1_115_394, 65, "First Citizen:"]);
  });
});

it.skipIf(mirrored("cifar10") === undefined)("cifar10 has its splits as tensors, from several files", async () => {
  const train = await openImages("cifar10", "train");
  expect([train.images.shape, train.labels.shape]).toEqual([[10_000, 3, 32, 32], [10_000]]);
  const test = await openImages("cifar10", "test");
  const perClass = new Map<number, number>();
  for (const label of test.labels.numbers()) perClass.set(label, (perClass.get(label) ?? 0) + 1);
  expect([...perClass.values()]).toEqual(Array.from({ length: 10 }, () => 200));
});

it.skipIf(mirrored("faireval") === undefined)("faireval has 80 pairs with people's verdicts", async () => {
  const pairs = await loadFairEval(dataSource());
  const count = (verdict: 1 | 2 | "tie") => pairs.filter(({ human }) => human === verdict).length;
  expect([pairs.length, count(1), count(2), count("tie")]).toEqual([80, 41, 25, 14]);
  expect(pairs[0]).toMatchObject({
    id: "faireval/1",
    question: "How can I improve my time management skills?",
    human: 1,
  });
  expect(pairs[0].answer1).toMatch(/^Here are some tips/);
  expect(pairs.every(({ answer1, answer2 }) => answer1 !== answer2)).toBe(true);
});

it("what ships with the package is as the registry says", async () => {
  const [status] = (await dataSets()).filter(({ name }) => name === "built-in-captioner");
  expect([status.here, status.files]).toEqual([2, 2]);
  const [check] = await verifyData(["built-in-captioner"], silent);
  expect(check).toMatchObject({ intact: 2, absent: 0, damaged: [] });
});

it("what is of another kind says so", async () => {
  await expect(openText("mnist")).rejects.toMatchObject({ code: "no-data" });
  await expect(openImages("photos-caltech101", "test")).rejects.toThrow(/no images as tensors/);
  await expect(openPictures("tinyshakespeare")).rejects.toThrow(/text, not of pictures/);
});

it.skipIf(mirrored("multi30k") === undefined)("multi30k has as many lines in both languages", async () => {
  const [english, german] = await Promise.all(
    (["en", "de"] as const).map((language) => loadCaptionWords(dataSource(), { language, split: "val" })),
  );
  expect([english.length, german.length]).toEqual([1014, 1014]);
  expect(english[0].slice(0, 4)).toEqual(["a", "group", "of", "men"]);
});
