import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scenePictures } from "../data/index.ts";
import { type MockServer, mockServer } from "../node/mock-server.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "cajal-words-"));
const pictures = join(folder, "pictures");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  mkdirSync(pictures);
  const set = scenePictures(7, 30);
  for (let i = 0; i < set.length; i++) {
    const { picture } = await set.get(i, 64, 64);
    await sharp(picture.data, { raw: { width: 64, height: 64, channels: 3 } }).toFile(join(pictures, `${i}.png`));
  }
});

/** `cajal describe` of the embedded network's first layer, with a cache of its own. */
function describe(...more: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const args = [
    "describe",
    join(root, "assets/scene-network.onnx"),
    "--data",
    pictures,
    "--layers",
    "/conv1/",
    "-o",
    "words.html",
  ];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args, ...more], {
      cwd: folder,
      env: { ...process.env, CAJAL_CACHE: join(folder, "cache"), OPENAI_API_KEY: "" },
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

const rules = [
  { when: "have in common", answer: "Bright corners." },
  { when: "described the lit regions", answer: "best: 1\nalso: none" },
];

it("an endpoint's words are in the report; what it may cost is said before, what it did after; a second run asks nothing", async () => {
  const server: MockServer = await mockServer({ rules, models: ["eyes"] });
  const speaker = ["--captioner", "openai:eyes", "--base-url", server.url, "--price", "1,2"];
  const first = await describe(...speaker);
  expect([first.code, first.err.replaceAll(/\r|\s/g, "").includes("cajal:")]).toEqual([0, false]);
  expect(first.out).toMatch(
    /at most [\d,]+ calls, [\d,]+ tokens to read and [\d,]+ to write: \d+\.\d\d by the given price/,
  );
  expect(first.out).toMatch(/bright corners \d+/);
  expect(first.out).toMatch(/[\d,]+ calls \(\d+ more were kept\), [\d,]+ tokens, \d+\.\d\d by the given price/);
  expect(readFileSync(join(folder, "words.html"), "utf8")).toContain("bright corners");
  const asked = server.log.length;
  expect(asked).toBeGreaterThan(8);
  const second = await describe(...speaker, "--json");
  expect(second.code).toBe(0);
  const { layers, asked: totals } = JSON.parse(second.out);
  expect(layers[0].descriptions[0].description).toBe("bright corners");
  expect(totals.calls).toBe(0);
  expect(server.log.length).toBe(asked);
  await server.close();
}, 120_000);

it("an endpoint that lets nobody in is named, and no report is written", async () => {
  const server = await mockServer({ rules, key: "secret" });
  rmSync(join(folder, "words.html"), { force: true });
  rmSync(join(folder, "cache"), { recursive: true, force: true });
  const { code, err } = await describe("--captioner", "openai:eyes", "--base-url", server.url);
  expect(code).toBe(1);
  expect(err).toContain("401");
  expect(() => readFileSync(join(folder, "words.html"))).toThrow();
  await server.close();
}, 120_000);

it("--captioner none: no words; a name that is none is refused before any work", async () => {
  const silent = await describe("--captioner", "none", "--json");
  expect(JSON.parse(silent.out).layers[0]).toMatchObject({ described: 0, descriptions: [] });
  const wrong = await describe("--captioner", "poet");
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('no captioner is called "poet"');
}, 120_000);
