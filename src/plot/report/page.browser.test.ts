import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "../../graph/testing/chromium.ts";
import type { NeuronReport } from "../neuron-report.ts";
import { formatHash, parseHash, type ViewState } from "./client/state.ts";
import { renderNeuronReport } from "./render.ts";
import { hostileReport } from "./testing/hostile.ts";
import { syntheticReport } from "./testing/synthetic.ts";

describe.skipIf(!chromiumPath)("the page in a browser (needs Chromium)", () => {
  let folder = "";
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cajal-report-"));
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (report: NeuronReport, state: Partial<ViewState>, use: (page: Page) => Promise<void>) => {
    const file = join(folder, "report.html");
    await writeFile(file, [...renderNeuronReport(report)].join(""));
    const url = `${pathToFileURL(file)}${formatHash({ ...parseHash(""), ...state })}`;
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    await page.goto(url);
    await use(page);
    await page.close();
  };
  // Asked from outside: the page's content security policy forbids it to evaluate what it is told.
  const until = (page: Page, expression: string) =>
    expect.poll(() => page.evaluate(expression), { timeout: 25_000 }).toBe(true);
  // A canvas is painted when it has left its default width of 300 pixels.
  const painted = (scope: string) => `(() => {
    const canvases = [...document.querySelectorAll("${scope} canvas")];
    return canvases.length > 0 && canvases.every((canvas) => canvas.width !== 300);
  })()`;
  const text = (selector: string) => `document.querySelector("${selector}")?.textContent`;
  const count = (selector: string) => `document.querySelectorAll("${selector}").length`;

  it("draws cards, opens a neuron from the URL, and follows the keyboard", async () => {
    await open(syntheticReport(), { layer: "features/fire3/concat", unit: "3" }, async (page) => {
      await until(page, painted("dialog[open]"));
      expect(await page.evaluate(count(".exemplar"))).toBe(15);
      expect(await page.evaluate(text("dialog .command code"))).toBe(
        "cajal edit squeezenet1.1.onnx --clamp features/fire3/concat:3=0 -o edited.onnx",
      );
      await page.keyboard.press("ArrowRight");
      await until(page, `${text("#detail-title")} === "features/fire3/concat:4"`);
      await page.evaluate(`document.querySelector("dialog").close()`);
      await until(page, `!location.hash.includes("unit")`);
      await until(page, `${painted(".sheet")} && ${count(".sparkline")} > 4`);
      expect(await page.evaluate(text("#status"))).toBe("40 neurons shown.");
      await page.keyboard.press("Enter"); // the focus has come back to the neuron's card
      await until(page, `location.hash.includes("unit=4")`);
    });
  });

  it("keeps few of many cards in the document, and finds one by its address", async () => {
    await open(syntheticReport({ layers: 4, unitsPerLayer: 500, exemplars: 5 }), { layer: "" }, async (page) => {
      await until(page, painted(".sheet"));
      expect(await page.evaluate(text("#status"))).toBe("2,000 neurons shown.");
      expect(await page.evaluate(count(".cell"))).toBeLessThan(40);
      await page.keyboard.press("/");
      await page.evaluate(`document.activeElement.value = "features/fire4/concat:321"`);
      await page.keyboard.press("Enter");
      await until(page, `${text("#detail-title")} === "features/fire4/concat:321"`);
    });
  });

  it("says kindly that nothing matches", async () => {
    await open(syntheticReport(), { query: "zebrafish" }, async (page) => {
      await until(page, `${text(".empty h3")} === "No neuron matches"`);
      expect(await page.evaluate(count(".cell"))).toBe(0);
    });
  });

  it("shows hostile names as they are", async () => {
    const report = hostileReport();
    const address = `${report.layers[0]?.name}:0`;
    await open(report, { layer: "", unit: address }, async (page) => {
      await until(page, painted("dialog[open]"));
      expect(await page.evaluate(text("#detail-title"))).toBe(address);
      expect(await page.evaluate(count("img, body script:not([type]) ~ script:not([type])"))).toBe(0);
      expect(await page.evaluate("document.title")).toBe(report.title);
    });
  });
});
