/** @file What data may say about marks. All else is refused. */

/** The marks of Observable Plot that figures are made of. */
export const markNames = [
  "areaX",
  "areaY",
  "arrow",
  "barX",
  "barY",
  "boxX",
  "boxY",
  "cell",
  "dot",
  "line",
  "linearRegressionY",
  "link",
  "rect",
  "rectX",
  "rectY",
  "ruleX",
  "ruleY",
  "text",
  "tickX",
  "tickY",
  "vector",
] as const;

/** Channels: a column's name, or a number that holds for the whole mark. */
export const numberChannels = [
  "x",
  "x1",
  "x2",
  "y",
  "y1",
  "y2",
  "r",
  "length",
  "rotate",
  "opacity",
  "fillOpacity",
  "strokeOpacity",
  "strokeWidth",
  "fontSize",
] as const;
/** Channels: a column's name. */
export const columnChannels = ["fx", "fy", "z", "text", "title", "symbol"] as const;
/** What `symbol` may be for the whole mark. */
export const symbolNames = ["circle", "square", "triangle", "diamond2", "cross", "star", "wye", "times"] as const;
/** Channels: a column's name, or a colour. */
export const colourChannels = ["fill", "stroke"] as const;

type Test = (value: unknown) => boolean;
const number: Test = (value) => typeof value === "number" && Number.isFinite(value);
const flag: Test = (value) => typeof value === "boolean";
const word: Test = (value) => typeof value === "string" && /^[\w-]{1,40}$/.test(value);
const oneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);

/** Options that hold for a whole mark, each with what it may be. All else is refused. */
export const markOptions: Readonly<Record<string, Test>> = {
  curve: word,
  tension: number,
  dx: number,
  dy: number,
  inset: number,
  insetTop: number,
  insetRight: number,
  insetBottom: number,
  insetLeft: number,
  textAnchor: oneOf("start", "middle", "end"),
  lineAnchor: oneOf("top", "middle", "bottom"),
  frameAnchor: word,
  fontWeight: (value) => number(value) || word(value),
  fontStyle: oneOf("normal", "italic"),
  fontVariant: word,
  monospace: flag,
  lineWidth: number,
  lineHeight: number,
  textOverflow: word,
  strokeDasharray: (value) => number(value) || (typeof value === "string" && /^[\d\s.,]{1,40}$/.test(value)),
  strokeLinecap: oneOf("butt", "round", "square"),
  strokeLinejoin: oneOf("miter", "round", "bevel"),
  strokeMiterlimit: number,
  marker: (value) => flag(value) || word(value),
  markerStart: (value) => flag(value) || word(value),
  markerMid: (value) => flag(value) || word(value),
  markerEnd: (value) => flag(value) || word(value),
  bend: (value) => flag(value) || number(value),
  headLength: number,
  headAngle: number,
  sweep: (value) => number(value) || word(value),
  anchor: word,
  shape: word,
  order: (value) =>
    word(value) || (Array.isArray(value) && value.every((one) => ["string", "number"].includes(typeof one))),
  offset: (value) => value === null || oneOf("normalize", "center", "wiggle")(value),
  reverse: flag,
  clip: (value) => flag(value) || value === "frame",
  sort: (value) => word(value) || isSort(value),
  rx: number,
  ry: number,
  ci: number,
  // For pages that have a script; what is drawn here stands still.
  tip: flag,
  precision: number,
  interval: number,
};

/** `{ x: "-y" }`: the order of an axis by a channel, with `reverse` and `limit`. */
function isSort(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([key, by]) =>
      key === "limit"
        ? number(by)
        : key === "reverse"
          ? flag(by)
          : /^(x|y|fx|fy|color|channel)$/.test(key) && /^-?[\w]+$/.test(String(by)),
    )
  );
}
