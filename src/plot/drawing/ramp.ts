/** @file Colours for numbers. */

/** A colour of a ramp: red, green, blue (0–255) and opacity (0–1). */
export type Rgba = readonly [red: number, green: number, blue: number, opacity: number];

/** From 0 to 1. */
export type Ramp = (t: number) => Rgba;

/** Through evenly spaced stops. */
function through(stops: readonly Rgba[]): Ramp {
  return (t) => {
    const at = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
    const from = Math.min(Math.floor(at), stops.length - 2);
    const share = at - from;
    const mix = (channel: 0 | 1 | 2 | 3) => stops[from][channel] * (1 - share) + stops[from + 1][channel] * share;
    return [Math.round(mix(0)), Math.round(mix(1)), Math.round(mix(2)), Math.round(mix(3) * 1000) / 1000];
  };
}

/** Through colours, each written `#rrggbb`. */
export function rampThrough(colours: readonly string[]): Ramp {
  const parts = colours.map((code) => [1, 3, 5].map((at) => Number.parseInt(code.slice(at, at + 2), 16)));
  return through(parts.map(([red, green, blue]) => [red, green, blue, 1]));
}

/** Viridis (Smith and van der Walt, CC0), sampled: lightness grows evenly, and the colour-blind can read it. */
export const sequential = rampThrough([
  "#440154",
  "#482878",
  "#3e4a89",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
]);

/** For lines and dots, which stand on paper: the middle of viridis, so that neither end sinks into a light or a dark ground. */
export const sequentialMarks = rampThrough([
  "#5b50b8",
  "#4a6fb5",
  "#2f86a8",
  "#1f9a8c",
  "#35a866",
  "#7aa62c",
  "#b59a1a",
]);

/** Blue below, orange above; the middle is the paper, whatever its colour. */
const BLUE = [33, 113, 190] as const;
const ORANGE = [214, 90, 14] as const;
export const diverging: Ramp = (t) => {
  const side = Math.min(Math.max(2 * t - 1, -1), 1);
  return [...(side < 0 ? BLUE : ORANGE), Math.round(Math.abs(side) * 1000) / 1000] as const;
};

/** Grey values, of pictures. */
export const grey: Ramp = (t) => {
  const value = Math.round(Math.min(Math.max(t, 0), 1) * 255);
  return [value, value, value, 1];
};

/** For heat over pictures and words, which are seen through it. */
export const heat: Ramp = (t) => [...ORANGE, Math.round(Math.min(Math.max(t, 0), 1) * 650) / 1000];

/** A ramp that lets through at most so much of what lies under it. */
export const sheer =
  (ramp: Ramp, most: number): Ramp =>
  (t) => {
    const [red, green, blue, opacity] = ramp(t);
    return [red, green, blue, Math.round(opacity * most * 1000) / 1000];
  };

export function css([red, green, blue, opacity]: Rgba): string {
  const hex = (value: number) => value.toString(16).padStart(2, "0");
  return opacity === 1 ? `#${hex(red)}${hex(green)}${hex(blue)}` : `rgba(${red},${green},${blue},${opacity})`;
}

/** The smallest and the largest of the numbers; [0, 1] of none, and never a single point. */
export function extent(values: Iterable<number | null>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** With 0 in the middle. */
export function symmetric([low, high]: readonly [number, number]): [number, number] {
  const reach = Math.max(Math.abs(low), Math.abs(high));
  return reach > 0 ? [-reach, reach] : [-1, 1];
}

/** The colours of a scheme, and the numbers at their ends. */
export function rampOf(
  scheme: "sequential" | "diverging" | undefined,
  given: readonly [number, number] | undefined,
  values: Iterable<number | null>,
): { ramp: Ramp; domain: readonly [number, number] } {
  const ends = given ?? extent(values);
  return scheme === "diverging" ? { ramp: diverging, domain: symmetric(ends) } : { ramp: sequential, domain: ends };
}
