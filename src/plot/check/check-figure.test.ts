import { describe, expect, it } from "vitest";
import { CajalError } from "../../graph/index.ts";
import type { Figure } from "../figure.ts";
import * as sample from "../testing/samples.ts";
import { checkFigure } from "./check-figure.ts";

const { lines, attention, raster, images, graph, text, panels } = sample;
const rows = [
  { step: 1, loss: 2 },
  { step: 2, loss: 1 },
];
const plot = (mark: Record<string, unknown>, rest = {}): unknown => ({
  kind: "plot",
  caption: "c",
  marks: [{ mark: "line", data: rows, x: "step", y: "loss", ...mark }],
  ...rest,
});

describe("what cannot be drawn is refused, by figure and field", () => {
  const cases: [what: string, figure: unknown, message: RegExp][] = [
    ["no caption", { ...lines, caption: "" }, /figure "Accuracy of three arms": caption: expected a text/],
    [
      "a thumbnail with too few pixels",
      plot({}, { thumbnails: [{ x: 1, y: 2, width: 2, height: 2, values: [0, 1, 0] }] }),
      /thumbnails\[0\]\.values: 3 numbers, expected 4/,
    ],
    [
      "thumbnails larger than a figure",
      plot({}, { thumbnailSize: 500 }),
      /thumbnailSize: 500 pixels, expected 4 to 400/,
    ],
    ["an unknown kind", { kind: "pie", caption: "c" }, /kind: "pie" is not known/],
    ["an unknown mark", plot({ mark: "pie" }), /marks\[0\]\.mark: there is no mark "pie"/],
    ["a column that is not there", plot({ y: "los" }), /marks\[0\]\.y: no row has a column "los"/],
    ["an option that is not there", plot({ strok: "blue" }), /marks\[0\]\.strok: marks have no such channel or option/],
    [
      "a colour that is none",
      plot({ stroke: "reddish" }),
      /marks\[0\]\.stroke: "reddish" is neither a column nor a colour/,
    ],
    ["an address as a colour", plot({ stroke: "url(https://example.org)" }), /neither a column nor a colour/],
    ["a link", plot({ href: "step" }), /href: marks have no such/],
    ["a function", plot({ sort: () => 0 }), /marks\[0\]\.sort: it cannot be/],
    ["NaN", plot({ data: [{ step: 1, loss: Number.NaN }] }), /marks\[0\]\.y: column "loss" is NaN in row 0/],
    [
      "an infinity",
      plot({ data: [{ step: Number.POSITIVE_INFINITY, loss: 1 }] }),
      /column "step" is Infinity in row 0/,
    ],
    [
      "NaN among numbers",
      plot({ mark: "ruleY", data: [0, Number.NaN], x: undefined, y: undefined }),
      /marks\[0\]\.data\[1\]: NaN/,
    ],
    ["no rows at all", plot({ data: [] }), /marks: there are no data in any mark/],
    ["no marks", { ...lines, marks: [] }, /marks: there is nothing in it/],
    [
      "zero on a logarithmic scale",
      plot({ data: [{ step: 1, loss: 0 }] }, { y: { type: "log" } }),
      /0 in row 0 has no place on the logarithmic scale y/,
    ],
    ["a scale's unknown option", plot({}, { x: { lable: "x" } }), /x\.lable: scales have no such option/],
    ["a format that is none", plot({}, { x: { tickFormat: "<b>" } }), /x\.tickFormat/],
    ["a ragged matrix", { ...attention, values: [[1, 2], [1]] }, /values\[1\]: 1 values, the first row has 2/],
    ["an empty matrix", { ...attention, values: [] }, /values: there is nothing in it/],
    ["NaN in a matrix", { ...attention, values: [[1, Number.NaN]] }, /values\[0\]\[1\]: NaN cannot be drawn/],
    ["names that are too few", { ...attention, rows: ["a"] }, /rows: 1 names for 5 rows/],
    ["colours without a meaning", { ...attention, color: { label: "" } }, /color\.label/],
    ["a range that falls", { ...attention, xRange: [1, 0] }, /xRange: \[1,0\] does not grow/],
    [
      "too many cells",
      { ...attention, values: Array.from({ length: 1001 }, () => new Array(1000).fill(0)) },
      /1001 × 1000 cells/,
    ],
    ["spikes of no neuron", { ...raster, neurons: [50], times: [1] }, /neurons\[0\]: 50 is none of the 50 neurons/],
    ["spikes after the end", { ...raster, neurons: [1], times: [401] }, /times\[0\]: 401 is outside 0 to 400/],
    ["times without neurons", { ...raster, neurons: [1, 2], times: [1] }, /1 times for 2 neurons/],
    [
      "a picture of the wrong size",
      { ...images, images: [{ width: 2, height: 2, values: [1] }] },
      /images\[0\]\.values: 1 numbers, expected 4/,
    ],
    [
      "typed arrays",
      { ...images, images: [{ width: 1, height: 1, values: new Float32Array(1) }] },
      /expected an array/,
    ],
    [
      "edges to nowhere",
      { ...graph, edges: [{ from: "author 0", to: "nobody" }] },
      /edges\[0\]\.to: no node is called "nobody"/,
    ],
    [
      "a node twice",
      { ...graph, nodes: [...graph.nodes, graph.nodes[0]] },
      /nodes\[9\]\.id: "author 0" is there twice/,
    ],
    ["no words", { ...text, tokens: [] }, /tokens: there is nothing in it/],
    ["a panel's mistake", { ...panels, panels: [raster, plot({ y: "los" })] }, /panels\[1\]\.marks\[0\]\.y/],
  ];
  it.each(cases)("%s", (_, figure, message) => {
    expect(() => checkFigure(figure as Figure)).toThrow(message);
    expect(() => checkFigure(figure as Figure)).toThrow(CajalError);
  });

  it("names the columns that there are", () => {
    try {
      checkFigure(plot({ y: "los" }) as Figure, "training");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "argument", advice: "Columns: step, loss." });
      expect(String(error)).toContain('figure "training"');
    }
  });
});

it("what can be drawn passes", () => {
  for (const figure of Object.values(sample.samples)) checkFigure(figure);
  checkFigure(plot({ data: [...rows, { step: 3, loss: null }] }) as Figure); // a gap
  checkFigure(plot({ mark: "dot", symbol: "star", stroke: "red", r: 6 }) as Figure);
  checkFigure({ ...lines, marks: [...lines.marks, { mark: "dot", data: [], x: "epoch", y: "accuracy" }] }); // nothing to point out
});
