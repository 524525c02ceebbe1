/** A page per method: its README, then what its experiment reached, from results/<slug>.json. */

import { readFileSync } from "node:fs";
import { type Page, pages } from "./pages.ts";

/** Built code is read, as in pages.ts. */
const words: typeof import("../../src/plot/run-report/words.ts") = await import(
  new URL(`file://${process.cwd()}/dist/plot/run-report/words.js`).href
);
const { formatNumber, formatDemand, formatSpread, formatDuration } = words;

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("{{", "{ {");
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
/** @param right columns of numbers */
const table = (columns: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []) =>
  [row(columns), `|${columns.map((_, i) => (right.includes(i) ? "--:|" : "---|")).join("")}`, ...rows.map(row)].join(
    "\n",
  );

function results({ slug, result }: Page): string {
  if (!result) return `## Results\n\nNot reproduced here yet: \`cajal reproduce ${slug}\` makes them.\n`;
  const { bars, seeds, seconds, environment, figures, tables, metrics, options } = result;
  const inBars = new Set(bars.map(({ metric }) => metric));
  /** Of a mean with its deviation, or of the worst seed alone. */
  const reachedBy = ({ metric: name, reached, over }: (typeof bars)[number]) => {
    const deviation = over === "every seed" ? 0 : metrics.find((metric) => metric.name === name)?.deviation;
    return formatSpread(reached ?? Number.NaN, deviation ?? 0);
  };
  const rest = metrics.filter(({ name }) => !inBars.has(name));
  const missed = bars.filter(({ met, note }) => !met && note);
  return [
    "## Results",
    `Seeds ${seeds.join(", ")}; ${seconds.map(formatDuration).join(", ")} on ${environment.processor} with ${environment.threads} threads; Cajal ${environment.cajal}, onnxruntime ${environment.onnxruntime}. Options: ${
      Object.entries(options)
        .map(([name, value]) => `\`${name}\` ${JSON.stringify(value)}`)
        .join(", ") || "none"
    }.`,
    table(
      ["", "metric", "must reach", "reached", "in the paper"],
      bars.map((bar) => [
        bar.met ? "✓" : "**missed**",
        bar.metric,
        formatDemand(bar),
        reachedBy(bar),
        typeof bar.paper === "number" ? formatNumber(bar.paper) : (bar.paper ?? "–"),
      ]),
      [2, 3],
    ),
    ...missed.map(({ metric, note }) => `**${cell(metric)}** ${cell(note ?? "")}`),
    ...figures.map(
      ({ name, caption }) =>
        `![${cell(caption).replaceAll(/[[\]]/g, "")}](../../results/${slug}/${encodeURI(name.replaceAll(" ", "_"))}.svg)\n\n*${cell(caption)}*`,
    ),
    ...tables.map(({ name, columns, rows, caption }) =>
      [
        `### ${cell(name)}`,
        caption ? cell(caption) : "",
        table(
          columns,
          rows.map((cells) => cells.map((value) => (typeof value === "string" ? value : formatNumber(value)))),
          columns.map((_, i) => i).filter((i) => rows.every((cells) => typeof cells[i] !== "string")),
        ),
      ].join("\n\n"),
    ),
    rest.length === 0
      ? ""
      : `### Other figures\n\n${table(
          ["metric", "mean", "by seed"],
          rest.map(({ name, unit, mean, deviation, values }) => [
            unit ? `${name} (${unit})` : name,
            formatSpread(mean ?? Number.NaN, deviation ?? 0),
            values.map(formatNumber).join(", "),
          ]),
          [1],
        )}`,
    `\`cajal reproduce ${slug}\` makes this again.`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

export default {
  paths: async () =>
    (await pages()).map((page) => ({
      params: { slug: page.slug },
      content: `${readFileSync(page.readme, "utf8")}\n\n${results(page)}\n`,
    })),
};
