/** @file What the reader looks at, as the URL's hash: links can be shared, reloading keeps the place. No outside references. */

export type SortKey = "unit" | "maximum" | "selectivity" | "sparseness" | "iou" | "active";
export type ShowKey = "all" | "explained" | "live" | "dead";

export interface ViewState {
  /** Name of the layer on the sheet; "" for all layers; undefined until one is chosen. */
  readonly layer: string | undefined;
  /** The neuron in the dialog: its number within the layer, or its address `layer:unit`. */
  readonly unit: string | undefined;
  readonly query: string;
  readonly sort: SortKey;
  readonly show: ShowKey;
}

/** The state that a hash stands for. What is not understood counts as not said. */
export function parseHash(hash: string): ViewState {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const sorts: readonly SortKey[] = ["unit", "maximum", "selectivity", "sparseness", "iou", "active"];
  const shows: readonly ShowKey[] = ["all", "explained", "live", "dead"];
  return {
    layer: fields.get("layer") ?? undefined,
    unit: fields.get("unit") || undefined,
    query: fields.get("q") ?? "",
    sort: sorts.find((sort) => sort === fields.get("sort")) ?? "unit",
    show: shows.find((show) => show === fields.get("show")) ?? "all",
  };
}

/** The hash of a state, as short as it can be. */
export function formatHash({ layer, unit, query, sort, show }: ViewState): string {
  const fields = new URLSearchParams();
  if (layer !== undefined) fields.set("layer", layer);
  if (unit !== undefined) fields.set("unit", unit);
  if (query !== "") fields.set("q", query);
  if (sort !== "unit") fields.set("sort", sort);
  if (show !== "all") fields.set("show", show);
  return `#${fields}`;
}
