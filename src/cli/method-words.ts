/** @file What commands that work on methods share: which method is meant, how findings are shown, how a run ends. */

import type { Command } from "commander";
import type { Judged, Method } from "../methods/index.ts";
import type { Executed } from "../node/index.ts";
import type { CommandContext } from "./command.ts";
import { formatTable } from "./table.ts";

/** The method that the command line names, so that its options can be flags. */
export async function methodInWords(command: string): Promise<Method | undefined> {
  const { methods } = await import("../methods/registry.ts");
  const words = process.argv.slice(process.argv.indexOf(command) + 1);
  const slug = words.find((word) => Object.hasOwn(methods, word));
  return slug === undefined ? undefined : (await methods[slug].load()).default;
}

/** The options of every command that runs an experiment. */
export function addRunOptions(command: Command): Command {
  return command
    .option("--runs <folder>", "where runs are kept (default: CAJAL_RUNS, else runs)")
    .option("--device <name>", "where graphs run: cpu, webgpu, cuda", "cpu")
    .option("--json", "print the result as JSON");
}

export interface RunOptions {
  readonly runs?: string;
  readonly device: string;
  readonly json?: boolean;
}

/** What `execute` is given by a command. */
export async function executeOptions({ device }: RunOptions, { signal, progress, say }: CommandContext) {
  if (device === "cpu") return { signal, progress, say };
  const { openRuntime } = await import("../graph/index.ts");
  return { runtime: await openRuntime(device as "webgpu" | "cuda"), signal, progress, say };
}

/** 0.12345 → "0.1235"; 123456 → "123,456" */
export function formatFigure(value: number | null | undefined, unit?: string): string {
  if (value === undefined) return "–";
  if (value === null || !Number.isFinite(value)) return String(value ?? Number.NaN);
  const digits =
    Number.isInteger(value) && Math.abs(value) < 1e12
      ? value.toLocaleString("en")
      : Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6
        ? value.toExponential(2)
        : String(Number(value.toPrecision(4)));
  return unit === undefined ? digits : `${digits} ${unit}`;
}

/** "≥ 0.9" */
export function formatDemand({ atLeast, atMost }: Pick<Judged, "atLeast" | "atMost">): string {
  if (atLeast !== undefined && atLeast === atMost) return `= ${formatFigure(atLeast)}`;
  return [
    ...(atLeast === undefined ? [] : [`≥ ${formatFigure(atLeast)}`]),
    ...(atMost === undefined ? [] : [`≤ ${formatFigure(atMost)}`]),
  ].join(", ");
}

/** @param bars as in results, where a figure that is none is null */
export function barTable(bars: readonly (Omit<Judged, "reached"> & { readonly reached?: number | null })[]): string {
  return formatTable(
    ["", "bar", "must reach", "reached", "paper"],
    bars.map((bar) => [
      bar.met ? "✓" : "✗",
      bar.metric,
      formatDemand(bar),
      formatFigure(bar.reached),
      bar.paper === undefined ? "–" : String(bar.paper),
    ]),
  );
}

/** Tables and figures of a run on a terminal. */
export async function showRun({ folder, record, findings }: Executed, method: Method, say: CommandContext["say"]) {
  const { judge, measured } = await import("../methods/index.ts");
  for (const { name, columns, rows } of findings.tables) {
    say(`\n${name}`);
    say(
      formatTable(
        columns,
        rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : formatFigure(cell ?? undefined)))),
      ),
    );
  }
  const bars = judge(
    method.bars,
    findings.metrics.map(({ name, value, unit }) => measured(name, [value], unit)),
  );
  const inBars = new Set(method.bars.map(({ metric }) => metric));
  const others = findings.metrics.filter(({ name }) => !inBars.has(name));
  if (others.length > 0)
    say(
      `\n${formatTable(
        ["metric", "value"],
        others.map(({ name, value, unit }) => [name, formatFigure(value, unit)]),
      )}`,
    );
  if (bars.length > 0) say(`\n${barTable(bars)}`);
  const { formatDuration } = await import("./progress.ts");
  say(`\n${record.id}: seed ${record.seed}, ${formatDuration(record.seconds)}, in ${folder.path}`);
  say(`cajal report ${record.id} makes a page of it`);
}
