/** @file Numbers and commands as a person reads them. Runs inside the page: no outside references. */

/** Three significant digits; thousands grouped; a real minus sign; "–" for what is unknown. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size === 0 ? 1 : 3;
  const text =
    size !== 0 && (size >= 1e6 || size < 1e-3)
      ? value.toExponential(1).replace("e+", "e")
      : value.toLocaleString(
          "en",
          size >= 100
            ? { maximumFractionDigits: 0 }
            : { minimumSignificantDigits: digits, maximumSignificantDigits: digits },
        );
  return text.replaceAll("-", "\u2212");
}

/** A share between −1 and 1 with two decimals and no leading zero, as journals print it: .21 */
export function formatShare(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return value
    .toFixed(2)
    .replace(/^(-?)0(?=\.)/, "$1")
    .replace("-", "\u2212");
}

/** A p-value: three decimals, or "< .001". */
export function formatP(p: number | null | undefined): string {
  if (p === null || p === undefined || !Number.isFinite(p)) return "p\u00a0–";
  if (p < 0.001) return "p\u00a0<\u00a0.001";
  return `p\u00a0=\u00a0${p >= 0.1 ? p.toFixed(2).replace(/^0(?=\.)/, "") : p.toFixed(3).replace(/^0/, "")}`;
}

export function formatPercent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const percent = 100 * share;
  if (percent > 0 && percent < 0.01) return "<\u00a00.01\u00a0%";
  return `${percent.toLocaleString("en", { maximumSignificantDigits: percent > 99 ? 4 : 2 })}\u00a0%`;
}

/**
 * The command that silences a unit, safe to paste into a POSIX shell: names come from the model's file, so whatever is not
 * plainly harmless is quoted, and invisible characters are written out.
 */
export function ablationCommand(model: string, address: string): string {
  const quote = (word: string): string => {
    if (/^[\w./][\w./:@%+=,-]*$/.test(word)) return word;
    if (!/[\p{C}\p{Zl}\p{Zp}]/u.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
    const written = word.replace(/[\\']/g, "\\$&").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => {
      const code = (char.codePointAt(0) ?? 0).toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
    });
    return `$'${written}'`;
  };
  const file = model.startsWith("-") ? `./${model}` : model;
  return `cajal edit ${quote(file)} --clamp ${quote(`${address}=0`)} -o edited.onnx`;
}
