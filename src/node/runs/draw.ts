/** @file A run's figures, drawn. */

import { CajalError } from "../../graph/index.ts";
import { type Figure, renderFigure } from "../../plot/index.ts";
import { figureDocument } from "../figure-document.ts";
import { readBytes, writeWhole } from "../files.ts";
import type { RunFolder } from "./folder.ts";

export interface Drawn {
  readonly name: string;
  readonly title?: string;
  readonly caption: string;
  readonly svg: string;
}

/** Draws the figures of these names, and keeps each as SVG beside its data. @throws CajalError `bad-file` */
export async function drawFigures(folder: RunFolder, names: readonly string[]): Promise<Drawn[]> {
  const drawn: Drawn[] = [];
  for (const name of names) {
    const path = folder.figure(name, "json");
    const text = new TextDecoder().decode(await readBytes(path));
    let figure: Figure;
    try {
      figure = JSON.parse(text);
    } catch (cause) {
      throw new CajalError("bad-file", `${path} is not JSON`, { cause });
    }
    const svg = renderFigure(figure, { document: figureDocument() });
    await writeWhole(folder.figure(name, "svg"), [svg]);
    const { title, caption } = figure;
    drawn.push({ name, ...(title !== undefined && { title }), caption, svg });
  }
  return drawn;
}
