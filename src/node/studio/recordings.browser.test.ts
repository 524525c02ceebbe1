/** A person opens recordings in the studio: traces, spikes, a long one; and what is none. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeNpy, encodeNpz } from "../../data/index.ts";
import { Rng, Tensor } from "../../graph/index.ts";
import { chromiumPath } from "../../graph/testing/chromium.ts";
import { Visitor } from "./testing/visitor.ts";

describe.skipIf(!chromiumPath)("recordings in the studio (needs Chromium)", () => {
  let visitor: Visitor;
  beforeAll(async () => {
    visitor = await Visitor.arrive();
  });
  afterAll(() => visitor?.leave());

  async function drop(name: string, contents: string | Uint8Array): Promise<Page> {
    const file = join(visitor.root, name);
    await writeFile(file, contents);
    const page = await visitor.open("/recordings");
    await page.getByLabel("Files of a recording").setInputFiles(file);
    return page;
  }

  /** The address follows a little later where much changes at once. */
  const inAddress = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

  /** Two groups of neurons, each with a rhythm of its own. */
  const twoGroups = () => {
    const rows = Array.from({ length: 400 }, (_, t) => [
      t / 10,
      ...Array.from({ length: 8 }, (_, n) => Math.sin(t / (n < 4 ? 5 : 13)) + 0.1 * Math.cos(n * t)),
    ]);
    return ["time,a1,a2,a3,a4,b1,b2,b3,b4", ...rows.map((row) => row.map((v) => v.toFixed(4)).join(","))].join("\n");
  };

  it("shows activity, traces and the connectome of a table; the view is in the address and outlives a reload", async () => {
    const page = await drop("worm.csv", twoGroups());
    await page.getByText("8 neurons, 400 samples: 40 s at 10 per second").waitFor();
    await page.getByText("colours are the 2 communities").waitFor();
    await page.getByRole("radio", { name: "by likeness" }).check();
    await page.getByRole("button", { name: "The first six" }).click();
    await page.getByRole("img", { name: /^Trace of b2/ }).waitFor();
    await page.getByRole("button", { name: "Closer" }).click();
    await expect.poll(() => inAddress(page, "from")).toBe("100");
    await page.getByRole("group", { name: /^Activity of 8 neurons/ }).press("ArrowRight");
    await expect.poll(() => inAddress(page, "from")).toBe("140");
    await page.reload();
    await page.getByRole("img", { name: /^Trace of b2/ }).waitFor();
    // As recorded, the last neuron is the one at the bottom.
    await page.getByRole("radio", { name: "as recorded" }).check();
    const box = await page.locator(".field canvas").boundingBox();
    if (box) await page.mouse.click(box.x + 50, box.y + box.height - 3);
    await page.getByRole("img", { name: /^Trace of b4/ }).waitFor();
    await expect.poll(() => inAddress(page, "neurons")).toBe("0,1,2,3,4,5,7");
    await page.getByRole("radio", { name: "by likeness" }).check();
    await visitor.judge(page, "recording");
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.judge(page, "recording-phone");
    await page.context().close();
  });

  it("takes times and units of spikes for a raster", async () => {
    const spikes = Array.from({ length: 600 }, (_, i) => [((i * 7919) % 10_000) / 1000, i % 5]);
    const page = await drop("spikes.csv", ["time,unit", ...spikes.map((row) => row.join(","))].join("\n"));
    await page.getByText("5 neurons").waitFor();
    await page.context().close();
    const npz = await drop(
      "spikes.npz",
      encodeNpz({
        times: Tensor.of(
          spikes.map(([t]) => t),
          [600],
          "float64",
        ),
        units: Tensor.of(
          spikes.map(([, u]) => u),
          [600],
          "int32",
        ),
      }),
    );
    await npz.getByText("5 neurons").waitFor();
    await npz.context().close();
  });

  it("moves through a thousand neurons and an hour without waiting", async () => {
    const traces = new Rng(1).normal([1000, 18_000]);
    const page = await drop("hour.npy", encodeNpy(traces));
    await page.getByText("1,000 neurons, 18,000 samples").waitFor({ timeout: 60_000 });
    await page.getByText(/communit(y|ies) \(Louvain\)/).waitFor({ timeout: 120_000 });
    await page.getByRole("button", { name: "Closer" }).click();
    const field = page.getByRole("group", { name: /^Activity of 1000 neurons/ });
    const frames = await page.evaluate(`new Promise((resolve) => {
      const field = document.querySelector(".field");
      const times = [];
      let last = performance.now();
      const step = () => {
        const now = performance.now();
        times.push(now - last);
        last = now;
        field.dispatchEvent(new KeyboardEvent("keydown", { key: times.length % 2 ? "ArrowRight" : "ArrowLeft", bubbles: true, cancelable: true }));
        if (times.length < 60) requestAnimationFrame(step);
        else resolve(times.slice(5).sort((a, b) => a - b));
      };
      requestAnimationFrame(step);
    })`);
    const sorted = frames as number[];
    console.log(`frames while moving: median ${sorted[27].toFixed(0)} ms, longest ${sorted.at(-1)?.toFixed(0)} ms`);
    await field.waitFor();
    await page.context().close();
  });

  it("what is no recording is refused in words", async () => {
    for (const [name, contents, words] of [
      ["notes.csv", "time,a\n0,1\n1,hello\n", "hello"],
      ["broken.nwb", "no HDF5", "broken.nwb"],
      ["broken.npz", "no zip", "broken.npz"],
      ["broken.csv.gz", "no gzip", "broken.csv.gz"],
    ]) {
      const page = await drop(name, contents);
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").textContent()).toContain(words);
      await page.context().close();
    }
    const page = await visitor.open("/recordings/none.csv");
    await page.getByText("none.csv is not kept in this browser.").waitFor();
    await visitor.judge(page, "no-recording");
    await page.context().close();
  });

  it("nothing went wrong unseen", () => {
    expect(visitor.troubles).toEqual([]);
  });
});
