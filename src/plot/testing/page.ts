/** @file Draws the samples in a page, for tests in a browser. */

import { renderFigure } from "../render-figure.ts";
import { samples } from "./samples.ts";

declare global {
  interface Window {
    drawn: Readonly<Record<string, string>>;
  }
}

window.drawn = Object.fromEntries(Object.entries(samples).map(([name, figure]) => [name, renderFigure(figure)]));
