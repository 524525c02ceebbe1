import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium, softwareWebGpu } from "../testing/chromium.ts";
import { serve } from "../testing/serve.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

// The same for every page: a function, on a device.
const script = `
  import { compile, openRuntime, Tensor } from "cajal/graph";
  globalThis.double = async (device) => {
    const double = compile((x) => x.add(x), { runtime: await openRuntime(device) });
    return [...(await double(Tensor.of([1, 2, 3]))).data];
  };`;

describe.skipIf(!chromiumPath)("the built package in a page (needs Chromium)", () => {
  let folder = "";
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cajal-package-"));
    browser = await launchChromium(softwareWebGpu);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the page computes on each device, and how many threads it has started. */
  async function visit(
    folders: readonly string[],
    isolated: boolean,
  ): Promise<{ results: unknown[]; threads: number }> {
    const server = await serve(folders, isolated);
    const page = await browser.newPage();
    await page.goto(`${server.url}/`);
    await page.waitForFunction("globalThis.double");
    const results = [await page.evaluate(`double("cpu")`), await page.evaluate(`double("webgpu")`)];
    const threads = page.workers().length;
    await page.close();
    await server.close();
    return { results, threads };
  }

  it("runs from node_modules without a bundler, by an import map", async () => {
    const imports = {
      "cajal/graph": "/dist/graph/index.js",
      "#runtime": "/dist/graph/runtime/web.js",
      "@bufbuild/protobuf/wire": "/node_modules/@bufbuild/protobuf/dist/esm/wire/index.js",
      "onnxruntime-web/wasm": "/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs",
      "onnxruntime-web/webgpu": "/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs",
    };
    const html = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script><script type="module">${script}</script>`;
    await writeFile(join(folder, "index.html"), html);
    const { results, threads } = await visit([folder, root], false);
    expect(results).toEqual([
      [2, 4, 6],
      [2, 4, 6],
    ]);
    expect(threads, "threads of a page that is not cross-origin isolated").toBe(0);
  });

  it("runs when Vite has built the page, with threads", async () => {
    const site = join(folder, "site");
    const modules = join(site, "node_modules");
    await mkdir(join(modules, "cajal"), { recursive: true });
    await cp(join(root, "dist"), join(modules, "cajal", "dist"), { recursive: true });
    await cp(join(root, "package.json"), join(modules, "cajal", "package.json"));
    for (const name of ["onnxruntime-web", "@bufbuild"])
      await symlink(join(root, "node_modules", name), join(modules, name));
    await writeFile(join(site, "main.js"), script);
    await writeFile(join(site, "index.html"), `<!doctype html><script type="module" src="main.js"></script>`);
    await build({ root: site, logLevel: "silent" });
    const { results, threads } = await visit([join(site, "dist")], true);
    expect(results).toEqual([
      [2, 4, 6],
      [2, 4, 6],
    ]);
    expect(threads).toBeGreaterThan(0);
  });
});
