/** @file Colours and type of figures. Every colour is written as that of the light theme, which any program shows; a style sheet turns them dark. */

/** Light and dark: names that data may use as colours. After Okabe and Ito, with lightness moved until each can be read on both papers. */
const palette = {
  blue: ["#145a9c", "#3d8ae0"],
  orange: ["#c54c00", "#e0591a"],
  green: ["#11856c", "#1fb088"],
  purple: ["#cf63b8", "#e897dc"],
  amber: ["#b98539", "#cc932c"],
  sky: ["#3099eb", "#8fe0fc"],
  olive: ["#53570b", "#d8e178"],
  grey: ["#5f5d5a", "#7c7b7a"],
  paper: ["#ffffff", "#1c1f23"],
  ink: ["#1f2328", "#e7e4dd"],
  quiet: ["#666259", "#a09c93"],
  line: ["#e3dfd5", "#31353b"],
  well: ["#efece4", "#26292e"],
} as const;

export type ColourName = keyof typeof palette;

/** As it is written in the SVG. */
export const colour = Object.fromEntries(Object.entries(palette).map(([name, [light]]) => [name, light])) as Readonly<
  Record<ColourName, string>
>;

/** Of categories, in order: neighbours differ most. */
export const categories: readonly string[] = [
  colour.blue,
  colour.orange,
  colour.green,
  colour.purple,
  colour.amber,
  colour.sky,
  colour.olive,
  colour.grey,
];

/** Both forms of every colour, for tests of contrast. */
export const themes: Readonly<Record<ColourName, readonly [light: string, dark: string]>> = palette;

export const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif';
export const SERIF =
  '"Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "Liberation Serif", serif';
export const FONT_SIZE = 12;

const dark = (["fill", "stroke", "stop-color"] as const)
  .flatMap((property) =>
    Object.values(palette).map(
      ([light, night]) => `.cajal-figure [${property}="${light}"]{${property}:light-dark(${light},${night})}`,
    ),
  )
  .join("\n");

/**
 * The style within every figure. It follows the colour scheme of the page that the figure stands in; alone, that of the system,
 * on a paper of its own.
 */
export const FIGURE_STYLE = `
:root.cajal-figure{color-scheme:light dark}
.cajal-figure{max-width:100%;height:auto;color:light-dark(${palette.ink[0]},${palette.ink[1]})}
.cajal-figure text{white-space:pre}
.cajal-figure image{image-rendering:pixelated}
.cajal-paper{display:none}
:root>.cajal-paper{display:inline}
${dark}
`;
