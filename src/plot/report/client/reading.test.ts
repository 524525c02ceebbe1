import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catalogueOf } from "../catalogue.ts";
import { syntheticReport } from "../testing/synthetic.ts";
import { ablationCommand, formatNumber, formatP, formatPercent, formatShare } from "./format.ts";
import { listNeurons, selectNeurons } from "./select.ts";
import { formatHash, parseHash, type ViewState } from "./state.ts";

const START: ViewState = parseHash("");

describe("the URL's hash", () => {
  it("keeps every state", () => {
    const states: fc.Arbitrary<ViewState> = fc.record({
      layer: fc.option(fc.string(), { nil: undefined }),
      unit: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      query: fc.string(),
      sort: fc.constantFrom("unit", "maximum", "selectivity", "sparseness", "iou", "active"),
      show: fc.constantFrom("all", "explained", "live", "dead"),
    });
    fc.assert(
      fc.property(states, (state) => {
        expect(parseHash(formatHash(state))).toEqual(state);
      }),
    );
  });

  it("takes what it does not understand as not said", () => {
    expect(parseHash("#sort=colour&show=some&x=1")).toEqual(START);
  });
});

describe("selectNeurons", () => {
  const catalogue = catalogueOf(syntheticReport());
  const neurons = listNeurons(catalogue);
  const select = (change: Partial<ViewState>, layer = -1) =>
    selectNeurons(neurons, catalogue.layers.length, layer, { ...START, ...change });

  it("finds units by number, address, layer, concept and label", () => {
    expect(select({ query: "17" }).neurons.map(({ unit }) => unit)).toEqual([17, 17, 17]);
    expect(select({ query: "features/fire3/concat:17" }).neurons.map(({ address }) => address)).toEqual([
      "features/fire3/concat:17",
    ]);
    expect(select({ query: "FIRE3" }).perLayer).toEqual([0, 40, 0]);
    const dogs = select({ query: "dog" }).neurons;
    const expected = neurons.filter(
      ({ explanation, selectivity }) =>
        selectivity?.label === "dog" || (explanation?.significant && explanation.concept === "dog"),
    );
    expect(dogs).toEqual(expected);
    expect(dogs.length).toBeGreaterThan(0);
  });

  it("wants every word of the query", () => {
    expect(select({ query: "fire3 17" }).neurons).toHaveLength(1);
    expect(select({ query: "fire3 no-such-word" }).neurons).toHaveLength(0);
  });

  it("counts by layer and by filter what it would show", () => {
    const { perShow, perLayer } = select({ show: "dead" }, 1);
    for (const show of ["all", "explained", "live", "dead"] as const) {
      expect(select({ show }, 1).neurons).toHaveLength(perShow[show]);
    }
    expect(perShow.live + perShow.dead).toBe(perShow.all);
    perLayer.forEach((count, layer) => {
      expect(select({ show: "dead" }, layer).neurons).toHaveLength(count);
    });
  });

  it("sorts downwards and leaves what has no measure for last", () => {
    for (const sort of ["maximum", "selectivity", "sparseness", "iou", "active"] as const) {
      const values = select({ sort }).neurons.map((neuron) => {
        const own = { ...neuron, selectivity: neuron.selectivity?.index, iou: neuron.explanation?.iou }[sort];
        return own ?? Number.NEGATIVE_INFINITY;
      });
      expect(values).toEqual([...values].sort((a, b) => (a === b ? 0 : b - a)));
    }
  });
});

describe("numbers", () => {
  it("read as in a journal", () => {
    expect([0, 11, 0.1234, -2.5, 1234567, 12345.6, 0.00012].map(formatNumber)).toEqual([
      "0",
      "11.0",
      "0.123",
      "−2.50",
      "1.2e6",
      "12,346",
      "1.2e−4",
    ]);
    expect([0.214, -0.5, 1, null].map(formatShare)).toEqual([".21", "−.50", "1.00", "–"]);
    expect([0.4, 0.004, 0.0001].map(formatP)).toEqual([
      "p\u00a0=\u00a0.40",
      "p\u00a0=\u00a0.004",
      "p\u00a0<\u00a0.001",
    ]);
    expect([0.0143, 1, 0.00001].map(formatPercent)).toEqual(["1.4\u00a0%", "100\u00a0%", "<\u00a00.01\u00a0%"]);
  });
});

describe("ablationCommand", () => {
  it("is plain where names are plain", () => {
    expect(ablationCommand("net.onnx", "fire9/concat:3")).toBe(
      "cajal edit net.onnx --clamp fire9/concat:3=0 -o edited.onnx",
    );
  });

  it("means the same names to a shell, whatever they hold", () => {
    const names = [
      'it\'s $(touch /tmp/owned) `x` "y"',
      "a\\b; rm -rf *",
      "~/net",
      "=ls",
      "two\nlines\r\u001b[31m",
      "back\\slash\tand 'quote'",
      "right\u202eleft",
      "größe 😀",
    ];
    for (const name of names) {
      const command = ablationCommand(name, `${name}:1`);
      expect(command).not.toMatch(/\p{C}/u);
      const shown = execFileSync("bash", ["--norc", "-c", `cajal() { printf '%s\\0' "$@"; }; ${command}`], {
        env: { LC_ALL: "C.UTF-8" },
        encoding: "utf8",
        stdio: ["ignore", "pipe", "inherit"], // a socket as input makes bash read its start-up files
      });
      expect(shown.split("\0")).toEqual(["edit", name, "--clamp", `${name}:1=0`, "-o", "edited.onnx", ""]);
    }
  });

  it("does not let a file name pass for an option", () => {
    expect(ablationCommand("-rf", "a:1")).toContain("edit ./-rf ");
  });
});
