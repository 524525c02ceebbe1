/** Pictures that a person chose, read where the engine works. */

import {
  folderLabels,
  type LabelledPicture,
  labelsAmong,
  type Picture,
  type PictureSet,
} from "../../../src/data/index.ts";
import { CajalError } from "../../../src/graph/index.ts";

const endings = /\.(?:jpe?g|png|webp|gif|avif|bmp)$/i;

export const isPicture = ({ name, type }: File): boolean => type.startsWith("image/") || endings.test(name);

/** Pictures in folders are labelled by these. */
export function droppedPictures(files: readonly File[]): PictureSet {
  const pictures = files.filter(isPicture);
  if (pictures.length === 0)
    throw new CajalError("no-data", `none of ${files.length} files is a picture`, {
      advice: "JPEG, PNG, WebP, GIF, AVIF and BMP can be read here.",
    });
  // The first folder is the one that was chosen.
  const labels = folderLabels(pictures.map(({ webkitRelativePath }) => webkitRelativePath.replace(/^[^/]*\//, "")));
  const nameOf = (index: number) => pictures[index].webkitRelativePath || pictures[index].name;
  return {
    name: pictures.length === 1 ? pictures[0].name : `${pictures.length.toLocaleString("en")} pictures`,
    length: pictures.length,
    labels: labelsAmong(labels),
    concepts: [],
    nameOf,
    async get(index, height, width): Promise<LabelledPicture> {
      const label = labels[index];
      const picture = await decodePicture(pictures[index], height, width);
      return { name: nameOf(index), picture, ...(label !== undefined && { label }) };
    },
  };
}

/** Scaled to cover height × width, cropped around its centre; transparency becomes white. @throws CajalError `bad-image` */
export async function decodePicture(file: Blob, height: number, width: number): Promise<Picture> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    const name = file instanceof File ? file.name : "a picture";
    throw new CajalError("bad-image", `${name} cannot be read`, { cause });
  });
  try {
    return pixelsOf(bitmap, height, width);
  } finally {
    bitmap.close();
  }
}

export function pixelsOf(bitmap: ImageBitmap, height: number, width: number): Picture {
  const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const [w, h] = [bitmap.width * scale, bitmap.height * scale];
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, data };
}

/** As PNG: every pixel as it was, so that what is seen in it later is the same. */
export async function encodePicture({ width, height, data }: Picture): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(width, height);
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
  const blob = await canvas.convertToBlob({ type: pictureType });
  return new Uint8Array(await blob.arrayBuffer());
}

export const pictureType = "image/png";
