/** @file The map of a unit's pictures and the facets in it: principal components of their codes, t-SNE to two dimensions, k-means there. */

import type { Tensor } from "../../../graph/index.ts";
import { kMeans } from "../../../nn/index.ts";
import { widestBridge } from "./bridge.ts";
import { principalComponents } from "./pca.ts";
import { meanSilhouette } from "./silhouette.ts";
import { type TsneOptions, tsne } from "./tsne.ts";

export interface FacetMapOptions extends TsneOptions {
  /** Facets; "auto": as many as `nFacets` says. */
  readonly k: number | "auto";
  /** Of k-means. Default 0. */
  readonly seed?: number;
}

export interface FacetMap {
  /** float64 [pictures, 2] */
  readonly map: Tensor;
  /** Facet of each picture; 0 is the largest. */
  readonly cluster: Int32Array;
  /** Facets, the largest first: how many pictures, and the pictures (their places in `map`) from the middle of the facet outwards. */
  readonly facets: readonly { readonly size: number; readonly fromMiddle: readonly number[] }[];
  /** Mean silhouette of these facets in the map; 0 for one. */
  readonly silhouette: number;
  /** The same for k = 2, 3, …. */
  readonly silhouettes: readonly number[];
  /** For the same k: how much of two facets lies between them (see `widestBridge`), at worst. Islands: 0; pieces of one cloud: 1/6. */
  readonly bridges: readonly number[];
  /** The k with the largest mean silhouette of those whose facets are apart: no bridge above 0.14, and a silhouette of 0.5. Where there is none: 1. */
  readonly nFacets: number;
}

const components = 50;
/** Above it there is a reasonable structure, below a weak one at best (Kaufman & Rousseeuw 1990). */
const leastSilhouette = 0.5;
/** Our choice, by maps of units with one and with two known facets. */
const widestOfIslands = 0.14;

/** At most so many facets of so few pictures. */
export const mostFacets = (pictures: number) => Math.max(1, Math.min(10, Math.floor(pictures / 30)));

/** @param codes [pictures, D] */
export async function facetMap(codes: Tensor, { k, seed = 0, ...options }: FacetMapOptions): Promise<FacetMap> {
  const map = await tsne(await principalComponents(codes, components), options);
  const divided = (count: number) => kMeans(map, count, { seed }).labels;
  const counts = Array.from({ length: Math.max(2, mostFacets(map.shape[0])) - 1 }, (_, i) => i + 2);
  const divisions = counts.map(divided);
  const silhouettes = divisions.map((labels) => meanSilhouette(map, labels));
  const bridges = divisions.map((labels) => widestBridge(map, labels));
  const clear = silhouettes.map((value, i) => (bridges[i] <= widestOfIslands ? value : 0));
  const best = Math.max(...clear);
  const nFacets = best >= leastSilhouette ? counts[clear.indexOf(best)] : 1;
  const { cluster, facets } = largestFirst(map, divided(k === "auto" ? nFacets : k));
  const silhouette = facets.length > 1 ? meanSilhouette(map, cluster) : 0;
  return { map, cluster, facets, silhouette, silhouettes, bridges, nFacets };
}

function largestFirst(map: Tensor, labels: Int32Array): Pick<FacetMap, "cluster" | "facets"> {
  const members = new Map<number, number[]>();
  for (const [i, label] of labels.entries()) members.set(label, [...(members.get(label) ?? []), i]);
  const sorted = [...members.values()].sort((a, b) => b.length - a.length || a[0] - b[0]);
  const cluster = new Int32Array(labels.length);
  for (const [facet, places] of sorted.entries()) for (const place of places) cluster[place] = facet;
  return { cluster, facets: sorted.map((places) => ({ size: places.length, fromMiddle: byDistance(map, places) })) };
}

/** Places in the order of their distance to their mean. */
function byDistance(map: Tensor, places: readonly number[]): number[] {
  const y = map.numbers();
  const mean = (axis: number) => places.reduce((sum, i) => sum + y[2 * i + axis] / places.length, 0);
  const [cx, cy] = [mean(0), mean(1)];
  const distance = new Map(places.map((i) => [i, (y[2 * i] - cx) ** 2 + (y[2 * i + 1] - cy) ** 2]));
  return [...places].sort((a, b) => (distance.get(a) ?? 0) - (distance.get(b) ?? 0));
}
