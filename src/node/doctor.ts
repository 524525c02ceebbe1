/** @file What runs on this machine. */

import { access, constants, mkdir, readFile, statfs } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem } from "node:os";
import { compile, Tensor, type Value } from "../graph/index.ts";
import { cacheFolder, mirror } from "./folders.ts";
import { tryDevice } from "./try-device.ts";
import { version } from "./version.ts";

export interface Check {
  readonly name: string;
  /** `absent`: not here, and Cajal works without it. */
  readonly state: "ok" | "absent" | "problem";
  readonly detail: string;
  readonly advice?: string;
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
const require = createRequire(import.meta.url);
const packageVersion = (name: string): string => (require(`${name}/package.json`) as { version: string }).version;

/** Examines processor, memory, runtimes, folders and versions; a check that fails becomes a finding, never an error. */
export async function examine(): Promise<Check[]> {
  return [
    {
      name: "Cajal",
      state: "ok",
      detail: `${version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`,
    },
    await processor(),
    { name: "memory", state: "ok", detail: gigabytes(totalmem()) },
    await nativeRuntime(),
    ...(await Promise.all([tryDevice("webgpu"), tryDevice("cuda")])),
    await pictures(),
    await parquet(),
    await writable("cache folder", cacheFolder()),
    await mirrorFolder(),
  ];
}

async function processor(): Promise<Check> {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const threads = availableParallelism();
  const flags: string[] = await readFile("/proc/cpuinfo", "utf8").then(
    (text) => /^flags\s*:(.*)$/m.exec(text)?.[1].split(" ") ?? [],
    () => [] as string[],
  );
  const wanted = ["avx2", "fma", "f16c", "avx512f", "avx512_vnni", "amx_tile"];
  const found = wanted.filter((flag) => flags.includes(flag));
  const features = flags.length === 0 ? "" : `, ${found.join(" ") || "no vector extensions"}`;
  return {
    name: "processor",
    state: "ok",
    detail: `${model}, ${threads} ${threads === 1 ? "thread" : "threads"}${features}`,
  };
}

/** A matrix product that takes long enough to time: 2·n³ operations. */
async function nativeRuntime(): Promise<Check> {
  const name = "ONNX Runtime";
  try {
    const n = 512;
    const product = compile((a: Value, b: Value) => a.matmul(b));
    const [a, b] = [Tensor.full([n, n], 0.5), Tensor.full([n, n], 0.25)];
    const result = await product(a, b);
    if (result.numbers()[0] !== n / 8)
      return { name, state: "problem", detail: `computes ${result.numbers()[0]} where ${n / 8} is right` };
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      await product(a, b);
      best = Math.min(best, performance.now() - start);
    }
    await product.release();
    const rate = (2 * n ** 3) / best / 1e6;
    return {
      name,
      state: "ok",
      detail: `${packageVersion("onnxruntime-node")} native, ${Math.round(rate)} GFLOP/s in a ${n}³ matrix product`,
    };
  } catch (error) {
    return { name, state: "problem", detail: (error as Error).message, advice: "Run npm ci again." };
  }
}

async function pictures(): Promise<Check> {
  try {
    const { default: sharp } = await import("sharp");
    const formats = ["jpeg", "png", "webp", "gif", "tiff", "heif"] as const;
    const readable = formats.filter((format) => sharp.format[format]?.input.file);
    return { name: "pictures", state: "ok", detail: `sharp ${sharp.versions.sharp}: ${readable.join(" ")}` };
  } catch (error) {
    return { name: "pictures", state: "problem", detail: (error as Error).message, advice: "Run npm ci again." };
  }
}

async function parquet(): Promise<Check> {
  try {
    const duckdb = await import("@duckdb/node-api");
    return { name: "Parquet", state: "ok", detail: `DuckDB ${duckdb.version()}` };
  } catch (error) {
    return { name: "Parquet", state: "problem", detail: (error as Error).message, advice: "Run npm ci again." };
  }
}

async function writable(name: string, folder: string): Promise<Check> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return { name, state: "ok", detail: `${folder}, ${gigabytes(bavail * bsize)} free` };
  } catch (error) {
    return {
      name,
      state: "problem",
      detail: `${folder}: ${(error as Error).message}`,
      advice: "Set CAJAL_CACHE to a folder you may write.",
    };
  }
}

async function mirrorFolder(): Promise<Check> {
  const source = mirror();
  if (source === undefined)
    return { name: "mirror", state: "absent", detail: "CAJAL_MIRROR is not set; data comes from its official sources" };
  if (/^https?:/.test(source)) return { name: "mirror", state: "ok", detail: source };
  const reachable = await access(source, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (reachable) return { name: "mirror", state: "ok", detail: source };
  return {
    name: "mirror",
    state: "problem",
    detail: `${source} cannot be read`,
    advice: "Correct or unset CAJAL_MIRROR.",
  };
}
