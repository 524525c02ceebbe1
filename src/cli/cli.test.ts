import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import sharp from "sharp";
import { afterAll, describe, expect, it } from "vitest";
import { scenePictures } from "../data/index.ts";
import { decodeModel, encodeModel } from "../graph/index.ts";

const root = new URL("../..", import.meta.url).pathname;
const embedded = join(root, "assets/scene-network.onnx");
const folder = mkdtempSync(join(tmpdir(), "cajal-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command. */
function cajal(args: readonly string[], options: { interruptWhen?: () => boolean } = {}): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], { cwd: folder });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    const watch = setInterval(() => {
      if (options.interruptWhen?.()) child.kill("SIGINT");
    }, 5);
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({ code, out, err });
    });
  });
}

const path = (name: string) => join(folder, name);

/** A folder of scenes as PNG files, in one folder per background. */
async function scenesOnDisk(name: string, count: number, labelled = true): Promise<string> {
  const set = scenePictures(7, count);
  for (let i = 0; i < count; i++) {
    const { picture, concepts } = await set.get(i, 64, 64);
    const background = [...(concepts?.keys() ?? [])].find((concept) => concept.startsWith("background:")) ?? "";
    const into = labelled ? join(path(name), background.replace("background:", "")) : path(name);
    mkdirSync(into, { recursive: true });
    await sharp(picture.data, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toFile(join(into, `${i}.png`));
  }
  return path(name);
}

describe("cajal", () => {
  it("--help lists the commands; an unknown one is a usage error", async () => {
    const help = await cajal(["--help"]);
    for (const command of ["describe", "layers", "record", "edit", "train", "doctor"])
      expect(help.out).toContain(command);
    expect((await cajal(["frobnicate"])).code).toBe(2);
    expect((await cajal(["describe", "--top", "none"])).code).toBe(2);
  });

  it("doctor finds everything that the package needs", async () => {
    const { code, out } = await cajal(["doctor", "--json"]);
    const checks = JSON.parse(out) as { name: string; state: string }[];
    expect(code).toBe(0);
    for (const name of ["ONNX Runtime", "pictures", "Parquet", "cache folder"])
      expect(checks.find((check) => check.name === name)?.state).toBe("ok");
  });

  it("layers lists the embedded network's", async () => {
    const { out } = await cajal(["layers", embedded]);
    expect(out).toMatch(/concepts\/Relu +Relu +\d+ +\d+×16×16/);
  });

  it("describe: labels of subfolders, a bad picture among good ones, a page that stands alone", async () => {
    const pictures = await scenesOnDisk("labelled", 60);
    writeFileSync(join(pictures, "sand", "broken.jpg"), "no picture");
    const { code, out } = await cajal(["describe", embedded, "--data", pictures, "-o", "report.html", "--json"]);
    expect(code).toBe(0);
    const summary = JSON.parse(out);
    expect(summary.pictures).toBe(60);
    expect(summary.skipped).toEqual([{ file: "sand/broken.jpg", reason: expect.stringContaining("cannot be read") }]);
    const html = readFileSync(path("report.html"), "utf8");
    expect(html).toContain("concepts/Relu");
    expect(html).toContain("sand/broken.jpg");
    expect(html).not.toMatch(/(?:src|href)="https?:/);
  });

  it("describe without labels invents none: words are the captioner's, and nobody's with --captioner none", async () => {
    const pictures = await scenesOnDisk("plain", 40, false);
    const layersOf = async (...more: readonly string[]) => {
      const source = [embedded, "--data", pictures, "-o", "plain.html", "--layers", "/concepts/", "--json"];
      const { code, out } = await cajal(["describe", ...source, ...more]);
      expect(code).toBe(0);
      return JSON.parse(out).layers as { explained: number; concepts: unknown[]; dead: number; described: number }[];
    };
    for (const { explained, concepts, described } of await layersOf("--captioner", "none"))
      expect([explained, concepts, described]).toEqual([0, [], 0]);
    expect(readFileSync(path("plain.html"), "utf8")).not.toContain('"description"');
    for (const { explained, concepts, described } of await layersOf()) {
      expect([explained, concepts]).toEqual([0, []]);
      expect(described).toBeGreaterThan(0);
    }
  });

  it("record writes a Parquet file that agrees with the model", async () => {
    const pictures = await scenesOnDisk("recorded", 20, false);
    const { code } = await cajal([
      "record",
      embedded,
      "--data",
      pictures,
      "--layers",
      "concepts/Relu,conv1/Relu",
      "-o",
      "activity.parquet",
    ]);
    expect(code).toBe(0);
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
    const [[rows, names, layers]] = await query(
      `SELECT count(*)::INT, count(DISTINCT picture)::INT, count(DISTINCT layer)::INT FROM '${path("activity.parquet")}'`,
    );
    const units = JSON.parse(
      (await cajal(["layers", embedded, "--json", "--layers", "concepts/Relu,conv1/Relu"])).out,
    ).map(({ units: n }: { units: number }) => n);
    expect([rows, names, layers]).toEqual([20 * (units[0] + units[1]), 20, 2]);
    const [[bad]] = await query(
      `SELECT count(*)::INT FROM '${path("activity.parquet")}' WHERE maximum < mean OR maximum < 0 OR x < 0 OR y < 0 OR x > 31`,
    );
    expect(bad).toBe(0);
    connection.closeSync();
    expect(readdirSync(folder).filter((file) => file.includes(".part"))).toEqual([]);
  });

  it("edit changes the file", async () => {
    const { code, out } = await cajal([
      "edit",
      embedded,
      "--ablate",
      "concepts/Relu:0,2-4",
      "--scale",
      "conv1/Relu:1=0.5",
      "-o",
      "edited.onnx",
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining("concepts/Relu: 4 units set 0")]);
    const layers = JSON.parse((await cajal(["layers", "edited.onnx", "--json"])).out) as { name: string }[];
    expect(layers.map(({ name }) => name)).toContain("concepts/Relu");
    expect((await cajal(["edit", embedded, "--ablate", "nowhere:3", "-o", "no.onnx"])).err).toContain(
      'no layer is named "nowhere"',
    );
    expect(existsSync(path("no.onnx"))).toBe(false);
  });
});

describe("what can go wrong", () => {
  const fails = async (args: readonly string[], code: string) => {
    const human = await cajal(args);
    expect(human.code, human.err).toBe(1);
    expect(human.err).toMatch(/^(?:.*\n)*cajal: /);
    expect(human.err).not.toContain("    at ");
    const machine = await cajal([...args, "--json"]);
    expect(JSON.parse(machine.out).error.code).toBe(code);
    expect(readdirSync(folder).filter((file) => file.includes(".part"))).toEqual([]);
    return human.err;
  };

  it("a model that is missing, truncated, or something else", async () => {
    expect(await fails(["layers", "nothing.onnx"], "file-missing")).toContain("nothing.onnx does not exist");
    writeFileSync(path("half.onnx"), readFileSync(embedded));
    truncateSync(path("half.onnx"), 50_000);
    expect(await fails(["layers", "half.onnx"], "bad-onnx")).toContain("half.onnx is not a readable ONNX file");
    writeFileSync(path("picture.onnx"), Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
    await fails(["layers", "picture.onnx"], "bad-onnx");
  });

  it("weights beside the model: missing, or asked for outside its folder", async () => {
    const withLocation = (location: string) => {
      const model = decodeModel(readFileSync(embedded));
      const graph = model.graph as NonNullable<typeof model.graph>;
      const [first, ...rest] = graph.initializer;
      const moved = {
        ...first,
        rawData: new Uint8Array(),
        dataLocation: 1,
        externalData: [{ key: "location", value: location }],
      };
      return encodeModel({ ...model, graph: { ...graph, initializer: [moved, ...rest] } });
    };
    writeFileSync(path("outside.onnx"), withLocation("weights.bin"));
    expect(await fails(["layers", "outside.onnx"], "external-data")).toContain('"weights.bin", which is not beside it');
    for (const location of ["../../etc/passwd", "/etc/passwd", ".."]) {
      writeFileSync(path("outside.onnx"), withLocation(location));
      expect(await fails(["layers", "outside.onnx"], "external-data")).toContain("outside its folder");
    }
    execFileSync("ln", ["-sf", "/etc/passwd", path("link.bin")]);
    writeFileSync(path("outside.onnx"), withLocation("link.bin"));
    expect(await fails(["layers", "outside.onnx"], "external-data")).toContain("outside its folder");
  });

  it("a folder that is empty, or missing, or holds no readable picture", async () => {
    mkdirSync(path("empty"), { recursive: true });
    expect(await fails(["describe", embedded, "--data", "empty"], "no-data")).toContain("holds no pictures");
    await fails(["describe", embedded, "--data", "nowhere"], "file-missing");
    mkdirSync(path("bad"), { recursive: true });
    writeFileSync(path("bad/a.png"), "no picture");
    expect(await fails(["describe", embedded, "--data", "bad"], "no-data")).toContain(
      "none of the 1 pictures could be read",
    );
  });

  it("a full disk leaves nothing half-written", async () => {
    const disk = path("disk");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      return console.warn("skipped: a small disk can only be mounted by root");
    }
    try {
      const pictures = await scenesOnDisk("for-full-disk", 20, false);
      await fails(["describe", embedded, "--data", pictures, "-o", join(disk, "report.html")], "disk-full");
      await fails(["edit", embedded, "--ablate", "conv1/Relu:0", "-o", join(disk, "edited.onnx")], "disk-full");
      await fails(["record", embedded, "--data", pictures, "-o", join(disk, "activity.parquet")], "disk-full");
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  it("Ctrl-C ends cleanly and leaves no mess", async () => {
    const pictures = await scenesOnDisk("interrupted", 400, false);
    const before = readdirSync(folder);
    // Once, when it has begun to write.
    let interrupted = false;
    const interruptWhen = () => {
      if (interrupted || !readdirSync(folder).some((file) => file.includes(".part"))) return false;
      interrupted = true;
      return true;
    };
    const { code, err } = await cajal(["record", embedded, "--data", pictures, "-o", "interrupted.parquet"], {
      interruptWhen,
    });
    expect([code, err]).toEqual([130, expect.stringContaining("cajal: interrupted")]);
    expect(readdirSync(folder)).toEqual(before);
  });
});
