/** @file Taps: a layer of a network, what it is shown, and which layers have samples that can be set side by side. */

import { CajalError, formatShape, type Value } from "../../../graph/index.ts";
import { findLayer, type Layer, type Model, type SampleSet } from "../../../probe/index.ts";
import { pooled } from "./pooling.ts";

export interface Tap {
  readonly model: Model;
  /** The layer's name: see `model.layers()`. */
  readonly tensor: string;
  /** What this net is shown in place of the common data: the same things in the same order, as this net wants them. */
  readonly samples?: SampleSet;
  /** A control: the net is shown the samples in a random order of this seed, and positions are drawn apart, so that nothing belongs together. */
  readonly shuffled?: number;
}

/** A tap whose layer was found. */
export interface Source {
  readonly tap: Tap;
  readonly layer: Layer;
  /** "resnet20 · layer1.2.out" */
  readonly name: string;
}

/** @throws CajalError `unknown-layer` */
export function sourceOf(tap: Tap): Source {
  const layer = findLayer(tap.model.layers(), tap.tensor);
  return { tap, layer, name: `${tap.model.name} · ${tap.tensor}` };
}

/** Positions at which two layers are set side by side: one sample of each unit for each. */
export interface Positions {
  readonly rows: number;
  readonly columns: number;
}

/** What one sample of a unit is. */
type Meaning =
  | ({ readonly of: "pixels" } & Positions)
  | { readonly of: "tokens"; readonly tokens: number }
  | { readonly of: "whole inputs" };

function meaningOf({ shape }: Layer): Meaning {
  if (shape.length === 3) return { of: "pixels", rows: shape[1], columns: shape[2] };
  if (shape.length === 2) return { of: "tokens", tokens: shape[0] };
  return { of: "whole inputs" };
}

/**
 * The positions that two layers share: of two maps, the smaller size along each axis.
 * @throws CajalError `shape` where a sample of the one is something else than a sample of the other
 */
export function commonPositions(a: Source, b: Source): Positions {
  const [first, second] = [meaningOf(a.layer), meaningOf(b.layer)];
  if (first.of === "pixels" && second.of === "pixels")
    return { rows: Math.min(first.rows, second.rows), columns: Math.min(first.columns, second.columns) };
  if (first.of === "tokens" && second.of === "tokens" && first.tokens === second.tokens)
    return { rows: first.tokens, columns: 1 };
  if (isWhole(first) && isWhole(second)) return { rows: 1, columns: 1 };
  const words = (source: Source, { of }: Meaning) => `${source.name} ${formatShape(source.layer.shape)} has ${of}`;
  throw new CajalError(
    "shape",
    `${words(a, first)}, ${words(b, second)}: their samples do not stand for the same things`,
    { advice: "Choose layers of one kind: maps with maps, tokens with as many tokens, vectors with vectors." },
  );
}

function isWhole(meaning: Meaning): boolean {
  return meaning.of === "whole inputs" || (meaning.of === "pixels" && meaning.rows * meaning.columns === 1);
}

/** A layer's activations [batch, …] as samples: float32 [batch, positions, units]. */
export function samplesAt(activations: Value, { rows, columns }: Positions): Value {
  const x = activations.cast("float32");
  if (x.rank === 3) return x;
  if (x.rank === 2) return x.unsqueeze(1);
  const [batch, units] = x.shape;
  return pooled(x, rows, columns)
    .reshape([batch, units, rows * columns])
    .transpose([0, 2, 1]);
}
