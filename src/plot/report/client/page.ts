/** @file What every component of the page is given. */

import type { Catalogue } from "../catalogue.ts";
import type { Parts } from "./parts.ts";
import type { Drawings, Pictures, Queue } from "./sources.ts";
import type { ViewState } from "./state.ts";

export interface Page {
  readonly parts: Parts;
  readonly catalogue: Catalogue;
  readonly drawings: Drawings;
  readonly pictures: Pictures;
  readonly queue: Queue;
  /** Changes what is looked at. "push" makes an entry in the browser's history, "replace" does not. */
  readonly go: (change: Partial<ViewState>, history: "push" | "replace") => void;
}
