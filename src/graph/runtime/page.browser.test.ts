import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAlike } from "../testing/alike.ts";
import { bundle } from "../testing/bundle.ts";
import { chromiumPath, launchChromium, softwareWebGpu } from "../testing/chromium.ts";
import { programs } from "../testing/programs.ts";
import { type PlainResults, tensorsOf } from "../testing/remote.ts";
import { type Server, serve } from "../testing/serve.ts";
import { runtime as native } from "./native.ts";
import type { Device } from "./runtime.ts";

const onnxRuntimeFiles = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web")));

describe.skipIf(!chromiumPath)("in a page (needs Chromium)", () => {
  let folder = "";
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cajal-page-"));
    await bundle("page.ts", folder);
    await writeFile(join(folder, "index.html"), `<!doctype html><script type="module" src="page.js"></script>`);
    server = await serve([folder, onnxRuntimeFiles], true);
    browser = await launchChromium(softwareWebGpu);
    page = await browser.newPage();
    await page.goto(`${server.url}/`);
    await page.waitForFunction("globalThis.runByName");
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = async (device: Device, name: string) =>
    tensorsOf(await page.evaluate<PlainResults>(`runByName(${JSON.stringify(device)}, ${JSON.stringify(name)})`));

  describe.each(["cpu", "webgpu"] as const)("on %s", (device) => {
    it.each(programs)("$name: as on the native processor", async (program) => {
      expectAlike(program, await run(device, program.name), await program.run(native));
    });
  });

  it("finds ONNX Runtime's files in the folder that is named", async () => {
    await symlink(onnxRuntimeFiles, join(folder, "ort"));
    const elsewhere = await serve([folder], true);
    const other = await browser.newPage();
    await other.goto(`${elsewhere.url}/`);
    await other.waitForFunction("globalThis.runByName");
    const [program] = programs;
    const call = `runByName("cpu", ${JSON.stringify(program.name)}, { wasmFolder: "/ort/" })`;
    expectAlike(program, tensorsOf(await other.evaluate<PlainResults>(call)), await program.run(native));
    expect(other.workers().length).toBeGreaterThan(0);
    await other.close();
    await elsewhere.close();
  });

  it("has threads where the page is cross-origin isolated", () => {
    expect(page.workers().length).toBeGreaterThan(0);
  });
});
