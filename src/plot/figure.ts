/** @file Figures as data: what is shown, not how it is drawn. They are plain JSON, drawn by the same code in Node.js and in a page. */

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
  readonly type?: "linear" | "log" | "sqrt" | "symlog" | "band" | "point" | "categorical";
  /** Words keep the order in which they come unless it is given here. */
  readonly domain?: readonly (string | number)[];
  /** Of colours: one for each of the domain. */
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
export type MarkName =
  | "areaX"
  | "areaY"
  | "arrow"
  | "barX"
  | "barY"
  | "boxX"
  | "boxY"
  | "cell"
  | "dot"
  | "line"
  | "linearRegressionY"
  | "link"
  | "rect"
  | "rectX"
  | "rectY"
  | "ruleX"
  | "ruleY"
  | "text"
  | "tickX"
  | "tickY"
  | "vector";

/** One mark with its data. Channels (x, y, stroke, fill, …) are columns of the rows, or constants; options are those of Observable Plot. */
export interface Mark {
  readonly mark: MarkName;
  readonly data: readonly Row[] | readonly number[];
  readonly [channelOrOption: string]: unknown;
}

/** Lines, dots, bars: a plot by Observable Plot. */
export interface PlotFigure extends Described {
  readonly kind: "plot";
  readonly marks: readonly Mark[];
  readonly x?: Scale;
  readonly y?: Scale;
  /** The scale of strokes and fills that are columns; its legend is drawn. */
  readonly color?: Scale;
  /** Columns that split the plot into small ones side by side, or one under the other. */
  readonly fx?: Scale;
  readonly fy?: Scale;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** A matrix as coloured cells. */
export interface HeatMap extends Described {
  readonly kind: "heat-map";
  /** [rows][columns]; null is no value. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly rows?: readonly (string | number)[];
  readonly columns?: readonly (string | number)[];
  readonly x: string;
  readonly y: string;
  /** What the colours mean, with unit; "diverging" has its middle at 0. */
  readonly color: {
    readonly label: string;
    readonly scheme?: "sequential" | "diverging";
    readonly domain?: readonly [number, number];
  };
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
  /** Ranges of neurons with names, coloured apart. */
  readonly groups?: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Small pictures in a grid. */
export interface ImageGrid extends Described {
  readonly kind: "images";
  readonly columns: number;
  readonly images: readonly {
    readonly label?: string;
    readonly width: number;
    readonly height: number;
    /** [height · width]; scaled together from the smallest to the largest unless `domain` is given. */
    readonly values: readonly number[];
  }[];
  readonly domain?: readonly [number, number];
  readonly scheme?: "grey" | "diverging";
}

/** A network drawn as nodes and edges, at given places. */
export interface GraphFigure extends Described {
  readonly kind: "graph";
  readonly nodes: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    readonly label?: string;
    readonly group?: string;
    readonly size?: number;
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly weight?: number;
    readonly group?: string;
  }[];
}

/** Several figures side by side. */
export interface Panels extends Described {
  readonly kind: "panels";
  readonly columns: number;
  readonly panels: readonly Figure[];
}

export type Figure = PlotFigure | HeatMap | Raster | ImageGrid | GraphFigure | Panels;
