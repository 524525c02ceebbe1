import { expect, it } from "vitest";
import { folderLabels, labelsAmong } from "./picture-set.ts";

it("pictures are labelled by their folders, where there are several", () => {
  const labels = folderLabels(["dog/a.png", "cat/b.png", "c.png", "wild/cat/d.png"]);
  expect(labels).toEqual(["dog", "cat", undefined, "wild/cat"]);
  expect(labelsAmong(labels)).toEqual(["cat", "dog", "wild/cat"]);
  expect(folderLabels(["all/a.png", "all/b.png"])).toEqual([undefined, undefined]);
});
