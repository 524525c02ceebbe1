/** A person opens a language model in the studio, finds a neuron, sets it and lets the text go on. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath } from "../../graph/testing/chromium.ts";
import { locateModel } from "../data-sets.ts";
import { open } from "../open.ts";
import { mirrored } from "../testing/mirror.ts";
import { Visitor } from "./testing/visitor.ts";

const isHere = chromiumPath && mirrored("stories260K") !== undefined;

describe.skipIf(!isHere)("language models in the studio (needs Chromium and the data mirror)", () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.arrive();
  });
  afterAll(() => visitor?.leave());

  it("says which neurons fire, what they stand for, and writes as the command does", async () => {
    const page = await visitor.open("/models");
    await page.getByRole("link", { name: "stories260K" }).click();
    await page.getByRole("group", { name: "Tokens" }).waitFor();
    await page.getByLabel("Text", { exact: true }).fill("Tom saw a big dog");
    await page.getByLabel("Text", { exact: true }).blur();
    await page.getByRole("group", { name: "Tokens" }).getByRole("button").nth(4).click();
    expect(new URL(page.url()).searchParams.get("prompt")).toBe("Tom saw a big dog");
    await page.locator(".fired button").first().click();
    await page.getByRole("rowheader", { name: "promotes" }).waitFor();
    await page.getByRole("searchbox", { name: "A word" }).fill("mom");
    await page.getByRole("searchbox", { name: "A word" }).blur();
    await page.getByText("promotes").first().waitFor();
    await page.getByRole("button", { name: "Silent" }).click();
    await page.getByRole("spinbutton", { name: "tokens" }).fill("24");
    await page.getByRole("spinbutton", { name: "tokens" }).blur();
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor({ timeout: 60_000 });

    const [set] = (new URL(page.url()).searchParams.get("set") ?? "").split("=");
    const [layer, unit] = set.split(":");
    const model = await open(await locateModel("stories260K"), { reads: "text" });
    const write = async (from: typeof model) => {
      let text = "Tom saw a big dog";
      for await (const piece of from.generate(text, { tokens: 24, temperature: 0 })) text += piece.text;
      return text;
    };
    const shown = page.locator("section[aria-labelledby=writing] .text");
    expect(await shown.nth(0).textContent()).toBe(await write(model));
    expect(await shown.nth(1).textContent()).toBe(
      await write(model.edit({ [layer]: { units: [Number(unit)], set: 0 } })),
    );
    await visitor.judge(page, "text-model");
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.judge(page, "text-model-phone");
    expect(visitor.troubles).toEqual([]);
  });
});
