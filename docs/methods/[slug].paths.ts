/** A page per method: its README, then what its experiment reached, from results/<slug>.json. */

import { readFileSync } from "node:fs";
import { type Page, pages } from "./pages.ts";

const figure = (value: number | null | undefined) =>
  value === undefined || value === null ? "–" : String(Number(value.toPrecision(4)));
const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("{{", "{ {");
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
const table = (columns: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(columns), `|${columns.map(() => "---|").join("")}`, ...rows.map(row)].join("\n");

function results({ slug, result }: Page): string {
  if (!result) return `## Results\n\nNot reproduced here yet: \`cajal reproduce ${slug}\` makes them.\n`;
  const { bars, seeds, seconds, environment, figures, tables, metrics, options } = result;
  const inBars = new Set(bars.map(({ metric }) => metric));
  const spread = (name: string) => metrics.find((metric) => metric.name === name)?.deviation;
  const rest = metrics.filter(({ name }) => !inBars.has(name));
  const missed = bars.filter(({ met, note }) => !met && note);
  return [
    "## Results",
    `Seeds ${seeds.join(", ")}; ${seconds.map((s) => `${s} s`).join(", ")} on ${environment.processor} with ${environment.threads} threads; Cajal ${environment.cajal}, onnxruntime ${environment.onnxruntime}. Options: ${
      Object.entries(options)
        .map(([name, value]) => `\`${name}\` ${JSON.stringify(value)}`)
        .join(", ") || "none"
    }.`,
    table(
      ["", "must reach", "reached", "±", "in the paper", ""],
      bars.map(({ metric, atLeast, atMost, reached, met, paper }) => [
        metric,
        atLeast !== undefined && atLeast === atMost
          ? `= ${figure(atLeast)}`
          : [atLeast === undefined ? "" : `≥ ${figure(atLeast)}`, atMost === undefined ? "" : `≤ ${figure(atMost)}`]
              .filter(Boolean)
              .join(", "),
        figure(reached),
        figure(spread(metric)),
        paper === undefined ? "–" : String(paper),
        met ? "✓" : "**missed**",
      ]),
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
          rows.map((cells) => cells.map((value) => (typeof value === "string" ? value : figure(value)))),
        ),
      ].join("\n\n"),
    ),
    rest.length === 0
      ? ""
      : `### Other figures\n\n${table(
          ["", "mean", "±", "by seed"],
          rest.map(({ name, unit, mean, deviation, values }) => [
            unit ? `${name} (${unit})` : name,
            figure(mean),
            figure(deviation),
            values.map(figure).join(", "),
          ]),
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
