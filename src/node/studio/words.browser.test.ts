/** A person has neurons put into words in the studio: the words of `cajal describe`. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenePictures } from "../../data/index.ts";
import { chromiumPath } from "../../graph/testing/chromium.ts";
import { describe as describeNetwork } from "../describe.ts";
import { assetsFolder } from "../folders.ts";
import { silent } from "../progress.ts";
import { Visitor } from "./testing/visitor.ts";

const model = join(assetsFolder, "scene-network.onnx");
const layer = "concepts/Relu";
const long = { timeout: 120_000 };

describe.skipIf(!chromiumPath)("neurons in words in the studio (needs Chromium)", () => {
  let visitor: Visitor;
  let pictures = "";
  beforeAll(async () => {
    visitor = await Visitor.arrive();
    pictures = join(visitor.root, "pictures");
    await mkdir(pictures);
    const scenes = scenePictures(7, 30);
    for (let i = 0; i < scenes.length; i++) {
      const { picture } = await scenes.get(i, 64, 64);
      const file = join(pictures, `${String(i).padStart(2, "0")}.png`);
      await sharp(picture.data, { raw: { width: 64, height: 64, channels: 3 } }).toFile(file);
    }
  });
  afterAll(() => visitor?.leave());

  /** The layer's neurons after `pictures` were looked at. */
  async function look(files: string | string[], label = "Folder of pictures"): Promise<Page> {
    const page = await visitor.open(`/models/scene-network?as=list&layer=${encodeURIComponent(layer)}`);
    await page.getByLabel(/only through/).check();
    await page.getByLabel(label, { exact: true }).setInputFiles(files);
    await page.getByRole("searchbox", { name: "Search neurons" }).waitFor(long);
    return page;
  }

  const put = (page: Page) => page.getByRole("button", { name: /^Put .* into words$/ });

  it("a neuron by itself, a layer when asked; searched, kept, and the same as the command says", async () => {
    const page = await look(pictures);
    await visitor.judge(page, "words-before");
    await page.getByRole("button", { name: /^concepts\/Relu\s*:3/ }).click();
    await page.locator(".described").waitFor(long);
    await page.getByText("It knows the words of rendered scenes and some 200 of photographs, and no other.").waitFor();
    await page.getByText("answer is another one for").waitFor(long);
    await visitor.judge(page, "words-neuron");
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.judge(page, "words-neuron-phone");
    await page.setViewportSize({ width: 1200, height: 900 });
    await page.goBack();

    await put(page).click();
    await page.getByText(/: (looking at regions|putting into words), [\d,]+ of/).waitFor(long);
    await visitor.judge(page, "words-going");
    await page.getByText("In words of the built-in captioner.").waitFor(long);
    await page.reload();
    await page.getByText("In words of the built-in captioner.").waitFor(long);
    const said = new Map(
      (await page.evaluate(
        `new Promise((resolve) => { const open = indexedDB.open("cajal-words"); open.onsuccess = () => {
          const get = open.result.transaction("words").objectStore("words").get("scene-network");
          get.onsuccess = () => resolve([...get.result.said].map(([address, description]) => [address, description?.text])); }; })`,
      )) as [string, string | undefined][],
    );
    const { report } = await describeNetwork({
      model,
      data: pictures,
      layers: [layer],
      output: join(visitor.root, "report.html"),
      captioner: "built-in",
      command: "",
      progress: silent,
      signal: new AbortController().signal,
    });
    const { neurons } = report.layers[0];
    const live = neurons.filter(({ dead }) => !dead);
    expect(Object.fromEntries(said)).toEqual(
      Object.fromEntries(live.map(({ unit, description }) => [`${layer}:${unit}`, description?.text])),
    );

    const word = live[0].description?.text ?? "";
    await page.getByRole("searchbox", { name: "Search neurons" }).fill(word);
    await page.locator(".said", { hasText: word }).first().waitFor();
    await visitor.judge(page, "words-sheet");
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.judge(page, "words-sheet-phone");
    await page.context().close();
  });

  it("a layer is stopped by the same button, and can be taken up again", async () => {
    const page = await look(pictures);
    await put(page).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("progressbar").waitFor();
    await page.keyboard.press("Enter");
    await put(page).waitFor(long);
    expect(await page.locator(":focus").textContent()).toMatch(/^\s*Put 3\d neurons into words\s*$/);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.context().close();
  });

  it("what is missing is said: pictures, the captioner's files", async () => {
    const few = Array.from({ length: 5 }, (_, i) => join(pictures, `0${i}.png`));
    const page = await look(few, "Pictures");
    await put(page).click();
    await page.getByText("5 pictures are too few to tell what a unit looks for").waitFor(long);
    await visitor.judge(page, "words-few");
    await page.context().close();

    const other = await look(pictures);
    const error = { code: "file-missing", message: "captioner.safetensors is not there", advice: "Install it again." };
    await other.route("**/api/data/built-in-captioner/**", (route) =>
      route.fulfill({ status: 404, contentType: "application/json", body: JSON.stringify({ error }) }),
    );
    await put(other).click();
    await other.getByRole("alert").getByText("captioner.safetensors is not there").waitFor(long);
    await other.getByText("Install it again.").waitFor();
    await other.unroute("**/api/data/built-in-captioner/**");
    await put(other).click();
    await other.getByText("In words of the built-in captioner.").waitFor(long);
    await other.context().close();
  });

  it("nothing went wrong unseen", () => {
    expect(visitor.troubles.filter((text) => !/404/.test(text))).toEqual([]);
  });
});
