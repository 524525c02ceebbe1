import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { findData } from "../../data/index.ts";
import { loadMethod } from "../../methods/index.ts";
import { Model } from "../../probe/index.ts";
import { createRun } from "../runs/execute.ts";
import { mirrored } from "../testing/mirror.ts";
import { studioApp } from "./app.ts";

let root = "";
let app: ReturnType<typeof studioApp>;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "cajal-studio-"));
  await mkdir(join(root, "pages"));
  await writeFile(join(root, "pages", "index.html"), "<!doctype html><title>Cajal</title>");
  await writeFile(join(root, "secret.txt"), "secret");
  app = studioApp({ runs: join(root, "runs"), pages: join(root, "pages") });
});
afterAll(() => rm(root, { recursive: true, force: true }));

const here = { host: "127.0.0.1:4321" };
const ask = (path: string, init: RequestInit = {}) =>
  app.request(`http://127.0.0.1:4321${path}`, { ...init, headers: { ...here, ...init.headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, { method: "POST", body: JSON.stringify(body), headers });
const answer = async (response: Promise<Response> | Response) => {
  const { status, ...rest } = await response;
  return { status, body: await (await response).json(), rest };
};

it("lists all methods with their families, and one with its options, bars and results", async () => {
  const { body } = await answer(ask("/api/methods"));
  expect(body.families).toHaveLength(8);
  const granet = body.methods.find(({ slug }: { slug: string }) => slug === "granet");
  expect(granet).toMatchObject({ family: "sparse", bars: 17, met: 17 });
  const { body: method } = await answer(ask("/api/methods/granet"));
  expect(method.options.length).toBeGreaterThan(3);
  expect(method.options[0]).toMatchObject({ name: expect.any(String), description: expect.any(String) });
  expect(method.results.figures.length).toBeGreaterThan(0);
  const figure = await ask(`/api/methods/granet/figures/${method.results.figures[0].name}.svg`);
  expect([figure.status, figure.headers.get("content-type")]).toEqual([200, "image/svg+xml"]);
});

it("what is not there is said in words", async () => {
  expect(await answer(ask("/api/methods/gran"))).toMatchObject({
    status: 404,
    body: { error: { code: "unknown-method" } },
  });
  for (const path of ["/api/runs/none", "/api/runs/none/events", "/api/nothing", "/api/methods/granet/figures/a.svg"])
    expect((await answer(ask(path))).status).toBe(404);
  expect(await answer(post("/api/runs", { method: "granet", options: { nonsense: 1 } }))).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringContaining("nonsense") } },
  });
  expect((await answer(ask("/api/runs", { method: "POST", body: "{" }))).status).toBe(400);
  expect((await answer(post("/api/runs", { method: "granet", options: { a: "x".repeat(2 << 20) } }))).status).toBe(413);
});

it("answers to this machine's own names alone", async () => {
  expect((await ask("/api/runs", { headers: { host: "evil.example:4321" } })).status).toBe(403);
  expect((await ask("/", { headers: { host: "evil.example" } })).status).toBe(403);
  expect((await ask("/api/runs", { headers: { host: "LOCALHOST:4321" } })).status).toBe(200);
});

it("pages of other sites may not change anything", async () => {
  const body = { method: "granet" };
  const strangers: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
  ];
  for (const headers of strangers) expect((await post("/api/runs", body, headers)).status).toBe(403);
  expect(await readdir(join(root, "runs")).catch(() => [])).toEqual([]);
});

it("nothing but its own files can be read", async () => {
  for (const path of [
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/api/runs/..%2f",
    "/api/runs/%2e%2e/artifacts/secret.txt",
    "/api/runs/..%2f..%2fsecret.txt",
  ])
    expect(await (await ask(path)).text()).not.toContain("secret\n");
  const folder = await createRun(join(root, "runs"), await loadMethod("granet"), {}, 1);
  const id = folder.path.split("/").at(-1);
  for (const file of ["..%2frun.json", "%2e%2e%2f%2e%2e%2fsecret.txt", "..%2f..%2f..%2fsecret.txt"]) {
    expect((await ask(`/api/runs/${id}/artifacts/${file}`)).status).toBe(404);
    expect((await ask(`/api/runs/${id}/figures/${file}`)).status).toBe(404);
  }
});

it("a server that others can reach asks for its token, and keeps it in a cookie", async () => {
  const guarded = studioApp({ runs: join(root, "runs"), pages: join(root, "pages"), token: "right" });
  const get = (path: string, headers: Record<string, string> = {}) =>
    guarded.request(`http://box.lan:4321${path}`, { headers: { host: "box.lan:4321", ...headers } });
  expect((await get("/api/runs")).status).toBe(403);
  expect((await get("/api/runs?token=wrong")).status).toBe(403);
  expect((await get("/api/runs", { authorization: "Bearer right" })).status).toBe(200);
  const first = await get("/runs?token=right&sort=seed");
  expect([first.status, first.headers.get("location")]).toEqual([302, "/runs?sort=seed"]);
  const cookie = first.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
  expect((await get("/api/runs", { cookie: cookie.split(";")[0] })).status).toBe(200);
});

it("lists the models of this machine, and sends those alone", async () => {
  const { body } = await answer(ask("/api/models"));
  expect(body[0]).toMatchObject({ id: "scene-network", bytes: expect.any(Number) });
  expect(JSON.stringify(body)).not.toContain("/");
  const file = await ask("/api/models/scene-network/files/scene-network.onnx");
  expect(Model.open(new Uint8Array(await file.arrayBuffer())).layers().length).toBeGreaterThan(10);
  for (const path of ["none/files/a", "..%2f..%2fsecret.txt/files/a", "%2e%2e/files/secret.txt"])
    expect((await ask(`/api/models/${path}`)).status).toBe(404);
  for (const file of ["captioner-encoder.onnx", "..%2f..%2fpackage.json", "%2e%2e%2fpackage.json"])
    expect((await ask(`/api/models/scene-network/files/${file}`)).status).toBe(404);
});

it.skipIf(mirrored("mnist") === undefined)("sends files of data sets, and those alone", async () => {
  const { files } = findData("mnist");
  const file = await ask(`/api/data/mnist/${Object.keys(files)[0]}`);
  expect([file.status, (await file.arrayBuffer()).byteLength > 1000]).toEqual([200, true]);
  for (const path of ["mnist/none", "mnist/..%2f..%2fsecret.txt", "mnist/%2e%2e/secret.txt", "none/a", "__proto__/a"])
    expect((await ask(`/api/data/${path}`)).status).toBeGreaterThanOrEqual(400);
});

it("a file that a browser has is not sent again", async () => {
  const path = "/api/data/built-in-captioner/captioner.safetensors";
  const first = await ask(path);
  const tag = first.headers.get("etag") ?? "";
  expect([first.status, first.headers.get("cache-control"), tag.length]).toEqual([200, "private, no-cache", 66]);
  expect((await first.arrayBuffer()).byteLength).toBeGreaterThan(1e6);
  const again = await ask(path, { headers: { "if-none-match": tag } });
  expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
  expect((await ask(path, { headers: { "if-none-match": '"another"' } })).status).toBe(200);
});

it("pages are isolated, and load nothing from elsewhere", async () => {
  const { headers, status } = await ask("/runs/any");
  expect(status).toBe(200);
  expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(headers.get("content-security-policy")).toContain("default-src 'self'");
});

it.skipIf(mirrored("mnist") === undefined)("a run is begun, followed, finished, read and deleted", async () => {
  const method = await loadMethod("active-dendrites");
  const created = await answer(post("/api/runs", { method: method.slug, options: method.quick, seed: 3 }));
  expect(created).toMatchObject({ status: 201, body: { method: method.slug, seed: 3, state: "running" } });
  const { id } = created.body;
  expect((await ask(`/api/runs/${id}`, { method: "DELETE" })).status).toBe(409);
  const stream = await (await ask(`/api/runs/${id}/events`)).text();
  const events = [...stream.matchAll(/^event: (\w+)\ndata: (.*)\nid: (\d+)$/gm)].map(([, type, data, at]) => ({
    type,
    data: JSON.parse(data),
    at: Number(at),
  }));
  expect(events.find(({ type }) => type === "event")?.data).toMatchObject({ type: "begin" });
  expect(events.at(-1)).toMatchObject({ type: "record", data: { state: "finished" } });
  // Who was cut off goes on behind what was told.
  const middle = events[Math.floor(events.length / 2)];
  const rest = await (await ask(`/api/runs/${id}/events`, { headers: { "last-event-id": String(middle.at) } })).text();
  expect(rest.length).toBeLessThan(stream.length);
  const { body } = await answer(ask(`/api/runs/${id}`));
  expect(body.metrics.length).toBeGreaterThan(0);
  const figure = await ask(`/api/runs/${id}/figures/${encodeURIComponent(body.figures[0])}.svg`);
  expect(await figure.text()).toMatch(/^<svg/);
  expect((await post(`/api/runs/${id}/resume`, {})).status).toBe(409);
  expect((await post(`/api/runs/${id}/cancel`, {})).status).toBe(400);
  expect((await ask(`/api/runs/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await ask(`/api/runs/${id}`)).status).toBe(404);
});

it.skipIf(mirrored("mnist") === undefined)(
  "a server that is killed takes no run with it, and another finds it",
  async () => {
    const runs = join(root, "survivors");
    const serve = async () => {
      const command = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
      const server = spawn(process.execPath, [command, "studio", "--port", "0", "--runs", runs, "--json"]);
      const [line] = (await once(server.stdout, "data")) as [Buffer];
      return { server, base: `${JSON.parse(line.toString()).url}api/runs` };
    };
    const method = await loadMethod("active-dendrites");
    const first = await serve();
    const body = JSON.stringify({ method: method.slug, options: method.quick, seed: 4 });
    const { id } = await (await fetch(first.base, { method: "POST", body })).json();
    // Until the run's own process has begun: its first event comes after the record, whose number is 0.
    const reader = (await fetch(`${first.base}/${id}/events`)).body?.getReader();
    for (let told = ""; !/^id: [1-9]/m.test(told); ) {
      const part = await reader?.read();
      expect(part?.done).toBe(false);
      told += new TextDecoder().decode(part?.value);
    }
    first.server.kill("SIGKILL");
    await once(first.server, "exit");
    const second = await serve();
    expect(await (await fetch(`${second.base}/${id}/events`)).text()).toContain('"state":"finished"');
    expect((await (await fetch(`${second.base}/${id}`)).json()).metrics.length).toBeGreaterThan(0);
    second.server.kill();
    await once(second.server, "exit");
  },
);
