import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
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

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `cajal describe` of the embedded network's first layer, with a cache of its own. */
function start(...more: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
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
  const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args, ...more], {
    cwd: folder,
    env: { ...process.env, CAJAL_CACHE: join(folder, "cache"), OPENAI_API_KEY: "" },
  });
  const ended = new Promise<Ended>((resolve) => {
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

const describe = (...more: readonly string[]) => start(...more).ended;

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

it("killed half-way, or interrupted: the same command goes on, and asks nothing again that was answered", async () => {
  rmSync(join(folder, "cache"), { recursive: true, force: true });
  const slow = rules.map(({ when, answer }) => ({ when, answer: { text: answer, delayMs: 40 } }));
  const server = await mockServer({ rules: slow });
  const speaker = ["--captioner", "openai:eyes", "--base-url", server.url, "--rpm", "6000"];
  const asked = (count: number) => vi.waitUntil(() => server.log.length >= count, { timeout: 60_000, interval: 5 });
  const twice = () => {
    const questions = server.log.map(({ messages, seed }) => JSON.stringify([messages, seed]));
    return questions.length - new Set(questions).size;
  };
  const killed = start(...speaker);
  await asked(10);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const interrupted = start(...speaker);
  await asked(server.log.length + 10);
  interrupted.child.kill("SIGINT");
  const { code, out } = await interrupted.ended;
  expect(code).toBe(130);
  expect(out).toMatch(/\d+ calls \(\d+ more were kept\)/);
  // Only what was under way when the process died, four at most, is not known to have been answered; an interrupted one hears it out.
  const lost = twice();
  expect(lost).toBeLessThanOrEqual(4);
  expect((await describe(...speaker)).code).toBe(0);
  expect(twice()).toBe(lost);
  await server.close();
}, 180_000);

it("--captioner none: no words; a name that is none is refused before any work", async () => {
  const silent = await describe("--captioner", "none", "--json");
  expect(JSON.parse(silent.out).layers[0]).toMatchObject({ described: 0, descriptions: [] });
  const wrong = await describe("--captioner", "poet");
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('no captioner is called "poet"');
}, 120_000);
