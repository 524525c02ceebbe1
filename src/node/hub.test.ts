import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { decodeModel, decodeSafetensors, encodeModel, encodeSafetensors, type proto, Rng } from "../graph/index.ts";
import { init } from "../nn/index.ts";
import { writeLlama } from "../probe/architectures/write-llama.ts";
import { onnxDecoder } from "../probe/language/testing/onnx-decoder.ts";
import { locateModel } from "./data-sets.ts";
import { obtainFromHub } from "./hub.ts";
import { open } from "./open.ts";

const sizes = { vocabulary: 360, width: 8, layers: 2, heads: 2, keyValueHeads: 1, headWidth: 4, hidden: 12 };
const form = { norm: "rms", feedForward: "gated", bias: false } as const;
const { config, weights } = writeLlama(
  {
    architecture: "llama",
    sizes: { ...sizes, context: 32 },
    params: init.gpt(new Rng(1), { ...sizes, ...form }),
    options: { heads: 2, rotary: {} },
  },
  2,
);
const tokenizer = readFileSync(new URL("../data/tokenizers/testing/llama2.tokenizer.json", import.meta.url));
const commit = "c".repeat(40);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The files that the hub has of owner/tiny, how it answers otherwise, and what it and its store were asked. */
let files: Record<string, Uint8Array | string> = {};
let answer: Answer | undefined;
let store: Answer | undefined;
let asked: string[] = [];
let tokens: (string | undefined)[] = [];
let storeTokens: (string | undefined)[] = [];
const servers: Server[] = [];
let cache = "";

const listen = async (handle: Answer) => {
  const server = createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** The part of a file that is asked for. */
const send = (content: Uint8Array, { headers }: IncomingMessage, response: ServerResponse) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, { "content-length": content.length - from }).end(content.subarray(from));
};

let base = "";
beforeAll(async () => {
  const elsewhere = await listen((request, response) => {
    storeTokens.push(request.headers.authorization);
    const file = (request.url ?? "").slice(1);
    (store ?? (() => send(Buffer.from(files[file]), request, response)))(request, response);
  });
  base = await listen((request, response) => {
    const [, repository, revision, file] = /^\/(\w+\/\w+)\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? "") ?? [];
    asked.push(`${request.method} ${revision}/${file}`);
    tokens.push(request.headers.authorization);
    if (answer !== undefined) return answer(request, response);
    if (repository !== "owner/tiny" || !Object.hasOwn(files, file)) return response.writeHead(404).end();
    response.setHeader("x-repo-commit", commit);
    const content = Buffer.from(files[file]);
    if (!/safetensors$|onnx/.test(file)) return send(content, request, response);
    const etag = `"${createHash("sha256").update(content).digest("hex")}"`;
    response.writeHead(302, { location: `${elsewhere}/${file}`, "x-linked-etag": etag }).end();
  });
});
afterAll(() => {
  for (const server of servers) server.close();
});
beforeEach(() => {
  [asked, tokens, storeTokens, answer, store] = [[], [], [], undefined, undefined];
  files = { "config.json": config, "tokenizer.json": tokenizer, "model.safetensors": weights, "README.md": "" };
  cache = mkdtempSync(join(tmpdir(), "cajal-hub-"));
  vi.stubEnv("CAJAL_CACHE", cache);
  vi.stubEnv("HF_ENDPOINT", `${base}/`);
  vi.stubEnv("HF_TOKEN", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const folder = () => join(cache, "hub/files/owner", commit, "tiny");

it("a model opens by its address, from the files that it needs, and the second time without a network", async () => {
  const model = await open("hub:owner/tiny", { reads: "text" });
  expect(model.name).toBe("tiny");
  expect((await model.logits("Once upon")).shape).toEqual([model.encode("Once upon").length, 360]);
  await model.release();
  expect(asked).toEqual([
    "HEAD main/config.json",
    `GET ${commit}/config.json`,
    `GET ${commit}/model.safetensors`,
    `GET ${commit}/generation_config.json`,
    `GET ${commit}/tokenizer.json`,
  ]);
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  asked = [];
  expect(await locateModel("hub:owner/tiny")).toBe(folder());
  await (await open("hub:owner/tiny", { reads: "text" })).release();
  expect(asked).toEqual([]);
});

it("weights in several files, at a revision", async () => {
  const { tensors } = decodeSafetensors(weights);
  const names = Object.keys(tensors);
  const shard = (name: string) => `model-0000${1 + (names.indexOf(name) % 2)}-of-00002.safetensors`;
  for (const file of new Set(names.map(shard)))
    files[file] = encodeSafetensors(
      Object.fromEntries(names.flatMap((n) => (shard(n) === file ? [[n, tensors[n]]] : []))),
    );
  const map = Object.fromEntries(names.map((name) => [name, shard(name)]));
  files["model.safetensors.index.json"] = JSON.stringify({ weight_map: map });
  const { "model.safetensors": _, ...rest } = files;
  files = rest;
  const model = await open("hub:owner/tiny@v1.0", { reads: "text" });
  expect(model.parameters).toBe(Object.values(tensors).reduce((sum, { size }) => sum + size, 0));
  expect(asked[0]).toBe("HEAD v1.0/config.json");
  await model.release();
});

it("an ONNX file, with what belongs to its text", async () => {
  files = { ...files, "onnx/model.onnx": onnxDecoder(true) };
  const model = await open("hub:owner/tiny/onnx/model.onnx", { reads: "text" });
  expect([model.name, model.encode("a")[0]]).toEqual(["model.onnx", 1]);
  expect(asked.filter((file) => /safetensors/.test(file))).toEqual([]);
  await model.release();
});

it("an ONNX file on pictures, with the weights that it keeps beside it", async () => {
  const proto = decodeModel(readFileSync(new URL("../../assets/scene-network.onnx", import.meta.url)), "scenes");
  const graph = proto.graph as proto.GraphProto;
  const moved = graph.initializer.findIndex(({ rawData }) => rawData !== undefined && rawData.length > 100);
  const { rawData, ...tensor } = graph.initializer[moved];
  const beside = { ...tensor, dataLocation: 1, externalData: [{ key: "location", value: "model.onnx_data" }] };
  const initializer = graph.initializer.with(moved, beside as proto.TensorProto);
  files = {
    "onnx/model.onnx": encodeModel({ ...proto, graph: { ...graph, initializer } }),
    "onnx/model.onnx_data": rawData as Uint8Array,
  };
  const model = await open("hub:owner/tiny/onnx/model.onnx", { reads: "pictures" });
  expect(model.layers().length).toBeGreaterThan(3);
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  await open("hub:owner/tiny/onnx/model.onnx", { reads: "pictures" });
});

it("the token goes to the hub alone, and into no message", async () => {
  vi.stubEnv("HF_TOKEN", "hf_secret");
  await obtainFromHub("hub:owner/tiny");
  expect(new Set(tokens)).toEqual(new Set(["Bearer hf_secret"]));
  expect(storeTokens).toEqual([undefined]);
  answer = (_, response) => response.writeHead(403).end();
  const refused = await obtainFromHub("hub:owner/other").catch((error) => error);
  expect(refused).toMatchObject({
    code: "not-permitted",
    message: expect.stringContaining("HF_TOKEN does not open it"),
  });
  expect(`${refused.message} ${refused.advice} ${refused.stack}`).not.toContain("hf_secret");
  vi.stubEnv("HF_TOKEN", "hf_\nsecret");
  const damaged = await obtainFromHub("hub:owner/other").catch((error) => error);
  expect(damaged).toMatchObject({ code: "argument" });
  expect(damaged.message).not.toContain("secret");
});

it("what breaks off goes on where it was", async () => {
  const content = Buffer.from(weights);
  store = (_, response) => {
    response.writeHead(200, { "content-length": content.length });
    response.write(content.subarray(0, 1000));
    const partial = join(folder(), "model.safetensors.partial");
    const arrived = setInterval(() => {
      if (statSync(partial, { throwIfNoEntry: false })?.size !== 1000) return;
      clearInterval(arrived);
      response.destroy();
    }, 5);
  };
  await expect(open("hub:owner/tiny")).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("broke off"),
  });
  expect(existsSync(join(folder(), "model.safetensors"))).toBe(false);
  let range: string | undefined;
  store = (request, response) => {
    range = request.headers.range;
    send(content, request, response);
  };
  await obtainFromHub("hub:owner/tiny");
  expect(range).toBe("bytes=1000-");
  expect(readFileSync(join(folder(), "model.safetensors")).equals(content)).toBe(true);
});

it("what is not the published file is thrown away", async () => {
  store = (request, response) => send(Buffer.alloc(weights.length), request, response);
  await expect(obtainFromHub("hub:owner/tiny")).rejects.toMatchObject({ code: "checksum" });
  expect(readdirSync(folder())).toEqual(["config.json"]);
});

it("says what is not there, and what needs a token", async () => {
  const failing = (source: string) => expect(obtainFromHub(source)).rejects;
  await failing("hub:owner/nothing").toMatchObject({
    code: "no-data",
    message: "owner/nothing has no config.json at revision main",
  });
  await failing("hub:owner/tiny/onnx/model.onnx").toThrow("owner/tiny has no onnx/model.onnx at revision main");
  files = { "config.json": config };
  await failing("hub:owner/tiny").toMatchObject({
    code: "no-data",
    message: "hub:owner/tiny holds no model.safetensors",
  });
  answer = (_, response) => response.writeHead(401).end();
  await failing("hub:owner/closed").toMatchObject({
    code: "not-permitted",
    message: expect.stringContaining("answers 401: it needs a token"),
  });
  answer = (_, response) => response.writeHead(503).end();
  await failing("hub:owner/busy").toMatchObject({ code: "network", message: expect.stringContaining("answers 503") });
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
  await failing("hub:owner/far").toMatchObject({
    code: "network",
    message: "http://127.0.0.1:9 cannot be reached",
    advice: expect.stringContaining("give a folder"),
  });
  vi.stubEnv("HF_ENDPOINT", "file:///etc");
  await failing("hub:owner/far").toMatchObject({ code: "argument" });
});

it.each([
  "hub:tiny",
  "hub:../tiny",
  "hub:owner/..",
  "hub:owner/tiny@..",
  "hub:owner/tiny@a\\b",
  "hub:owner/tiny/../../x.onnx",
  "hub:owner/tiny//x.onnx",
  "hub:owner/tiny/model.safetensors",
])("%s is no address", async (source) => {
  await expect(obtainFromHub(source)).rejects.toMatchObject({ code: "argument" });
  expect(asked).toEqual([]);
  expect(readdirSync(cache)).toEqual([]);
});

it("files that would lie outside the folder are not fetched", async () => {
  const { "model.safetensors": _, ...rest } = files;
  files = { ...rest, "model.safetensors.index.json": JSON.stringify({ weight_map: { a: "../../x.safetensors" } }) };
  await expect(obtainFromHub("hub:owner/tiny")).rejects.toMatchObject({ code: "bad-file" });
  // A commit that is none names no folder.
  answer = (_, response) => response.writeHead(200, { "x-repo-commit": "../../../../x" }).end("{}");
  await expect(open("hub:owner/sly")).rejects.toThrow();
  expect(readdirSync(join(cache, "hub/files/owner")).sort()).toEqual([commit, "main"]);
});

it("a revision that was kept damaged is asked for again", async () => {
  await obtainFromHub("hub:owner/tiny");
  writeFileSync(join(cache, "hub/revisions/owner/tiny/main"), "../..");
  expect(await obtainFromHub("hub:owner/tiny")).toBe(folder());
});
