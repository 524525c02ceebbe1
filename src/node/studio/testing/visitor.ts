/** @file A person at the studio: a server with a folder of its own, a browser, and eyes for what is wrong with a page. */

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { launchChromium } from "../../../graph/testing/chromium.ts";
import { type Served, type ServeOptions, serveStudio } from "../serve.ts";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export class Visitor {
  readonly root: string;
  readonly studio: Served;
  readonly browser: Browser;
  /** What went wrong in any page. */
  readonly troubles: string[] = [];

  private constructor(root: string, studio: Served, browser: Browser) {
    this.root = root;
    this.studio = studio;
    this.browser = browser;
  }

  /** @param flags for Chromium */
  static async arrive(
    options: Omit<ServeOptions, "port" | "runs"> = {},
    flags: readonly string[] = [],
  ): Promise<Visitor> {
    const root = await mkdtemp(join(tmpdir(), "cajal-studio-"));
    const studio = await serveStudio({ ...options, port: 0, runs: join(root, "runs") });
    return new Visitor(root, studio, await launchChromium(flags));
  }

  async leave(): Promise<void> {
    await this.browser.close();
    await this.studio.close();
    await rm(this.root, { recursive: true, force: true });
  }

  /** A window of its own, which nothing was kept in before. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    return this.openIn(await this.browser.newContext({ viewport: { width: 1200, height: 900 }, ...options }), path);
  }

  async openIn(context: BrowserContext, path: string): Promise<Page> {
    const page = await context.newPage();
    page.on("pageerror", (error) => this.troubles.push(`${path}: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && this.troubles.push(`${path}: ${message.text()}`));
    await page.goto(new URL(path, this.studio.url).href);
    return page;
  }

  /** Light and dark: usable by everyone, and no wider than the window. Screenshots go to the folder that CAJAL_SHOTS names. */
  async judge(page: Page, name: string): Promise<void> {
    const folder = process.env.CAJAL_SHOTS;
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      if (folder) {
        await mkdir(folder, { recursive: true });
        await page.screenshot({ path: join(folder, `${name}-${scheme}.png`), fullPage: true });
      }
      // The page's own policy lets no text become a program, so the checker comes by the test's way.
      await page.evaluate(await readFile(axe, "utf8"));
      const violations = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 120)).join(" | ")))`,
      );
      expect(violations, `${name}, ${scheme}`).toEqual([]);
    }
    const wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(wide, `${name} is wider than the window`).toBeLessThanOrEqual(0);
  }
}
