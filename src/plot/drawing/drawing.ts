/** @file What the parts of a drawing hand to each other. */

import type { SvgMaker } from "./canvas.ts";
import type { Legend } from "./legend.ts";

/** Where something is drawn. */
export interface Space {
  readonly document: Document;
  readonly svg: SvgMaker;
  /** An id that no other element of the figure has. */
  newId(): string;
  /** Pixels. */
  readonly width: number;
  /** Least margins at the sides of the plot area: panels over each other get the same. */
  readonly left?: number;
  readonly right?: number;
  /** Errors name the figure so. */
  readonly name: string;
}

/** A figure without title and legends. Its origin is the upper left corner. */
export interface Body {
  readonly node: SVGElement;
  readonly width: number;
  readonly height: number;
  /** Margins at the sides of the plot area. */
  readonly left: number;
  readonly right: number;
  readonly legends: readonly Legend[];
}

/** Something with a size. Its origin is the upper left corner. */
export interface Block {
  readonly node: SVGElement;
  readonly width: number;
  readonly height: number;
}
