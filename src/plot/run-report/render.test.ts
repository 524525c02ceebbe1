import { createHash } from "node:crypto";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { renderFigure } from "../render-figure.ts";
import { ATTACK } from "../report/testing/hostile.ts";
import type { RunReport } from "../run-report.ts";
import { testDocument } from "../testing/document.ts";
import * as sample from "../testing/samples.ts";
import { thin } from "./curves.ts";
import { renderRunReport } from "./render.ts";
import { sampleRun } from "./testing/sample.ts";
import { formatDemand, formatDuration, formatNumber, formatSpread } from "./words.ts";

const document = testDocument();
const run = sampleRun(document);
const html = renderRunReport(run, { document });
const parse = (text: string) => parseHTML(text).document;
const page = parse(html);
const texts = (within: ParentNode, selector: string) =>
  [...within.querySelectorAll(selector)].map(({ textContent }) => textContent?.trim());

describe("the page of a run", () => {
  it("says what the method is", () => {
    expect(texts(page, "h1")).toEqual(["Learned delays"]);
    expect(texts(page, ".lede")).toEqual([run.method.summary]);
    expect(texts(page, ".citation")[0]).toContain(
      "A. One, B. Two: Learning delays with dilated convolutions, ICLR, 2024",
    );
    expect([...page.querySelectorAll(".citation a")].map((link) => link.getAttribute("href"))).toEqual([
      "https://arxiv.org/abs/2306.17670",
      "https://example.org/code",
    ]);
  });

  it("holds every bar against what was reached and what the paper has", () => {
    const rows = [...page.querySelectorAll("#bars tbody tr:not(.note)")].map((row) => texts(row, "th, td"));
    expect(rows).toEqual([
      ["met", "accuracy", "≥ 0.85", "0.9134", "0.9507"],
      ["missed", "gain over fixed delays", "≥ 0.03", "0.0211", "–"],
      ["met", "largest difference", "≤ 10⁻⁶", "3.1\u202f·\u202f10⁻⁸", "→ 0"],
      ["not measured", "energy", "≤ 120", "–", "–"],
    ]);
    expect(texts(page, "#bars .note td:last-child")).toEqual(["The fixed arm has random delays."]);
    expect(texts(page, ".figures dd")).toEqual(["2 of 4", "1", "4\u00a0min 43\u00a0s"]);
  });

  it("shows other metrics, figures, curves, tables, options, environment and log", () => {
    expect(texts(page, "#metrics tbody tr")).toEqual(["mean delay11.27 ms"]);
    expect(texts(page, "#figures figcaption")).toEqual(run.figures.map(({ caption }) => caption));
    expect(texts(page, "#figures h3")).toEqual(["Spikes of a trial"]); // the other has its title inside
    expect(texts(page, "#curves h3")).toEqual(["training loss"]);
    expect(page.querySelectorAll('#curves [aria-label="line"] path')).toHaveLength(1);
    expect(texts(page, "#tables tbody td")).toEqual(["learned", "0.9134", "fixed", "–"]);
    expect(texts(page, ".facts dt")).toEqual(["hidden", "arms", "quick", "cajal", "threads"]);
    expect(texts(page, ".log pre")).toEqual(["epoch 1: loss 2.3\nepoch 2: loss 1.1"]);
  });

  it("lets only its own style count, runs nothing and fetches nothing", () => {
    const policy = page.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
    const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => style);
    expect(styles).toHaveLength(1);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${createHash("sha256").update(styles[0]).digest("base64")}'`);
    expect(html).not.toMatch(/<script|<link rel="stylesheet|\s(style|on\w+)=/);
    expect(html.replaceAll(/xmlns=['"][^'"]+['"]|<a href="[^"]+"/g, "")).not.toMatch(/https?:\/\//);
  });

  it("lets the styles of figures of another version count, too", () => {
    const old = run.figures[0].svg.replace(/<style>[\s\S]*?<\/style>/, "<style>.old{}</style>");
    const page = renderRunReport({ ...run, figures: [{ ...run.figures[0], svg: old }] }, { document });
    expect(page).toContain(createHash("sha256").update(".old{}").digest("base64"));
  });

  it("shows hostile text as text", () => {
    const hostile: RunReport = {
      ...run,
      method: {
        ...run.method,
        slug: ATTACK,
        family: ATTACK,
        title: ATTACK,
        authors: ATTACK,
        summary: ATTACK,
        arxiv: ATTACK,
        code: `javascript:${ATTACK}`,
      },
      state: "failed",
      error: ATTACK,
      options: { [ATTACK]: ATTACK, list: [ATTACK] },
      bars: [{ metric: ATTACK, atLeast: 1, reached: 2, met: true, paper: ATTACK, note: ATTACK }],
      metrics: [{ name: ATTACK, unit: ATTACK, values: [1] }],
      curves: [{ ...run.curves[0], name: ATTACK, unit: ATTACK }],
      figures: run.figures.map((figure) => ({ ...figure, name: ATTACK, caption: ATTACK, title: ATTACK })),
      tables: [{ name: ATTACK, columns: [ATTACK], rows: [[ATTACK]], caption: ATTACK }],
      environment: { [ATTACK]: ATTACK },
      log: [ATTACK],
      notes: [ATTACK],
      command: ATTACK,
      created: ATTACK,
      version: ATTACK,
    };
    const text = renderRunReport(hostile, { document });
    expect(text).not.toMatch(/<(img|script|\/script|!--)/);
    expect([...parse(text).querySelectorAll("a")]).toEqual([]);
    expect(parse(text).querySelector(".log pre")?.textContent).toBe(ATTACK);
  });

  it("refuses pictures that are none", () => {
    for (const svg of ["<p>no</p>", "<svg><script>1</script></svg>", "<svg><foreignObject/></svg>", "<svg>"])
      expect(() => renderRunReport({ ...run, figures: [{ name: "bad", svg, caption: "c" }] }, { document })).toThrow(
        /the figure "bad"/,
      );
  });

  it("says that a run stopped, and why", () => {
    const note = (report: Partial<RunReport>) =>
      texts(parse(renderRunReport({ ...run, ...report }, { document })), ".notes li")[0];
    expect(note({ state: "failed", error: "The loss is NaN." })).toMatch(/^The run failed\. The loss is NaN\./);
    expect(note({ state: "interrupted" })).toMatch(/^The run was interrupted\./);
    expect(note({})).toBe("The words come from a generator.");
  });

  it("needs no document where there are no curves", () => {
    expect(renderRunReport({ ...run, curves: [] })).toContain("</html>");
    expect(() => renderRunReport(run)).toThrow(/no document/);
  });
});

describe("the page of several seeds", () => {
  const seeds = [1, 2, 3];
  const several: RunReport = {
    ...run,
    seeds,
    bars: [
      { metric: "accuracy", atLeast: 0.85, reached: 0.91, met: true },
      { metric: "largest difference", atMost: 1e-6, over: "every seed", reached: 4e-8, met: true },
    ],
    metrics: [
      { name: "accuracy", values: [0.9, 0.91, 0.92] },
      { name: "largest difference", values: [1e-8, 4e-8, null] },
    ],
    curves: seeds.map((seed) => ({ ...run.curves[0], seed })),
  };
  const page = parse(renderRunReport(several, { document }));

  it("has mean and spread, or the worst seed", () => {
    expect(texts(page, "#bars .reached")).toEqual([
      "0.910 ± 0.010mean over seeds",
      "4\u202f·\u202f10⁻⁸the worst of all seeds",
    ]);
    expect(texts(page, "#metrics thead th")).toEqual(["metric", "mean ± sd", "seed 1", "seed 2", "seed 3"]);
    expect(texts(page, "#metrics tbody tr:first-child td")).toEqual(["0.910 ± 0.010", "0.9", "0.91", "0.92"]);
    expect(texts(page, "#metrics tbody tr:last-child td").at(-1)).toBe("–");
  });

  it("draws the curves of all seeds together", () => {
    expect(page.querySelectorAll('#curves [aria-label="line"] path')).toHaveLength(3);
    expect(texts(page, '#curves [aria-label="legend"] text')).toEqual(["seed 1", "seed 2", "seed 3"]);
  });
});

it("numbers in words", () => {
  expect(
    [0, 1234567, 0.123456, -0.5, 1e-6, -2.5e-9, 1e7, null, Number.NaN, Number.POSITIVE_INFINITY].map(formatNumber),
  ).toEqual(["0", "1,234,567", "0.1235", "−0.5", "10⁻⁶", "−2.5\u202f·\u202f10⁻⁹", "10⁷", "–", "–", "∞"]);
  expect([formatSpread(0.912345, 0.0123), formatSpread(12345.6, 321), formatSpread(5, 0)]).toEqual([
    "0.912 ± 0.012",
    "12,346 ± 321",
    "5",
  ]);
  expect([0.234, 59, 60, 283, 7500].map(formatDuration)).toEqual([
    "0.23\u00a0s",
    "59\u00a0s",
    "1\u00a0min",
    "4\u00a0min 43\u00a0s",
    "2\u00a0h 5\u00a0min",
  ]);
  expect(formatDemand({ atLeast: 0, atMost: 0 })).toBe("= 0");
  expect(formatDemand({ atLeast: 0.1, atMost: 0.2 })).toBe("0.1 to 0.2");
  expect(formatDemand({ atLeast: -12.01, atMost: -11.99 })).toBe("−12 ± 0.01");
});

it("long curves keep their peaks when they are thinned", () => {
  const points = Array.from({ length: 10_000 }, (_, i): [number, number] => [
    i,
    i === 4321 ? 9 : i === 8765 ? -9 : Math.sin(i),
  ]);
  const kept = thin(points, 300);
  expect(kept.length).toBeLessThanOrEqual(300);
  expect(kept).toContainEqual([4321, 9]);
  expect(kept).toContainEqual([8765, -9]);
  expect(kept.map(([step]) => step)).toEqual(kept.map(([step]) => step).sort((a, b) => a - b));
  expect(thin(points.slice(0, 10), 300)).toEqual(points.slice(0, 10));
});

it("a figure drawn with its title needs no other", () => {
  const svg = renderFigure(sample.lines, { document });
  const html = renderRunReport(
    { ...run, figures: [{ name: "lines", svg, caption: "c", title: "again" }] },
    { document },
  );
  expect(html).not.toContain("again");
});
