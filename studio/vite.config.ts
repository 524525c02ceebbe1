/** Builds the studio's pages into dist/studio, from where its server takes them. */

import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { marked } from "marked";
import { defineConfig, type Plugin } from "vite";
import { FIGURE_STYLE } from "../src/plot/drawing/theme.ts";
import { CARDS } from "../src/plot/report/style/cards.ts";
import { DETAIL } from "../src/plot/report/style/detail.ts";
import { THEME } from "../src/plot/report/style/theme.ts";
import { methodWords } from "./method-words.ts";

/** Colours and type are those of the reports. */
const house: Plugin = {
  name: "house-style",
  resolveId: (id) => (id === "virtual:house.css" ? "\0house.css" : undefined),
  load: (id) => (id === "\0house.css" ? [THEME, FIGURE_STYLE, CARDS, DETAIL].join("\n") : undefined),
};

/** The methods' READMEs as HTML, each a file of its own; the first heading is the page's. */
const readmes: Plugin = {
  name: "readmes",
  enforce: "pre",
  transform: (source, id) =>
    id.endsWith("/README.md") ? `export default ${JSON.stringify(htmlOf(source))};` : undefined,
};

/** The words of all READMEs by method, for searching: one file, loaded when somebody searches. */
const words: Plugin = {
  name: "method-words",
  resolveId: (id) => (id === "virtual:method-words" ? "\0method-words" : undefined),
  load: (id) => (id === "\0method-words" ? `export default ${JSON.stringify(methodWords())};` : undefined),
};

function htmlOf(markdown: string): string {
  const html = marked.parse(markdown.replace(/^# .*\n/, ""), { async: false });
  // A head without words is none; what scrolls can be reached by keyboard.
  return html.replaceAll("<th></th>", "<td></td>").replaceAll("<pre>", '<pre tabindex="0">');
}

export default defineConfig({
  plugins: [house, readmes, words, svelte()],
  // The engine runs in the page, too.
  resolve: { alias: { "#runtime": fileURLToPath(new URL("../src/graph/runtime/web.ts", import.meta.url)) } },
  worker: { format: "es" },
  build: { outDir: "../dist/studio", emptyOutDir: true, target: "es2023" },
  server: { proxy: { "/api": "http://127.0.0.1:4321" } },
});
