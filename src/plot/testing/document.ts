/** @file A document for tests of figures, and a reader of what was drawn. */

import { parseHTML } from "linkedom";

export const testDocument = (): Document => parseHTML("<!doctype html><html><body></body></html>").document;

/** The root of an SVG. */
export function parseSvg(svg: string): Element {
  const root = parseHTML(`<!doctype html><html><body>${svg}</body></html>`).document.querySelector("svg");
  if (!root) throw new Error("no SVG was drawn");
  return root;
}

/** The texts of the groups that are called so. */
export const textsOf = (root: Element, group: string): string[] =>
  [...root.querySelectorAll(`[aria-label="${group}"] text`)].map(({ textContent }) => textContent ?? "");
