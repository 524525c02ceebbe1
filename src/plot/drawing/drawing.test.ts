import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { parseSvg } from "../testing/document.ts";
import { colourOf } from "./colours.ts";
import { colourPng, indexedPng } from "./png.ts";
import { css, diverging, extent, heat, type Rgba, sequential, sequentialMarks, symmetric } from "./ramp.ts";
import { textWidth, truncate, wrap } from "./text.ts";
import { textBoxes } from "./text-boxes.ts";
import { categories, colour, FIGURE_STYLE, themes } from "./theme.ts";

/** Red, green, blue from 0 to 1, linear in light. */
const linear = (hex: string): [number, number, number] => {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
};
const luminance = ([red, green, blue]: readonly number[]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
/** WCAG 2. */
const contrast = (a: string, b: string) => {
  const [low, high] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
/** What is left of a colour without one kind of cone, in linear light (Machado, Oliveira and Fernandes 2009, severity 1). */
const blindness: Readonly<Record<string, readonly (readonly number[])[]>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};
/** OKLab (Ottosson 2020). */
const oklab = ([red, green, blue]: readonly number[]): number[] => {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};
const seen = (hex: string, kind: string) =>
  oklab(blindness[kind].map((row) => row.reduce((sum, share, i) => sum + share * linear(hex)[i], 0)));
const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((value, i) => value - b[i]));

describe("colours", () => {
  const names = ["blue", "orange", "green", "purple", "amber", "sky", "olive", "grey"] as const;

  it("of categories stand out from both papers", () => {
    for (const name of names)
      for (const theme of [0, 1] as const)
        expect(contrast(themes[name][theme], themes.paper[theme]), name).toBeGreaterThan(3);
    for (const theme of [0, 1] as const)
      expect(contrast(themes.quiet[theme], themes.paper[theme])).toBeGreaterThan(4.5);
  });

  it("of categories are told apart by the colour-blind, too, the first four most easily", () => {
    for (const theme of [0, 1] as const)
      for (const kind of Object.keys(blindness))
        for (const [i, a] of names.entries())
          for (const b of names.slice(0, i)) {
            const apart = distance(seen(themes[a][theme], kind), seen(themes[b][theme], kind));
            expect(apart, `${a} ${b} ${kind}`).toBeGreaterThan(i < 4 ? (kind === "tritanopia" ? 0.06 : 0.09) : 0.04);
          }
  });

  it("have a dark form in the style sheet, each", () => {
    for (const light of categories) expect(FIGURE_STYLE).toContain(`[fill="${light}"]{fill:light-dark(${light},`);
  });

  it("are asked for by name, and nothing else passes", () => {
    expect(colourOf("red")).toBe(colour.orange);
    expect(colourOf("ink")).toBe("currentColor");
    expect(colourOf("#ABCDEF")).toBe("#abcdef");
    expect(colourOf("#0072B2")).toBe(colour.blue);
    for (const text of ["constructor", "url(#a)", "var(--x)", "expression(1)", "#12", ""])
      expect(colourOf(text)).toBeUndefined();
  });
});

describe("ramps", () => {
  const lightness = (rgba: Rgba) => oklab(linear(css([rgba[0], rgba[1], rgba[2], 1])))[0];
  const steps = Array.from({ length: 50 }, (_, i) => i / 49);

  it("of numbers grow lighter all the way", () => {
    for (let i = 1; i < steps.length; i++)
      expect(lightness(sequential(steps[i]))).toBeGreaterThan(lightness(sequential(steps[i - 1])));
  });

  it("of lines and dots can be read on both papers", () => {
    for (const step of steps)
      for (const theme of [0, 1] as const)
        expect(contrast(css(sequentialMarks(step)), themes.paper[theme])).toBeGreaterThan(2.5);
  });

  it("with a middle are paper there, and as strong on both sides", () => {
    expect(diverging(0.5)[3]).toBe(0);
    for (const step of steps) expect(diverging(step)[3]).toBeCloseTo(diverging(1 - step)[3], 2);
    expect(symmetric([-1, 3])).toEqual([-3, 3]);
    expect(symmetric([0, 0])).toEqual([-1, 1]);
    expect(heat(1)[3]).toBeLessThan(0.7);
  });

  it("end at the smallest and the largest number", () => {
    expect(extent([3, null, -1])).toEqual([-1, 3]);
    expect(extent([2, 2])).toEqual([1.5, 2.5]);
    expect(extent([null])).toEqual([0, 1]);
  });
});

describe("bitmaps are what another decoder reads", () => {
  it("with a palette, see-through where it says so", async () => {
    const palette: Rgba[] = [
      [255, 0, 0, 1],
      [0, 128, 255, 0.5],
      [0, 0, 0, 0],
    ];
    const png = indexedPng(Uint8Array.from([0, 1, 2, 2, 1, 0]), 3, 2, palette);
    const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([3, 2]);
    const colours = [
      [255, 0, 0, 255],
      [0, 128, 255, 128],
      [0, 0, 0, 0],
    ];
    expect([...data]).toEqual([0, 1, 2, 2, 1, 0].flatMap((index) => colours[index]));
  });

  it("in colour, of any size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.nat(255)),
        async (width, height, stream) => {
          const pixels = Uint8Array.from({ length: width * height * 3 }, () => stream.next().value);
          const { data } = await sharp(colourPng(pixels, width, height))
            .raw()
            .toBuffer({ resolveWithObject: true });
          expect([...data]).toEqual([...pixels]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("text", () => {
  it("is cut and wrapped to a width", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 30, max: 300 }), (text, width) => {
        for (const line of wrap(text, 12, width)) expect(textWidth(line, 12)).toBeLessThanOrEqual(width);
        expect(textWidth(truncate(text, 12, width), 12)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it("is found where transforms put it", () => {
    const root = parseSvg(
      `<svg><g transform="translate(100,50)" font-size="10" aria-label="here"><text text-anchor="end" transform="translate(10,0) rotate(-90)">12</text></g></svg>`,
    );
    const [box] = textBoxes(root);
    expect(box).toMatchObject({ text: "12", group: "here" });
    // Turned upwards it ends at (110, 50): what was its width goes down from there.
    expect(box.top).toBeCloseTo(50);
    expect(box.bottom).toBeCloseTo(50 + textWidth("12", 10));
    expect(box.left).toBeCloseTo(110 - 8);
  });
});
