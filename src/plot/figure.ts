/** @file Figures as data: what is shown, not how it is drawn. They are plain JSON, drawn by the same code in Node.js and in a page. */

import type { markNames } from "./mark-options.ts";

interface Described {
  readonly title?: string;
  /** What to see: one or two sentences. */
  readonly caption: string;
}

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** An axis or a colour scale. */
export interface Scale {
  /** With its unit: "time (ms)". */
  readonly label?: string;
  /** "categorical" is for colours of numbers that only name something. */
  readonly type?: "linear" | "log" | "sqrt" | "symlog" | "band" | "point" | "categorical";
  /** From, to; or the words in their order, which otherwise is the one in which they come. */
  readonly domain?: readonly (string | number)[];
  /** Of colours: one for each word of the domain; for numbers, from its one end to the other. */
  readonly range?: readonly string[];
  /** Of colours of numbers; "diverging" has its middle at 0. */
  readonly scheme?: "sequential" | "diverging";
  /** Of colours: false leaves the legend out. */
  readonly legend?: boolean;
  readonly grid?: boolean;
  readonly reverse?: boolean;
  /** Written as by d3-format: ".0%", "~s". */
  readonly tickFormat?: string;
  readonly ticks?: number;
}

/** The marks of Observable Plot that figures are made of. */
export type MarkName = (typeof markNames)[number];

/**
 * One mark with its data. Channels (x, y, stroke, fill, …) are columns of the rows, or constants; options are those of Observable Plot.
 * null is no value: lines break there. Colours are columns, names of the palette ("blue", "orange", "green", "purple", "amber", "sky",
 * "olive", "grey", "ink", "quiet"), or "#rrggbb".
 */
export interface Mark {
  readonly mark: MarkName;
  readonly data: readonly Row[] | readonly number[];
  readonly [channelOrOption: string]: unknown;
}

/** A small picture at a place of a plot. */
export interface Thumbnail {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** From 0 to 1: grey [height · width], or colours [height · width · 3]. */
  readonly values: readonly number[];
  readonly channels?: 1 | 3;
}

/** Lines, dots, bars: a plot by Observable Plot. */
export interface PlotFigure extends Described {
  readonly kind: "plot";
  readonly marks: readonly Mark[];
  /** Drawn over the marks. A dot under one that is a little larger frames it. */
  readonly thumbnails?: readonly Thumbnail[];
  /** Pixels of the longer side of a thumbnail. Default 24. */
  readonly thumbnailSize?: number;
  readonly x?: Scale;
  readonly y?: Scale;
  /** The scale of strokes and fills that are columns; its legend is drawn. */
  readonly color?: Scale;
  /** Columns that split the plot into small ones side by side, or one under the other. */
  readonly fx?: Scale;
  readonly fy?: Scale;
  /** A step on x is as long as one on y: for places, and for maps of two components. */
  readonly equalUnits?: boolean;
  /** Pixels. A panel is as wide as its column. */
  readonly width?: number;
  readonly height?: number;
}

/** What colours mean. */
export interface ColourScale {
  /** With its unit. */
  readonly label: string;
  /** "diverging" has its middle at 0. */
  readonly scheme?: "sequential" | "diverging";
  readonly domain?: readonly [from: number, to: number];
}

/** A matrix as coloured cells. */
export interface HeatMap extends Described {
  readonly kind: "heat-map";
  /** [rows][columns]; null is no value. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Names of rows and columns; without them they are counted from 0. */
  readonly rows?: readonly (string | number)[];
  readonly columns?: readonly (string | number)[];
  /** Where the axis is a line of numbers (time, place): the outer edges of the first and the last column, and of the rows. */
  readonly xRange?: readonly [from: number, to: number];
  readonly yRange?: readonly [from: number, to: number];
  /** Where the first row is. Default "top", as in matrices and pictures. */
  readonly origin?: "top" | "bottom";
  readonly x: string;
  readonly y: string;
  readonly color: ColourScale;
  /** Writes the values into the cells, with so many decimals. */
  readonly decimals?: number;
  /** Drawn over the cells, in numbers of columns and rows (0 is the middle of the first), or in those of `xRange` and `yRange`. */
  readonly marks?: readonly Mark[];
  /** Pixels of the cells together. */
  readonly height?: number;
}

/** Spikes of many neurons in time. */
export interface Raster extends Described {
  readonly kind: "raster";
  /** As many times as neurons: spike i is of neuron `neurons[i]` at `times[i]`. */
  readonly neurons: readonly number[];
  readonly times: readonly number[];
  readonly neuronCount: number;
  readonly duration: number;
  /** "ms" */
  readonly unit: string;
  /** Ranges of neurons with names, coloured apart; `to` is the first that is not in it. */
  readonly groups?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Drawn over the spikes, in time and numbers of neurons: what happened when. */
  readonly marks?: readonly Mark[];
  /** Pixels of the spikes together. */
  readonly height?: number;
}

export interface GridImage {
  readonly label?: string;
  readonly width: number;
  readonly height: number;
  /** [height · width], scaled together from the smallest to the largest unless `domain` is given; or [height · width · 3] in colour, 0–1. */
  readonly values: readonly number[];
  readonly channels?: 1 | 3;
  /** Laid over the picture in orange, the stronger the larger: [height · width] of a grid that may be coarser. */
  readonly heat?: { readonly width: number; readonly height: number; readonly values: readonly number[] };
  /** A colour to frame it with. */
  readonly frame?: string;
}

/** Small pictures in a grid. */
export interface ImageGrid extends Described {
  readonly kind: "images";
  readonly columns: number;
  readonly images: readonly GridImage[];
  readonly domain?: readonly [from: number, to: number];
  /** "each": every picture has its own scale. Default "together". */
  readonly scaled?: "together" | "each";
  readonly scheme?: "grey" | "sequential" | "diverging";
  /** What the values are, with unit: draws their legend. */
  readonly label?: string;
}

/** A network drawn as nodes and edges, at given places. */
export interface GraphFigure extends Described {
  readonly kind: "graph";
  /** y grows downwards. */
  readonly nodes: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    readonly label?: string;
    readonly group?: string;
    /** Coloured by `color` in place of a group. */
    readonly value?: number;
    readonly size?: number;
  }[];
  /** Widths go with |weight|; negative ones are orange. */
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly weight?: number;
    readonly group?: string;
  }[];
  /** With arrowheads. */
  readonly directed?: boolean;
  /** Of the nodes' values. */
  readonly color?: ColourScale;
  /** Pixels. */
  readonly height?: number;
}

/** Words on coloured ground: what a model attends to, or how likely a word was. */
export interface TextFigure extends Described {
  readonly kind: "text";
  /** In reading order, with the spaces that belong to them; a line ends at "\n". null is no value. */
  readonly tokens: readonly { readonly text: string; readonly value: number | null }[];
  readonly color: ColourScale;
}

/** Several figures side by side. */
export interface Panels extends Described {
  readonly kind: "panels";
  readonly columns: number;
  readonly panels: readonly Figure[];
}

export type Figure = PlotFigure | HeatMap | Raster | ImageGrid | GraphFigure | TextFigure | Panels;
