/** The manual: pages of this folder, a page per method from its README and results, the reference from the code. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

const root = new URL("../..", import.meta.url);

function families() {
  const methods = new URL("src/methods/", root);
  const rooms = readdirSync(methods, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return rooms.flatMap(({ name: family }) => {
    const slugs = readdirSync(new URL(`${family}/`, methods)).filter((slug) =>
      existsSync(new URL(`${family}/${slug}/method.ts`, methods)),
    );
    const items = slugs.map((slug) => ({ text: slug, link: `/methods/${slug}` }));
    return items.length > 0 ? [{ text: family, collapsed: false, items }] : [];
  });
}

function decisions() {
  const names = readdirSync(new URL("docs/decisions/", root)).filter((name) => name.endsWith(".md"));
  return names.sort().map((name) => ({
    text: readFileSync(new URL(`docs/decisions/${name}`, root), "utf8")
      .split("\n")[0]
      .replace(/^#\s*/, ""),
    link: `/decisions/${name.replace(/\.md$/, "")}`,
  }));
}

export default defineConfig({
  title: "Cajal",
  description: "Read, explain, edit and build neural networks neuron by neuron",
  lastUpdated: false,
  cleanUrls: true,
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Guide", link: "/start" },
      { text: "Methods", link: "/methods/" },
      { text: "Reference", link: "/api/index.html", target: "_self" },
    ],
    sidebar: {
      "/methods/": [{ text: "All methods", link: "/methods/" }, ...families()],
      "/": [
        {
          text: "Guide",
          items: [
            { text: "Getting started", link: "/start" },
            { text: "The engine in ten minutes", link: "/graph" },
            { text: "Networks and training", link: "/nn" },
            { text: "Your own model", link: "/model" },
            { text: "Inside a language model", link: "/text-models" },
            { text: "Your own data", link: "/data" },
            { text: "Asking language models", link: "/language-models" },
            { text: "Experiments and runs", link: "/runs" },
            { text: "The studio", link: "/studio" },
            { text: "Figures", link: "/figures" },
            { text: "Write a method", link: "/method" },
          ],
        },
        {
          text: "Details",
          items: [
            { text: "Where it runs", link: "/runtimes" },
            { text: "Ops", link: "/ops" },
          ],
        },
        { text: "Decisions", collapsed: true, items: decisions() },
      ],
    },
  },
});
