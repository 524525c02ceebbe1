/** @file A document for figures, where there is no page. */

import { parseHTML } from "linkedom";

/** Makes the elements of figures in Node.js: `renderFigure(figure, { document: figureDocument() })`. */
export function figureDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document;
}
