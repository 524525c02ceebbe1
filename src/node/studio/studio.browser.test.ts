/** Walks through the studio as a person would. Screenshots of every page, light and dark, go to the folder that CAJAL_SHOTS names. */

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath } from "../../graph/testing/chromium.ts";
import { loadMethod } from "../../methods/index.ts";
import { mirrored } from "../testing/mirror.ts";
import { Visitor } from "./testing/visitor.ts";

const pages = fileURLToPath(new URL("../../../dist/studio/", import.meta.url));

describe.skipIf(!chromiumPath)("the studio in a browser (needs Chromium)", () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.arrive();
  });
  afterAll(() => visitor?.leave());
  const open = (...args: Parameters<Visitor["open"]>) => visitor.open(...args);
  const judge = (...args: Parameters<Visitor["judge"]>) => visitor.judge(...args);

  it("all pages can be used by everyone, light and dark, also on a phone", async () => {
    for (const [name, viewport] of [
      ["wide", { width: 1200, height: 900 }],
      ["phone", { width: 390, height: 844 }],
    ] as const) {
      for (const [label, path, ready] of [
        ["methods", "/methods", "granet"],
        ["method", "/methods/granet", "Results"],
        ["runs", "/runs", "No runs yet."],
        ["nothing", "/nowhere", "There is nothing at this address."],
        ["no-run", "/runs/none", "There is no such run."],
        ["no-method", "/methods/none", "no method is named"],
      ]) {
        const page = await open(path, { viewport });
        await page.getByText(ready).first().waitFor();
        await page.waitForLoadState("networkidle");
        await judge(page, `${label}-${name}`);
        await page.close();
      }
    }
    // What is not there is said by the server with 404, which the browser notes.
    expect(visitor.troubles.filter((text) => !/\/none: .*404/.test(text))).toEqual([]);
  });

  it("a search is in the address, and a link goes on without loading the page anew", async () => {
    const page = await open("/methods?search=pruning");
    await page.getByRole("link", { name: "granet" }).waitFor();
    expect(await page.getByRole("link", { name: "learned-delays" }).count()).toBe(0);
    await page.getByRole("searchbox").fill("zzz");
    await page.getByText("No method is about “zzz”.").waitFor();
    expect(page.url()).toContain("search=zzz");
    await page.getByRole("button", { name: "Show all" }).click();
    await page.evaluate("window.isSame = true");
    await page.getByRole("link", { name: "granet" }).click();
    await page.getByRole("heading", { name: "granet", level: 1 }).waitFor();
    expect(await page.evaluate("window.isSame")).toBe(true);
    await page.getByLabel("epochs").fill("7");
    await page.getByLabel("epochs").blur();
    expect(new URL(page.url()).searchParams.get("options")).toBe('{"epochs":7}');
    await page.reload();
    expect(await page.getByLabel("epochs").inputValue()).toBe("7");
    await page.goBack();
    await page.getByRole("heading", { name: "Methods", level: 1 }).waitFor();
    await page.close();
  });

  it("the first paint is soon, and the app small", async () => {
    const page = await open("/methods");
    await page.getByText("granet").first().waitFor();
    const paint = Number(await page.evaluate(`performance.getEntriesByName("first-contentful-paint")[0].startTime`));
    const names = (await readdir(join(pages, "assets"))).filter((name) => name.startsWith("index-"));
    const sizes = await Promise.all(
      names.map(async (name) => gzipSync(await readFile(join(pages, "assets", name))).length),
    );
    const size = sizes.reduce((a, b) => a + b, 0);
    console.log(`first paint after ${paint.toFixed(0)} ms, ${(size / 1000).toFixed(0)} kB gzipped`);
    expect(size).toBeLessThan(300_000);
    await page.close();
  });

  it.skipIf(mirrored("mnist") === undefined)(
    "a run is begun, watched by many, cancelled, resumed and deleted",
    async () => {
      const page = await open("/methods/active-dendrites");
      await page.getByRole("button", { name: "Quick run" }).click();
      await page.waitForURL(/\/runs\/active-dendrites-/);
      await page.getByText("running").waitFor();
      const watchers = await Promise.all(
        Array.from({ length: 50 }, () =>
          fetch(new URL(page.url().replace("/runs/", "/api/runs/")).href.concat("/events")),
        ),
      );
      await page.getByText("finished").waitFor({ timeout: 120_000 });
      const told = await Promise.all(watchers.map((response) => response.text()));
      for (const text of told) expect(text).toContain('"state":"finished"');
      await page.waitForLoadState("networkidle");
      await judge(page, "run-wide");
      await page.setViewportSize({ width: 390, height: 844 });
      await judge(page, "run-phone");
      await page.setViewportSize({ width: 1200, height: 900 });
      await page.reload();
      await page.getByText("finished").waitFor();
      page.on("dialog", (dialog) => dialog.accept());
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByText("No runs yet.").waitFor();

      await page.goto(new URL("/methods/active-dendrites", visitor.studio.url).href);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.waitForURL(/\/runs\/active-dendrites-/);
      await page.getByRole("progressbar").waitFor();
      await page
        .getByText(/: [\d,]+ of [\d,]+ /)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("interrupted").waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByText("running").waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("interrupted").waitFor({ timeout: 60_000 });
      expect(visitor.troubles.filter((text) => !/404/.test(text))).toEqual([]);
      await page.close();
    },
  );

  it.skipIf(mirrored("mnist") === undefined)("two runs are marked and compared", async () => {
    const method = await loadMethod("active-dendrites");
    const base = new URL("/api/runs", visitor.studio.url);
    for (const seed of [5, 6]) {
      const body = JSON.stringify({ method: method.slug, options: { ...method.quick, patterns: 40 * seed }, seed });
      const { id } = await (await fetch(base, { method: "POST", body })).json();
      await (await fetch(`${base}/${id}/events`)).text();
    }
    const page = await open("/runs");
    const boxes = page.getByRole("checkbox", { name: /^Compare/ });
    await boxes.nth(1).waitFor();
    for (const box of await boxes.all()) await box.check();
    await page.getByRole("link", { name: /^Compare \d+ runs/ }).click();
    await page.getByRole("heading", { name: "Metrics" }).waitFor();
    await page.getByRole("rowheader", { name: "patterns", exact: true }).waitFor();
    await judge(page, "compare");
    await page.setViewportSize({ width: 390, height: 844 });
    await judge(page, "compare-phone");
    await page.context().close();
  });
});
