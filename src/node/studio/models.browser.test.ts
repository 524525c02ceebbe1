/** A person opens a network in the studio, looks at its neurons and sets one. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath } from "../../graph/testing/chromium.ts";
import { assetsFolder } from "../folders.ts";
import { Visitor } from "./testing/visitor.ts";

describe.skipIf(!chromiumPath)("models in the studio (needs Chromium)", () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.arrive();
  });
  afterAll(() => visitor?.leave());

  /** The model as a person brings it: a file of theirs. */
  async function drop(file: string): Promise<Page> {
    const page = await visitor.open("/models");
    await page.getByLabel("Files of a model").setInputFiles(file);
    return page;
  }

  const shares = async (page: Page, column: number) =>
    Promise.all(
      (await page.locator("section[aria-labelledby=clamp] tbody tr").all()).map(async (row) => [
        await row.locator("th").textContent(),
        await row.locator("td").nth(column).textContent(),
      ]),
    );

  it("a dropped file is opened, looked through and kept; a neuron is set and the answer changes", async () => {
    const page = await drop(join(assetsFolder, "scene-network.onnx"));
    await page.getByRole("heading", { name: "scene-network.onnx", level: 1 }).waitFor();
    await page.getByRole("link", { name: /^conv3\/Conv, Conv, 64 × 16 × 16/ }).click();
    expect(new URL(page.url()).searchParams.get("layer")).toBe("conv3/Conv");
    await page.getByRole("radio", { name: "list" }).check();
    await page.getByRole("link", { name: "concepts/Relu" }).click();
    await visitor.judge(page, "model-before");
    await page.getByRole("button", { name: "Rendered scenes" }).click();
    await page.getByText("300 rendered scenes").first().waitFor({ timeout: 120_000 });
    await page.getByRole("searchbox", { name: "Search neurons" }).fill("green");
    await page.getByRole("button", { name: /^concepts\/Relu\s*:3\s*green/ }).waitFor();
    await page.waitForLoadState("networkidle");
    await visitor.judge(page, "model-sheet");

    // What was found outlives the page.
    await page.reload();
    await page.getByRole("button", { name: /^concepts\/Relu\s*:3\s*green/ }).click();
    await page.getByRole("heading", { name: "concepts/Relu:3", level: 1 }).waitFor();
    await page.getByText("Most alike").waitFor();
    await page.getByText("answer is another one for").waitFor();
    await page.getByRole("button", { name: "At its strongest" }).click();
    expect(Number(new URL(page.url()).searchParams.get("set"))).toBeGreaterThan(1);
    await page.getByRole("button", { name: "As it is" }).click();
    await expect.poll(async () => JSON.stringify(await shares(page, 1))).toBe(JSON.stringify(await shares(page, 0)));
    const [[shape]] = await shares(page, 0);
    expect(["circle", "square", "triangle", "cross", "ring", "bar"]).toContain(shape);
    await page.getByRole("button", { name: "Silent" }).click();
    await expect
      .poll(async () => JSON.stringify(await shares(page, 1)))
      .not.toBe(JSON.stringify(await shares(page, 0)));
    await visitor.judge(page, "neuron");
    await page.context().close();
  });

  it("one's own pictures in folders give neurons the names of the folders", async () => {
    const folder = join(visitor.root, "pictures");
    const canvas = await visitor.open("/models");
    for (const [label, colour] of [
      ["red", "#e33"],
      ["green", "#3b3"],
    ]) {
      await mkdir(join(folder, label), { recursive: true });
      for (let i = 0; i < 8; i++) {
        const data = await canvas.evaluate(
          `(() => { const c = document.createElement("canvas"); c.width = c.height = 80; const x = c.getContext("2d");
            x.fillStyle = "#888"; x.fillRect(0, 0, 80, 80); x.fillStyle = "${colour}"; x.fillRect(${5 * i}, 20, 30, 30); return c.toDataURL().split(",")[1]; })()`,
        );
        await writeFile(join(folder, label, `${i}.png`), Buffer.from(String(data), "base64"));
      }
    }
    await writeFile(join(folder, "red", "broken.png"), "no picture");
    await canvas.context().close();

    const page = await drop(join(assetsFolder, "scene-network.onnx"));
    await page.getByLabel("Folder of pictures").setInputFiles(folder);
    await page.getByText("16 pictures").first().waitFor({ timeout: 60_000 });
    await page.getByText("1 could not be read").waitFor();
    await page.goto(`${page.url()}?layer=${encodeURIComponent("conv6/Relu")}&q=red`);
    await page.locator(".facts", { hasText: "red" }).first().waitFor();
    await page.context().close();
  });

  it("what is no model is refused in words, and nothing is kept of it", async () => {
    const broken = join(visitor.root, "broken.onnx");
    await writeFile(broken, "this is no model");
    const page = await drop(broken);
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toMatch(/broken\.onnx/);
    await visitor.judge(page, "model-broken");
    await page.getByRole("link", { name: "Models" }).first().click();
    await page
      .getByLabel("Files of a model")
      .setInputFiles({ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
    await page.getByText("notes.txt is no model").waitFor();
    await page.context().close();
  });

  it("all pages of models can be used on a phone", async () => {
    const phone = { viewport: { width: 390, height: 844 } };
    for (const [label, path, ready] of [
      ["models", "/models", "scene-network"],
      ["model", "/models/scene-network", "Rendered scenes"],
      ["neuron-unseen", "/models/scene-network/conv1%2FRelu:2", "Choose a picture"],
      ["neuron-none", "/models/scene-network/conv1%2FRelu:99", "has units 0 to 23"],
      ["no-model", "/models/none", "There is no model"],
    ]) {
      const page = await visitor.open(path, phone);
      await page.getByText(ready).first().waitFor();
      await visitor.judge(page, `${label}-phone`);
      await page.context().close();
    }
  });

  it("nothing went wrong unseen", () => {
    expect(visitor.troubles).toEqual([]);
  });
});
