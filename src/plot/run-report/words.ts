/** @file Numbers, times and demands as a person reads them. */

import { superscript } from "../drawing/text.ts";
import type { ReportBar } from "../run-report.ts";

const MINUS = "\u2212";

/** Four digits; thousands grouped; powers of ten for the very large and small; "–" for what is unknown. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa, exponent] = value.toExponential(2).split("e");
    const short = String(Number(mantissa));
    const times = short === "1" ? "" : `${short.replace("-", MINUS)}\u202f·\u202f`;
    return `${times}10${superscript(Number(exponent))}`;
  }
  const text = Number.isInteger(value)
    ? value.toLocaleString("en")
    : Number(value.toPrecision(4)).toLocaleString("en", { maximumSignificantDigits: 4 });
  return text.replace("-", MINUS);
}

/** Values with the decimals that their spread can tell: "0.912 ± 0.004". */
export function formatSpread(mean: number, deviation: number): string {
  if (!(deviation > 0)) return formatNumber(mean);
  const decimals = Math.min(Math.max(1 - Math.floor(Math.log10(deviation)), 0), 6);
  const write = (value: number) =>
    value
      .toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
      .replace("-", MINUS);
  if (deviation < 1e-5 || Math.abs(mean) >= 1e7) return `${formatNumber(mean)} ± ${formatNumber(deviation)}`;
  return `${write(mean)} ± ${write(deviation)}`;
}

/** "2 h 5 min", "3 min 20 s", "4.2 s" */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toPrecision(2))}\u00a0s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours}\u00a0h ${minutes}\u00a0min`;
  return `${minutes}\u00a0min${whole % 60 > 0 ? ` ${whole % 60}\u00a0s` : ""}`;
}

/** "≥ 0.9", "= 0", "0.1 to 0.2", and of narrow ranges "−12 ± 0.01" */
export function formatDemand({ atLeast, atMost }: Pick<ReportBar, "atLeast" | "atMost">): string {
  if (atLeast !== undefined && atLeast === atMost) return `= ${formatNumber(atLeast)}`;
  if (atLeast !== undefined && atMost !== undefined) {
    const [middle, half] = [(atLeast + atMost) / 2, (atMost - atLeast) / 2];
    if (half < 0.05 * Math.abs(middle)) return `${formatNumber(middle)} ± ${formatNumber(half)}`;
    return `${formatNumber(atLeast)} to ${formatNumber(atMost)}`;
  }
  return atLeast === undefined ? `≤ ${formatNumber(atMost)}` : `≥ ${formatNumber(atLeast)}`;
}

/** Mean and sample standard deviation of the numbers among the values. */
export function spreadOf(values: readonly (number | null)[]): { mean: number; deviation: number; count: number } {
  const numbers = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const count = numbers.length;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count };
}

/** "learned-delays" → "Learned delays" */
export function titleOf(slug: string): string {
  const words = slug.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
