/** @file Where the text of a drawing stands. */

import { textWidth } from "./text.ts";
import { FONT_SIZE } from "./theme.ts";

export interface TextBox {
  readonly text: string;
  /** Of the group that it is in: "x-axis tick label", "text", … */
  readonly group: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Corners turn with the text: [x, y] → [a·x + c·y + e, b·x + d·y + f]. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const times = ([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix => [
  a * g + c * h,
  b * g + d * h,
  a * i + c * j,
  b * i + d * j,
  a * k + c * l + e,
  b * k + d * l + f,
];

function matrixOf(transform: string | null): Matrix {
  let matrix: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [, name, list] of (transform ?? "").matchAll(/(translate|rotate)\(([^)]*)\)/g)) {
    const [x = 0, y = 0] = list.split(/[\s,]+/).map(Number);
    const turn = (x * Math.PI) / 180;
    matrix = times(
      matrix,
      name === "translate"
        ? [1, 0, 0, 1, x, y]
        : [Math.cos(turn), Math.sin(turn), -Math.sin(turn), Math.cos(turn), 0, 0],
    );
  }
  return matrix;
}

interface Inherited {
  readonly matrix: Matrix;
  readonly anchor: string;
  readonly size: number;
  readonly group: string;
}

/** Every text element below a root, by estimated widths. */
export function textBoxes(root: Element): TextBox[] {
  const boxes: TextBox[] = [];
  const visit = (element: Element, inherited: Inherited): void => {
    const here: Inherited = {
      matrix: times(inherited.matrix, matrixOf(element.getAttribute("transform"))),
      anchor: element.getAttribute("text-anchor") ?? inherited.anchor,
      size: Number.parseFloat(element.getAttribute("font-size") ?? "") || inherited.size,
      group: element.getAttribute("aria-label") ?? inherited.group,
    };
    if (element.localName === "text") boxes.push(boxOf(element, here));
    else for (const child of element.children) visit(child, here);
  };
  visit(root, { matrix: [1, 0, 0, 1, 0, 0], anchor: "start", size: FONT_SIZE, group: "" });
  return boxes;
}

/** "0.71em" or "3": in pixels. */
function length(value: string | null, size: number): number {
  const number = Number.parseFloat(value ?? "0");
  return value?.endsWith("em") ? number * size : number;
}

function boxOf(element: Element, { matrix, anchor, size, group }: Inherited): TextBox {
  const lines = element.children.length > 0 ? [...element.children] : [element];
  const width = Math.max(...lines.map((line) => textWidth(line.textContent ?? "", size)));
  const x = length(element.getAttribute("x"), size);
  const baseline = length(element.getAttribute("y"), size);
  const from = anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2;
  const top = baseline - 0.8 * size;
  const bottom = baseline + (1.1 * (lines.length - 1) + 0.25) * size;
  const [a, b, c, d, e, f] = matrix;
  const corners = [from, from + width].flatMap((cx) =>
    [top, bottom].map((cy) => [a * cx + c * cy + e, b * cx + d * cy + f] as const),
  );
  const xs = corners.map(([cx]) => cx);
  const ys = corners.map(([, cy]) => cy);
  return {
    text: element.textContent ?? "",
    group,
    left: Math.min(...xs),
    right: Math.max(...xs),
    top: Math.min(...ys),
    bottom: Math.max(...ys),
  };
}
