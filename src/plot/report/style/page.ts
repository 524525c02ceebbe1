/** @file The style of the report's page, whole. */

import { CARDS } from "./cards.ts";
import { DETAIL } from "./detail.ts";
import { LAYOUT } from "./layout.ts";
import { MASTHEAD } from "./masthead.ts";
import { THEME } from "./theme.ts";

export function pageStyle(): string {
  return THEME + MASTHEAD + LAYOUT + CARDS + DETAIL;
}
