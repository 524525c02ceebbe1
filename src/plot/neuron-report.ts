/** @file What a report on the neurons of a network holds: plain data, drawn by `renderNeuronReport`. */

import type { Explanation, Region } from "../probe/index.ts";

/** A picture of the data, stored once in the report and cropped by the page. */
export interface ReportPicture {
  /** What a person would call it: its file name. */
  readonly name: string;
  /** Size in pixels of the encoded picture (crops are in these pixels). */
  readonly width: number;
  readonly height: number;
  readonly label?: string;
  /** An encoded JPEG, PNG or WebP. */
  readonly encoded: Uint8Array;
  readonly mime: "image/jpeg" | "image/png" | "image/webp";
}

/** The activation map around the peak, scaled to bytes. */
export type ReportMap = NonNullable<Region["map"]>;

/** One of the pictures that excite a unit most, cut to the region that does; without a map the whole crop counts. */
export interface ReportExemplar extends Region {
  /** Index into `pictures`. */
  readonly picture: number;
  /** The unit's strongest activation there. */
  readonly value: number;
}

export interface ReportNeuron {
  readonly unit: number;
  /** Never above zero on any picture. */
  readonly dead: boolean;
  readonly maximum: number;
  readonly mean: number;
  /** The activation exceeded at 0.5 % of all positions of all pictures. */
  readonly level: number;
  /** Share of positions with activation above zero, 0–1. */
  readonly active: number;
  /** Treves–Rolls sparseness over pictures, 0 (all alike) to 1 (one picture only). */
  readonly sparseness: number;
  /** (µ_best − µ_rest)/(µ_best + µ_rest) over labels, with the label; only when pictures have labels. */
  readonly selectivity?: { readonly label: string; readonly index: number };
  /** Counts of activations in equal bins from `from` to `to`. */
  readonly histogram: { readonly from: number; readonly to: number; readonly counts: readonly number[] };
  readonly exemplars: readonly ReportExemplar[];
  readonly explanation?: Explanation;
  readonly description?: ReportDescription;
}

/** What a captioner says of a unit, from its strongest regions alone. */
export interface ReportDescription {
  readonly text: string;
  /** log p(description | regions) − λ log p(description): how particular it is to this unit. */
  readonly pmi: number;
  readonly runnersUp: readonly { readonly text: string; readonly pmi: number }[];
}

export interface ReportLayer {
  readonly name: string;
  /** "Conv", "Relu", … the ONNX op that makes it. */
  readonly kind: string;
  /** Shape of one sample's activation, without the batch axis. */
  readonly shape: readonly number[];
  /** Receptive field in input pixels, where the layer has positions. */
  readonly receptiveField?: {
    readonly height: number;
    readonly width: number;
    readonly strideY: number;
    readonly strideX: number;
  };
  readonly neurons: readonly ReportNeuron[];
}

export interface NeuronReport {
  readonly title: string;
  readonly model: { readonly name: string; readonly parameters: number; readonly input: string };
  readonly data: {
    readonly name: string;
    readonly pictures: number;
    /** Labels or concepts known of the data; 0: none, so nothing is explained in words. */
    readonly concepts: number;
    readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  };
  /** Things the reader must know to trust the page, e.g. "12 of 500 pictures …". */
  readonly notes: readonly string[];
  /** The command that made the report. */
  readonly command: string;
  /** ISO 8601. */
  readonly created: string;
  readonly version: string;
  /** Who put neurons into words, when somebody did. */
  readonly captioner?: string;
  readonly pictures: readonly ReportPicture[];
  readonly layers: readonly ReportLayer[];
}
