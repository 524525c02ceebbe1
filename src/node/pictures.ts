/** @file A folder of pictures, with labels and concept masks where they lie beside them. */

import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import sharp from "sharp";
import { folderLabels, type LabelledPicture, labelsAmong, type Picture, type PictureSet } from "../data/index.ts";
import { CajalError } from "../graph/index.ts";
import { fileError } from "./files.ts";

const extensions = new Set([".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".bmp"]);

/** Pictures larger than this are refused before they are decoded. */
const pixelLimit = 100_000_000;

interface Entry {
  readonly file: string;
  readonly label?: string;
}

/**
 * Reads a folder. Labels come from `index.json` or `labels.csv` (file, label) where there is one, else from the names of subfolders;
 * concept masks from `concepts/<concept>/<same path>.png`, white where the concept is.
 * @throws CajalError `file-missing`, `no-data` (no pictures), `bad-labels`
 */
export async function pictureFolder(folder: string): Promise<PictureSet> {
  const root = resolve(folder);
  const files = await listFiles(root);
  const entries = (await labelled(root, files)) ?? bySubfolder(files);
  if (entries.length === 0) {
    throw new CajalError("no-data", `${folder} holds no pictures`, {
      advice: `Supported: ${[...extensions].join(" ")}.`,
    });
  }
  const masks = maskFiles(files);
  return {
    name: folder,
    length: entries.length,
    labels: labelsAmong(entries.map(({ label }) => label)),
    concepts: [...masks.keys()].sort(),
    nameOf: (index) => entries[index].file,
    async get(index, height, width): Promise<LabelledPicture> {
      const { file, label } = entries[index];
      const picture = await readPicture(join(root, file), height, width);
      const concepts = await readMasks(root, masks, file, height, width);
      return { name: file, picture, ...(label !== undefined && { label }), ...(concepts.size > 0 && { concepts }) };
    },
  };
}

/** Decodes one picture, turned upright, scaled to cover height × width, cropped around its centre; transparency becomes white. */
export async function readPicture(path: string, height: number, width: number): Promise<Picture> {
  try {
    const { data } = await sharp(path, { limitInputPixels: pixelLimit, failOn: "error" })
      .rotate()
      .resize(width, height, { fit: "cover" })
      .flatten({ background: "#ffffff" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const rgb = data.length === width * height * 3 ? data : spread(data, width * height);
    return { width, height, data: new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length) };
  } catch (error) {
    throw new CajalError("bad-image", `${path} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0].replace(/^.*?: (?=\S)/, "");
}

/** One grey byte per pixel to three. */
function spread(grey: Uint8Array, pixels: number): Uint8Array {
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) rgb.fill(grey[(i * grey.length) / pixels], 3 * i, 3 * i + 3);
  return rgb;
}

async function listFiles(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .sort();
  } catch (error) {
    throw fileError(error, root);
  }
}

const isPicture = (file: string): boolean => extensions.has(extname(file).toLowerCase());

function bySubfolder(files: readonly string[]): Entry[] {
  const pictures = files.filter((file) => isPicture(file) && !file.startsWith("concepts/"));
  const labels = folderLabels(pictures);
  return pictures.map((file, i) => ({ file, ...(labels[i] !== undefined && { label: labels[i] }) }));
}

async function labelled(root: string, files: readonly string[]): Promise<Entry[] | undefined> {
  const index = ["index.json", "labels.csv"].find((name) => files.includes(name));
  if (index === undefined) return undefined;
  const text = await readFile(join(root, index), "utf8");
  const rows = index.endsWith(".json") ? fromJson(text, join(root, index)) : fromCsv(text, join(root, index));
  const present = new Set(files);
  const entries = rows.filter(({ file }) => isPicture(file) && present.has(file));
  if (entries.length === 0 && rows.length > 0) {
    throw new CajalError(
      "bad-labels",
      `${join(root, index)} names ${rows.length} files, of which none is a picture here`,
      {
        advice: `The first is "${rows[0].file}"; paths count from ${root}.`,
      },
    );
  }
  return entries;
}

function fromJson(text: string, path: string): Entry[] {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    throw new CajalError("bad-labels", `${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!Array.isArray(rows))
    throw new CajalError("bad-labels", `${path} is not a list`, {
      advice: 'Write [{ "file": "a.jpg", "label": "cat" }, …].',
    });
  return rows.map((row, i) => {
    if (typeof row?.file !== "string" || (row.label !== undefined && typeof row.label !== "string")) {
      throw new CajalError("bad-labels", `${path}: entry ${i} has no "file", or its "label" is not text`);
    }
    return { file: row.file, ...(row.label !== undefined && { label: row.label }) };
  });
}

function fromCsv(text: string, path: string): Entry[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (/^"?file(name)?"?,/i.test(lines[0] ?? "")) lines.shift();
  return lines.map((line, i) => {
    const match = /^(?:"([^"]+)"|([^",]+)),(?:"([^"]*)"|([^",]*))\s*$/.exec(line);
    if (match === null)
      throw new CajalError("bad-labels", `${path}: row ${i + 1} is not "file,label": ${line.slice(0, 80)}`);
    return { file: match[1] ?? match[2], label: match[3] ?? match[4] };
  });
}

/** Concept to the mask files there are, by picture path without its extension. */
function maskFiles(files: readonly string[]): Map<string, Map<string, string>> {
  const masks = new Map<string, Map<string, string>>();
  for (const file of files) {
    const [top, concept, ...rest] = file.split("/");
    if (top !== "concepts" || rest.length === 0 || !isPicture(file)) continue;
    const of = masks.get(concept) ?? new Map<string, string>();
    of.set(withoutExtension(rest.join("/")), file);
    masks.set(concept, of);
  }
  return masks;
}

function withoutExtension(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

async function readMasks(
  root: string,
  masks: ReadonlyMap<string, ReadonlyMap<string, string>>,
  file: string,
  height: number,
  width: number,
) {
  const found = new Map<string, Uint8Array>();
  for (const [concept, byPicture] of masks) {
    const path = byPicture.get(withoutExtension(file));
    if (path === undefined) continue;
    const { data } = await readPicture(join(root, path), height, width);
    const mask = Uint8Array.from({ length: height * width }, (_, i) => (data[3 * i] >= 128 ? 1 : 0));
    found.set(concept, mask);
  }
  return found;
}
