import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { mirrored } from "./testing/mirror.ts";
import { runSnippet, snippetsOf } from "./testing/snippets.ts";

/** The lines that the program of a page prints. */
const printed = (page: string) => runSnippet(snippetsOf(page).join("\n")).trim().split("\n");

it("docs/graph.md", () => {
  const lines = printed("docs/graph.md").join("\n");
  expect(lines).toContain("5 [ 2, 2 ]");
  expect(lines).toMatch(/1,\s+0\.25/);
  expect(lines).toContain("[ 50, 3 ] [ 50, 3 ]");
  expect(lines).toMatch(/\n3\n/);
  expect(lines).toContain("true");
  expect(lines).toMatch(/0\.273,\s+-0\.091,\s+-0\.091,\s+0\.364/);
  expect(lines).toContain("[ 2, 1 ]");
  expect(lines).toContain("[ 5, 2 ]");
});

it("docs/nn.md", () => {
  expect(printed("docs/nn.md")).toEqual([
    "[ 2, 2 ]",
    expect.stringMatching(/^step 100: loss 0\.\d\d$/),
    expect.stringMatching(/^step 200: loss 0\.\d\d$/),
    expect.stringMatching(/^step 300: loss 0\.\d\d$/),
    "accuracy above 0.95: true",
    "goes on at step 21",
    "30",
    "loss below 0.5: true",
    "[ 1, 4, 65 ]",
    "true",
  ]);
});

it("docs/model.md", () => {
  const lines = printed("docs/model.md");
  expect(lines.filter((line) => line.startsWith("concepts/Relu")).length).toBe(1);
  expect(lines.slice(-3)).toEqual(["5", "[ 1, 3, 64, 64 ]", "[ 2, 16 ]"]);
});

it.skipIf(!mirrored("stories260K"))("docs/text-models.md", () => {
  const lines = printed("docs/text-models.md");
  expect(lines.slice(0, 7)).toEqual([
    "block2/heads heads 8",
    "block2/middle stream 64",
    "block2/gate projection 172",
    "block2/up projection 172",
    "block2/mlp neurons 172",
    "block2/down projection 64",
    "block2/residual stream 64",
  ]);
  expect(lines.slice(7, 11)).toEqual(["[ 5, 512 ]", "[ 5, 172 ]", "true true true", "[ 2, 64 ]"]);
  expect(lines[11]).toMatch(/^, there was a little girl/);
  expect(lines[12]).toBe("true");
  expect(lines[13]).toMatch(/^\d \d+ \[.*' mom'/);
});

it("docs/data.md", () => {
  expect(printed("docs/data.md")).toEqual(["[ 100, 8 ]", "[ 'activity', 'labels' ]", "Dogs/NOUN bark/VERB"]);
});

it("docs/method.md", () => {
  expect(printed("docs/method.md")).toEqual(["coin"]);
});

it("docs/figures.md, and its pictures", async () => {
  const draw = `console.log(JSON.stringify(Object.entries(figures).map(([name, figure]) => [name, renderFigure(figure, { document })])));`;
  const [message, drawn] = runSnippet([...snippetsOf("docs/figures.md"), draw].join("\n"))
    .trim()
    .split("\n");
  expect(message).toBe('figure "accuracy": marks[0].y: no row has a column "acc"');
  const svgs: [string, string][] = JSON.parse(drawn);
  expect(svgs.map(([name]) => name)).toEqual(
    [
      ...readFileSync(new URL("../../docs/figures.md", import.meta.url), "utf8").matchAll(
        /images\/figures\/(\w+)\.svg/g,
      ),
    ].map(([, name]) => name),
  );
  for (const [name, svg] of svgs) await expect(`${svg}\n`).toMatchFileSnapshot(`../../docs/images/figures/${name}.svg`);
});

it("docs/language-models.md", () => {
  const lines = printed("docs/language-models.md");
  expect(lines.slice(0, 2)).toEqual(["You ask for Peru. 2 false", "true"]);
  expect(lines.join("\n")).toMatch(
    /calls: 1,\s+cached: 1,\s+retries: 1,\s+tokensIn: 6,\s+tokensOut: 4,\s+cost: 0.000009/,
  );
});

it("methods/sequence/wide-deep-evaluator", () => {
  expect(printed("src/methods/sequence/wide-deep-evaluator/README.md")).toEqual([
    "2 [ 4.5, 8.5 ] 12",
    "tie [ 6.5, 6.5 ] 12",
    "1 1 26 true",
  ]);
});
