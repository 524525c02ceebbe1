/** @file Counts in the page's HTML. */

/** A whole number with its thousands grouped. */
export function formatCount(count: number): string {
  return count.toLocaleString("en", { maximumFractionDigits: 0 });
}
