/** @file Figures are checked where they come in: a mistake is named by figure and field. */

import { CajalError } from "../graph/error.ts";
import type { Figure } from "./figure.ts";

/** What a figure is called in messages. */
export function nameOf(figure: Figure): string {
  return figure.title ?? figure.kind;
}

export function checkFigure(figure: Figure): void {
  if (!figure.caption) throw new CajalError("argument", `figure "${nameOf(figure)}": no caption`);
}
