import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Rng } from "../graph/index.ts";
import { download } from "./download.ts";
import { silent } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "cajal-download-"));
const content = Uint8Array.from(
  { length: 300_000 },
  (
    (rng) => () =>
      rng.int(0, 256)
  )(new Rng(1)),
);
const sha256 = createHash("sha256").update(content).digest("hex");

/** How the server answers, and the ranges that it was asked for. */
let answer: (range: number, response: ServerResponse) => void;
let ranges: number[] = [];
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const range = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    ranges.push(range);
    answer(range, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const whole = (range: number, response: ServerResponse) => {
  const rest = content.subarray(range);
  response.writeHead(range > 0 ? 206 : 200, { "content-length": rest.length }).end(rest);
};
const cutAfter = (bytes: number) => (range: number, response: ServerResponse) => {
  response.writeHead(range > 0 ? 206 : 200, { "content-length": content.length - range });
  response.write(content.subarray(range, range + bytes), () => response.destroy());
};

const holds = (path: string) => readFileSync(path).equals(content);

function fetchTo(name: string, sum = sha256) {
  ranges = [];
  return download({ url: `${base}/file`, sha256: sum, target: join(folder, name), progress: silent });
}

it("a whole file comes into its place, and nothing else", async () => {
  answer = whole;
  await fetchTo("whole/file");
  expect(holds(join(folder, "whole/file"))).toBe(true);
  expect(readdirSync(join(folder, "whole"))).toEqual(["file"]);
});

it("one that breaks off goes on where it was, again and again", async () => {
  answer = cutAfter(100_000);
  await expect(fetchTo("cut/file")).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("broke off"),
  });
  expect(existsSync(join(folder, "cut/file"))).toBe(false);
  const had = statSync(join(folder, "cut/file.partial")).size;
  await expect(fetchTo("cut/file")).rejects.toMatchObject({ code: "network" });
  expect(ranges).toEqual([had]);
  answer = whole;
  await fetchTo("cut/file");
  expect(ranges[0]).toBeGreaterThan(had);
  expect(holds(join(folder, "cut/file"))).toBe(true);
});

it("a server without ranges sends it anew; one whose file is shorter by now is asked anew", async () => {
  for (const status of [200, 416]) {
    writeFileSync(join(folder, `anew-${status}.partial`), content.subarray(0, 1000));
    answer = (range, response) => {
      if (range > 0 && status === 416) response.writeHead(416).end();
      else response.writeHead(200, { "content-length": content.length }).end(content);
    };
    await fetchTo(`anew-${status}`);
    expect(holds(join(folder, `anew-${status}`))).toBe(true);
  }
});

it("what is not the published file is thrown away", async () => {
  answer = whole;
  await expect(fetchTo("other/file", "0".repeat(64))).rejects.toMatchObject({ code: "checksum" });
  expect(readdirSync(join(folder, "other"))).toEqual([]);
});

it("an answer that is none, and no server at all", async () => {
  answer = (_, response) => response.writeHead(404).end("gone");
  await expect(fetchTo("absent")).rejects.toThrow(/answers 404/);
  const nobody = download({ url: "http://127.0.0.1:9/x", sha256, target: join(folder, "x"), progress: silent });
  await expect(nobody).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("cannot be reached"),
  });
  expect(existsSync(join(folder, "absent.partial"))).toBe(false);
});

it("a full disk leaves nothing half-written", async ({ skip }) => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    skip("only root may mount a small disk");
  }
  try {
    answer = whole;
    await expect(fetchTo("disk/file")).rejects.toMatchObject({ code: "disk-full" });
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    execFileSync("umount", [disk]);
  }
});

it("stops when it is told to, and keeps what has arrived", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "content-length": content.length }).write(content.subarray(0, 50_000));
  };
  const controller = new AbortController();
  const progress = { update: () => controller.abort(new Error("enough")) };
  const target = join(folder, "stopped");
  await expect(download({ url: `${base}/file`, sha256, target, progress, signal: controller.signal })).rejects.toThrow(
    "enough",
  );
  expect(statSync(`${target}.partial`).size).toBeGreaterThan(0);
});
