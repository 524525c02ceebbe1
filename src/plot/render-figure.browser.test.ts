import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "../graph/testing/chromium.ts";
import { themes } from "./drawing/theme.ts";
import { renderFigure } from "./render-figure.ts";
import { renderRunReport } from "./run-report/render.ts";
import { sampleRun } from "./run-report/testing/sample.ts";
import { testDocument } from "./testing/document.ts";
import { samples } from "./testing/samples.ts";

/** In the page: for every text its box and its group's name; for the plot areas the frame that axes leave. */
const READ_TEXTS = `[...document.querySelectorAll("svg text")].map((text) => {
  const { left, right, top, bottom } = text.getBoundingClientRect();
  return { text: text.textContent, group: text.closest("[aria-label]")?.getAttribute("aria-label") ?? "", left, right, top, bottom };
})`;

interface Box {
  readonly text: string;
  readonly group: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

describe.skipIf(!chromiumPath)("figures in a browser (needs Chromium)", () => {
  let folder = "";
  let browser: Browser;
  const document = testDocument();
  const inNode = Object.fromEntries(
    Object.entries(samples).map(([name, figure]) => [name, renderFigure(figure, { document })]),
  );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cajal-figures-"));
    browser = await launchChromium();
    await build({
      entryPoints: [fileURLToPath(new URL("testing/page.ts", import.meta.url))],
      outfile: join(folder, "page.js"),
      bundle: true,
      format: "iife",
      platform: "browser",
      logLevel: "error",
      alias: { "#runtime": fileURLToPath(new URL("../graph/runtime/web.ts", import.meta.url)) },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (html: string, options: Parameters<Browser["newPage"]>[0], use: (page: Page) => Promise<void>) => {
    const file = join(folder, "page.html");
    await writeFile(file, html);
    const page = await browser.newPage(options);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    await use(page);
    expect(errors).toEqual([]);
    await page.close();
  };
  const drawn = async (deviceScaleFactor: number) => {
    let svgs: Record<string, string> = {};
    await open(`<!doctype html><body><script src="page.js"></script>`, { deviceScaleFactor }, async (page) => {
      svgs = await page.evaluate("window.drawn");
    });
    return svgs;
  };

  it("are the same text as in Node.js", async () => {
    const svgs = await drawn(2);
    expect(Object.keys(svgs)).toEqual(Object.keys(inNode));
    for (const [name, svg] of Object.entries(svgs)) expect(svg, name).toBe(inNode[name]);
  });

  it("say the same where a pixel is one of CSS, though Plot moves lines by half of one there", async () => {
    const words = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    const svgs = await drawn(1);
    for (const [name, svg] of Object.entries(svgs)) expect(words(svg), name).toEqual(words(inNode[name]));
    expect(svgs.graph).toBe(inNode.graph); // nothing of Plot in it
  });

  it("are XML, and texts neither overlap nor leave the figure", async () => {
    for (const [name, svg] of Object.entries(inNode)) {
      await open(
        `<!doctype html><body style="margin:0">${svg}`,
        { viewport: { width: 1400, height: 1000 } },
        async (page) => {
          const parsed = await page.evaluate(
            (text) =>
              new DOMParser().parseFromString(text, "image/svg+xml").querySelector("parsererror")?.textContent ?? "",
            svg,
          );
          expect(parsed, name).toBe("");
          const boxes = await page.evaluate<Box[]>(READ_TEXTS);
          const { width, height } = await page.evaluate<{ width: number; height: number }>(
            `document.querySelector("svg").getBoundingClientRect().toJSON()`,
          );
          for (const box of boxes) {
            expect(box.left, `${name}: ${box.text}`).toBeGreaterThanOrEqual(0);
            expect(box.right, `${name}: ${box.text}`).toBeLessThanOrEqual(width);
            expect(box.bottom, `${name}: ${box.text}`).toBeLessThanOrEqual(height);
          }
          // Turned labels have boxes larger than they are; all others must be clear of each other.
          const straight = boxes.filter(({ text, bottom, top }) => text.trim() !== "" && bottom - top < 24);
          for (const [i, a] of straight.entries())
            for (const b of straight.slice(0, i)) {
              const apart =
                a.left >= b.right - 1 || b.left >= a.right - 1 || a.top >= b.bottom - 3 || b.top >= a.bottom - 3;
              expect(apart, `${name}: "${a.text}" (${a.group}) and "${b.text}" (${b.group})`).toBe(true);
            }
        },
      );
    }
  });

  it("turn dark with the system, and with the page", async () => {
    const ground = (page: Page) =>
      page.evaluate(`getComputedStyle(document.querySelector('[aria-label="line"] path')).stroke`);
    const rgb = (hex: string) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;
    const [light, dark] = themes.blue.map(rgb);
    const html = (scheme: string) => `<!doctype html><html style="color-scheme:${scheme}"><body>${inNode.lines}`;
    await open(html("light dark"), { colorScheme: "dark" }, async (page) => expect(await ground(page)).toBe(dark));
    await open(html("light dark"), { colorScheme: "light" }, async (page) => expect(await ground(page)).toBe(light));
    await open(html("light"), { colorScheme: "dark" }, async (page) => expect(await ground(page)).toBe(light));
  });

  it("have paper of their own when they stand alone, and the page's within it", async () => {
    const file = join(folder, "alone.svg");
    await writeFile(file, inNode.lines);
    const display = `getComputedStyle(document.querySelector(".cajal-paper")).display`;
    const page = await browser.newPage({ colorScheme: "dark" });
    await page.goto(pathToFileURL(file).href);
    expect(await page.evaluate(display)).toBe("inline");
    expect(await page.evaluate(`getComputedStyle(document.querySelector(".cajal-paper")).fill`)).toBe(
      "rgb(28, 31, 35)",
    );
    await page.close();
    await open(`<!doctype html><body>${inNode.lines}`, {}, async (page) =>
      expect(await page.evaluate(display)).toBe("none"),
    );
  });

  it("are on the page of a run, which fits a phone", async () => {
    const html = renderRunReport(sampleRun(document), { document });
    for (const width of [360, 1280])
      await open(html, { viewport: { width, height: 800 } }, async (page) => {
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        expect(await page.evaluate(`document.querySelectorAll("#figures svg").length`)).toBe(2);
        expect(await page.evaluate(`getComputedStyle(document.querySelector("#bars .met")).color`)).toBe(
          "rgb(0, 115, 79)",
        );
      });
  });
});
