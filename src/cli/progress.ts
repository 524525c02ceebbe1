/** @file Progress: a bar with rate and time left on a terminal, a plain line now and then in a pipe. */

import type { Progress } from "../node/progress.ts";

const barWidth = 28;
const redrawEvery = 80;
const plainLineEvery = 5_000;

/** "3 s", "2 min 05 s", "1 h 12 min" */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** Shows the progress of one stage after the other on standard error, so that standard output stays clean for results. */
export class ProgressDisplay implements Progress {
  private readonly stream: NodeJS.WriteStream;
  private readonly quiet: boolean;
  private stage = "";
  private started = 0;
  private shown = 0;
  private last = "";

  constructor(options: { readonly quiet?: boolean; readonly stream?: NodeJS.WriteStream } = {}) {
    this.stream = options.stream ?? process.stderr;
    this.quiet = options.quiet ?? false;
  }

  update(stage: string, done: number, total: number, unit: string): void {
    if (this.quiet) return;
    const now = performance.now();
    if (stage !== this.stage) {
      this.finish();
      this.stage = stage;
      this.started = now;
      this.shown = Number.NEGATIVE_INFINITY;
    }
    const wait = this.stream.isTTY ? redrawEvery : plainLineEvery;
    const finished = done >= total;
    // In a pipe the first line comes after a while: short stages leave just their last line.
    const due = this.stream.isTTY ? now - this.shown >= wait : now - Math.max(this.shown, this.started) >= wait;
    if (!due && !finished) return;
    this.shown = now;
    const seconds = (now - this.started) / 1000;
    const rate = done / Math.max(seconds, 1e-6);
    const speed = done > 0 && seconds > 0.2 ? ` · ${rate >= 10 ? Math.round(rate) : rate.toFixed(1)} ${unit}/s` : "";
    const left = finished
      ? formatDuration(seconds)
      : done > 0 && seconds > 0.5
        ? `${formatDuration((total - done) / rate)} left`
        : "";
    const counts = `${done.toLocaleString("en")}/${total.toLocaleString("en")} ${unit}`;
    if (this.stream.isTTY) {
      const filled = Math.round((barWidth * done) / Math.max(1, total));
      const bar = "█".repeat(filled) + "░".repeat(barWidth - filled);
      this.last = `${stage.padEnd(24)} ${bar} ${counts}${speed}${left && ` · ${left}`}`;
      this.stream.write(`\r\x1b[2K${this.last.slice(0, (this.stream.columns ?? 100) - 1)}`);
    } else {
      this.stream.write(`${stage}: ${counts}${speed}${left && `, ${left}`}\n`);
    }
    if (finished) this.finish();
  }

  /** Ends the current line, so that other text can follow. */
  finish(): void {
    if (this.last !== "" && this.stream.isTTY) this.stream.write("\n");
    this.last = "";
    this.stage = "";
  }
}
