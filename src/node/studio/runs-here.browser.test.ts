/** Experiments that run in the visitor's own browser: the same findings as on the server, and nothing lost when the page is closed. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, softwareWebGpu } from "../../graph/testing/chromium.ts";
import { loadMethod } from "../../methods/index.ts";
import { mirrored } from "../testing/mirror.ts";
import { Visitor } from "./testing/visitor.ts";

const isHere = chromiumPath && mirrored("mnist") !== undefined;

describe.skipIf(!isHere)("runs in the visitor's browser (needs Chromium and the data mirror)", () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.arrive({}, softwareWebGpu);
  });
  afterAll(() => visitor?.leave());

  it("finds there what is found on the server", async () => {
    const method = await loadMethod("active-dendrites");
    const runs = new URL("/api/runs", visitor.studio.url);
    const body = JSON.stringify({ method: method.slug, options: method.quick, seed: 2 });
    const { id } = await (await fetch(runs, { method: "POST", body })).json();
    await (await fetch(`${runs}/${id}/events`)).text();
    const { metrics } = await (await fetch(`${runs}/${id}`)).json();

    const page = await visitor.open(`/methods/${method.slug}?where=here&seed=2`);
    await page.getByRole("button", { name: "Quick run" }).click();
    await page.getByText("finished").waitFor({ timeout: 120_000 });
    await page.getByRole("link", { name: "Runs", exact: true }).first().click();
    const boxes = page.getByRole("checkbox", { name: /^Compare/ });
    await boxes.nth(1).waitFor();
    for (const box of await boxes.all()) await box.check();
    await page.getByRole("link", { name: "Compare 2 runs" }).click();
    await page.getByRole("heading", { name: "Metrics" }).waitFor();
    const rows = await page.locator("section[aria-labelledby=metrics] tbody tr").all();
    expect(rows).toHaveLength(metrics.length);
    for (const row of rows) {
      const [first, second] = await row.locator("td").allTextContents();
      expect(second, (await row.locator("th").textContent()) ?? "").toBe(first);
    }
    expect(visitor.troubles).toEqual([]);
    await page.context().close();
  });

  it("runs on the graphics card where there is one", async () => {
    const page = await visitor.open("/methods/active-dendrites?seed=2");
    await page.getByRole("radio", { name: "on its graphics card" }).check();
    await page.getByRole("button", { name: "Quick run" }).click();
    await page.getByText("finished").waitFor({ timeout: 120_000 });
    await page.getByText("WebGPU").first().waitFor();
    await page.getByRole("heading", { name: "Figures" }).waitFor();
    expect(visitor.troubles).toEqual([]);
    await page.context().close();
  });

  it("goes on where it was when its page was closed", async () => {
    const page = await visitor.open("/methods/learned-delays?where=here");
    await page.getByRole("button", { name: "Quick run" }).click();
    await page.waitForURL(/\/runs\/here-learned-delays-/);
    const address = page.url().replace(/\?.*/, "");
    // Some of it is kept by now.
    await page
      .getByText(/: [\d,]+ of [\d,]+ /)
      .first()
      .waitFor();
    await page.waitForTimeout(1500);
    const context = page.context();
    await page.close();
    const again = await visitor.openIn(context, address);
    await again.getByText("interrupted").waitFor();
    await again.getByRole("button", { name: "Resume" }).click();
    await again.getByText("finished").waitFor({ timeout: 120_000 });
    await again.getByRole("heading", { name: "Figures" }).waitFor();
    await visitor.judge(again, "run-here");
    again.on("dialog", (dialog) => dialog.accept());
    await again.getByRole("button", { name: "Delete" }).click();
    await again.getByRole("heading", { name: "Runs", level: 1 }).waitFor();
    expect(await again.getByRole("link", { name: "learned-delays" }).count()).toBe(0);
    expect(visitor.troubles).toEqual([]);
    await context.close();
  });
});
