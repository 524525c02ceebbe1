import { describe, expect, it } from "vitest";
import { CajalError } from "../graph/index.ts";
import { textBoxes } from "./drawing/text-boxes.ts";
import { colour } from "./drawing/theme.ts";
import type { Figure } from "./figure.ts";
import { renderFigure } from "./render-figure.ts";
import { ATTACK } from "./report/testing/hostile.ts";
import { parseSvg, testDocument, textsOf } from "./testing/document.ts";
import * as sample from "./testing/samples.ts";

const document = testDocument();
const draw = (figure: Figure, options = {}) => renderFigure(figure, { document, ...options });
const rootOf = (figure: Figure) => parseSvg(draw(figure));
const count = (root: Element, selector: string) => root.querySelectorAll(selector).length;

describe("plots", () => {
  it("have their marks, axes with units, and a legend of lines", () => {
    const root = rootOf(sample.lines);
    expect(count(root, '[aria-label="line"] path')).toBe(3);
    expect(count(root, '[aria-label="area"] path')).toBe(3);
    expect(count(root, '[aria-label="rule"] line')).toBe(1);
    expect(textsOf(root, "x-axis label")).toEqual(["epoch"]);
    expect(textsOf(root, "y-axis label")).toEqual(["accuracy (%)"]);
    expect(textsOf(root, "y-axis tick label")).toContain("40%");
    expect(textsOf(root, "legend")).toEqual(["arm", "learned delays", "fixed delays", "no delays"]);
    const strokes = (selector: string) =>
      [...root.querySelectorAll(selector)].map((path) => path.getAttribute("stroke"));
    expect(strokes('[aria-label="legend"] path')).toEqual(strokes('[aria-label="line"] path'));
  });

  it("have small pictures at their places", () => {
    const values = [0, 0.5, 1, 0];
    const root = rootOf({
      kind: "plot",
      caption: "Two pictures.",
      marks: [
        {
          mark: "dot",
          data: [
            { x: 0, y: 0 },
            { x: 10, y: 5 },
          ],
          x: "x",
          y: "y",
        },
      ],
      thumbnails: [
        { x: 0, y: 0, width: 2, height: 2, values },
        { x: 10, y: 5, width: 2, height: 2, values: values.flatMap((v) => [v, 0, 0]), channels: 3 },
      ],
      thumbnailSize: 30,
    });
    const pictures = [...root.querySelectorAll("image")];
    expect(pictures.map((picture) => picture.getAttribute("width"))).toEqual(["30", "30"]);
    for (const picture of pictures) expect(picture.getAttribute("href")).toMatch(/^data:image\/png;base64,/);
    const [left, right] = pictures.map((picture) => Number(picture.getAttribute("x")));
    expect(right).toBeGreaterThan(left + 100);
  });

  it("keep words in the order in which they come", () => {
    const root = rootOf(sample.bars);
    expect(textsOf(root, "x-axis tick label")[0]).toBe("convolution 1");
    expect(textsOf(root, "legend")).toEqual(["accumulate", "multiply"]);
    expect(count(root, '[aria-label="bar"] rect')).toBe(10);
  });

  it("write long names in lines, or turn them", () => {
    const lines = [...rootOf(sample.bars).querySelectorAll('[aria-label="x-axis tick label"] text')].map(
      (name) => name.querySelectorAll("tspan").length,
    );
    expect(Math.max(...lines)).toBe(2);
    const root = rootOf(sample.turned);
    expect(root.querySelector('[aria-label="x-axis tick label"] text')?.getAttribute("transform")).toContain(
      "rotate(-40)",
    );
    const boxes = textBoxes(root);
    const label = boxes.find(({ group }) => group === "x-axis label");
    for (const box of boxes.filter(({ group }) => group === "x-axis tick label"))
      expect(box.bottom).toBeLessThan((label?.top ?? 0) + 3);
  });

  it("have a ramp with numbers for colours of numbers", () => {
    const root = rootOf(sample.dots);
    expect(count(root, '[aria-label="dot"] circle')).toBe(60);
    expect(count(root, "linearGradient stop")).toBe(21);
    expect(textsOf(root, "legend")).toEqual(["width (channels)", "5", "10", "15"]);
    expect(textsOf(root, "x-axis tick label")).toContain("100k");
  });

  it("have colours of numbers of their own, and words on dots without a rim", () => {
    const data = [-1, 0, 1].map((x) => ({ x, label: `${x}` }));
    const root = rootOf({
      kind: "plot",
      caption: "three",
      marks: [
        { mark: "dot", data, x: "x", y: "x", fill: "x", r: 9 },
        { mark: "text", data, x: "x", y: "x", text: "label", fill: "white" },
      ],
      color: { range: ["blue", "#888888", "orange"], domain: [-1, 0, 1] },
    });
    const fills = [...root.querySelectorAll('[aria-label="dot"] circle')].map((dot) => dot.getAttribute("fill"));
    expect(fills).toEqual([colour.blue, "#888888", colour.orange]);
    expect(root.querySelector('[aria-label="text"]')?.getAttribute("stroke")).toBeNull();
  });

  it("write powers of ten on axes that reach far", () => {
    const data = Array.from({ length: 13 }, (_, i) => ({ n: 10 ** (i / 6), p: 10 ** -i }));
    const root = rootOf({
      kind: "plot",
      caption: "far",
      marks: [{ mark: "line", data, x: "n", y: "p" }],
      x: { type: "log" },
      y: { type: "log" },
    });
    expect(textsOf(root, "y-axis tick label")).toContain("10⁻⁶");
    expect(textsOf(root, "x-axis tick label").filter(Boolean)).toEqual(["1", "2", "10", "20", "100"]);
  });

  it("draw the same symbols in the legend as in the plot", () => {
    const root = rootOf(sample.symbols);
    const shapes = (group: string) =>
      ["circle", "path"].flatMap((name) =>
        [...root.querySelectorAll(`[aria-label="${group}"] ${name}`)].map(
          (shape) => shape.getAttribute("d")?.replaceAll(/[\d.,-]+/g, "") ?? name,
        ),
      );
    expect(shapes("legend")).toEqual(["circle", "MhvhZ", "MLLZ"]);
    expect(new Set(shapes("dot"))).toEqual(new Set(["MAA", "MhvhZ", "MLLZ"]));
  });

  it("have no legend where the names of small plots say it", () => {
    const root = rootOf(sample.facets);
    expect(textsOf(root, "legend")).toEqual([]);
    expect(textsOf(root, "fx-axis tick label")).toEqual(["learned delays", "fixed delays", "no delays"]);
    expect(textsOf(root, "fy-axis tick label")).toEqual(["layer 1", "layer 2"]);
    expect(count(root, '[aria-label="line"] path')).toBe(6);
  });

  it("with equal units have squares for squares", () => {
    const corners = [0, 10].flatMap((x) => [0, 10].map((y) => ({ x, y })));
    const root = rootOf({
      kind: "plot",
      caption: "square",
      equalUnits: true,
      marks: [{ mark: "dot", data: corners, x: "x", y: "y" }],
    });
    const at = (axis: string) =>
      [...root.querySelectorAll('[aria-label="dot"] circle')].map((dot) => Number(dot.getAttribute(axis)));
    const span = (values: number[]) => Math.max(...values) - Math.min(...values);
    expect(span(at("cx")) / span(at("cy"))).toBeCloseTo(1, 1);
  });
});

describe("other kinds", () => {
  it("heat maps of few cells are rectangles, with names and values", () => {
    const root = rootOf(sample.attention);
    expect(count(root, '[aria-label="cells"] rect')).toBe(15 + 1);
    expect(textsOf(root, "values")).toHaveLength(15);
    expect(textsOf(root, "y-axis tick label")).toEqual(["the", "old", "man", "the", "boats"]);
    expect(textsOf(root, "x-axis label")).toEqual(["key"]);
    expect(textsOf(root, "legend")[0]).toBe("attention weight");
  });

  it("heat maps of many cells are one bitmap, with marks over it", () => {
    const svg = draw(sample.weights);
    const root = parseSvg(svg);
    expect(count(root, '[aria-label="cells"] image')).toBe(1);
    expect(count(root, '[aria-label="rule"] line')).toBe(1);
    expect(svg.length).toBeLessThan(25_000);
  });

  it("heat maps have the first row at the bottom when asked to", () => {
    const matrix = {
      ...sample.attention,
      values: [
        [1, 1],
        [0, 0],
      ],
      rows: ["first", "second"],
      columns: ["a", "b"],
    };
    const topOf = (figure: Figure, text: string) =>
      textBoxes(rootOf(figure)).find((box) => box.text === text)?.top ?? Number.NaN;
    expect(topOf(matrix, "first")).toBeLessThan(topOf(matrix, "second"));
    const turned: Figure = { ...matrix, origin: "bottom" };
    expect(topOf(turned, "first")).toBeGreaterThan(topOf(turned, "second"));
  });

  it("rasters are one path per group", () => {
    const root = rootOf(sample.raster);
    expect(count(root, '[aria-label="spikes"] path')).toBe(2);
    const runs = [...root.querySelectorAll('[aria-label="spikes"] path')].flatMap(
      (path) => path.getAttribute("d")?.match(/h/g) ?? [],
    );
    expect(runs.length).toBeGreaterThan(450); // of 500 spikes, few touch
    expect(textsOf(root, "legend")).toEqual(["excitatory", "inhibitory"]);
    expect(textsOf(root, "x-axis label")).toEqual(["time (ms)"]);
  });

  it("rasters may be silent", () => {
    expect(count(rootOf({ ...sample.raster, neurons: [], times: [] }), '[aria-label="spikes"] path')).toBe(0);
  });

  it("pictures have labels, frames and heat", () => {
    expect(rootOf(sample.images).textContent).toContain("unit 5");
    const pixels = Array.from({ length: 12 }, (_, i) => i / 11);
    const grid: Figure = {
      kind: "images",
      caption: "one",
      columns: 1,
      images: [
        {
          width: 2,
          height: 2,
          channels: 3,
          values: pixels,
          frame: "green",
          heat: { width: 1, height: 1, values: [1] },
        },
      ],
    };
    const root = rootOf(grid);
    expect(count(root, "image")).toBe(2);
    expect(count(root, `rect[stroke="${colour.green}"]`)).toBe(1);
  });

  it("networks have nodes, edges with heads, and groups", () => {
    const root = rootOf(sample.graph);
    expect(count(root, '[aria-label="nodes"] circle')).toBe(9);
    expect(count(root, '[aria-label="edges"] path')).toBe(10);
    expect(textsOf(root, "legend")).toEqual(["author", "reviewer", "editor"]);
  });

  it("words are all there, on as many lines as they need", () => {
    const root = rootOf(sample.text);
    expect(textsOf(root, "words").map((word) => word.trim())).toEqual(
      sample.text.tokens.map(({ text }) => text.trim()),
    );
    expect(
      new Set([...root.querySelectorAll('[aria-label="words"] text')].map((word) => word.getAttribute("y"))).size,
    ).toBeGreaterThan(1);
  });

  it("panels under each other have their plot areas in line", () => {
    const root = rootOf(sample.panels);
    const zero = textBoxes(root).filter(({ text, group }) => group === "x-axis tick label" && text === "0");
    expect(zero).toHaveLength(2);
    expect(zero[0].left).toBeCloseTo(zero[1].left, 1);
  });

  it("panels with one legend draw it once", () => {
    expect(textsOf(rootOf({ ...sample.panels, panels: [sample.lines, sample.lines] }), "legend")).toHaveLength(4);
  });
});

describe("every figure", () => {
  for (const [name, figure] of Object.entries(sample.samples)) {
    it(`${name} is the same again, in another document, too`, () => {
      expect(renderFigure(figure, { document: testDocument() })).toBe(draw(figure));
    });

    it(`${name} keeps its text within its edges`, () => {
      const root = rootOf(figure);
      const [, , width, height] = (root.getAttribute("viewBox") ?? "").split(" ").map(Number);
      for (const box of textBoxes(root)) {
        expect(box.left, box.text).toBeGreaterThanOrEqual(0);
        expect(box.right, box.text).toBeLessThanOrEqual(width + 1);
        expect(box.bottom, box.text).toBeLessThanOrEqual(height);
      }
    });
  }

  it("has a name and a description for screen readers", () => {
    const root = rootOf(sample.lines);
    expect(root.getAttribute("role")).toBe("img");
    const labelled = (attribute: string) => root.querySelector(`#${root.getAttribute(attribute)}`)?.textContent;
    expect(labelled("aria-labelledby")).toBe(sample.lines.title);
    expect(labelled("aria-describedby")).toBe(sample.lines.caption);
  });

  it("may go without its title, and with its caption", () => {
    expect(count(parseSvg(draw(sample.lines, { title: false })), ".cajal-title")).toBe(0);
    const captioned = parseSvg(draw(sample.lines, { caption: true }));
    expect([...captioned.querySelectorAll("text")].map(({ textContent }) => textContent).join(" ")).toContain(
      "Means over seeds",
    );
  });

  it("has ids of its own, so that many can stand in a page", () => {
    const ids = (figure: Figure) => [...draw(figure).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    const all = [...ids(sample.dots), ...ids(sample.attention), ...ids(sample.panels)];
    expect(new Set(all).size).toBe(all.length);
    const references = [...draw(sample.dots).matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
    expect(references.length).toBeGreaterThan(0);
    for (const id of references) expect(ids(sample.dots)).toContain(id);
  });

  it("shows hostile text as text", () => {
    const bad = `${ATTACK}\u0000\ud800`;
    const figures: Figure[] = [
      {
        kind: "plot",
        title: bad,
        caption: bad,
        marks: [
          { mark: "dot", data: [{ [bad]: 1, y: 1, g: bad }], x: bad, y: "y", fill: "g", title: "g" },
          { mark: "text", data: [{ x: 1, y: 1, t: bad }], x: "x", y: "y", text: "t" },
        ],
        x: { label: bad },
        color: { label: bad },
      },
      { ...sample.attention, title: bad, rows: words(bad), columns: words(bad), x: bad, y: bad, color: { label: bad } },
      { ...sample.raster, title: bad, unit: bad, groups: [{ name: bad, from: 0, to: 40 }] },
      { ...sample.graph, nodes: [{ id: bad, x: 0, y: 0, label: bad, group: bad }], edges: [] },
      { ...sample.text, tokens: [{ text: bad, value: 1 }] },
      { ...sample.images, images: sample.images.images.map((image) => ({ ...image, label: bad })) },
    ];
    for (const figure of figures) {
      const svg = draw(figure);
      expect(svg).not.toMatch(/<(img|script|\/script|!--)/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it must not be there
      expect(svg).not.toMatch(/\u0000|[\ud800-\udfff]/);
      expect(svg).toMatch(/&lt;\/script&gt;/);
    }
  });

  it("says what is missing where there is no document", () => {
    expect(() => renderFigure(sample.lines)).toThrow(CajalError);
    expect(() => renderFigure(sample.lines)).toThrow(/no document outside a page/);
  });
});

const words = (word: string) => Array.from({ length: 5 }, () => word);

describe("sizes", () => {
  it("a million cells of noise make a file of less than 1.5 MB", () => {
    let state = 1;
    const noise = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const values = Array.from({ length: 1000 }, () => Array.from({ length: 1000 }, noise));
    expect(draw({ ...sample.weights, values }).length).toBeLessThan(1.5e6);
  });

  it("half a million spikes make a file of less than 1 MB", () => {
    const many = 500_000;
    const neurons = Array.from({ length: many }, (_, i) => (i * 7919) % 1000);
    const times = Array.from({ length: many }, (_, i) => ((i * 104729) % 4_000_000) / 10_000);
    expect(draw({ ...sample.raster, neurons, times, neuronCount: 1000, groups: [] }).length).toBeLessThan(1e6);
  });
});
