/** @file Text from outside (file names, labels, layer names) made safe for HTML and for JSON inside HTML. */

/** The text as HTML, good between tags and inside double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("\0", "\ufffd");
}

/** JSON that cannot end the script element that holds it. Numbers keep six significant digits; NaN and ±∞ become null. */
export function jsonForHtml(value: unknown): string {
  const short = (_key: string, entry: unknown): unknown =>
    typeof entry === "number" && Number.isFinite(entry) && !Number.isInteger(entry)
      ? Number(entry.toPrecision(6))
      : entry;
  return JSON.stringify(value, short).replaceAll("<", "\\u003c");
}
