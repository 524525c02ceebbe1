/** @file A line that says how far a run is: redrawn on a terminal, written now and then elsewhere. */

const millisecondsBetween = process.stderr.isTTY ? 200 : 10_000;

export class Progress {
  private readonly total: number;
  private done = 0;
  private readonly start = performance.now();
  private last = performance.now();

  constructor(total: number) {
    this.total = total;
  }

  add(count: number): void {
    this.done += count;
    const now = performance.now();
    if (now - this.last < millisecondsBetween) return;
    this.last = now;
    this.write(this.line());
  }

  /** A line that stays. */
  say(text: string): void {
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    process.stdout.write(`${text}\n`);
  }

  end(text: string): void {
    this.say(`${text} (${this.rate()} a second)`);
  }

  private write(line: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  }

  private rate(): number {
    return Math.round(this.done / ((performance.now() - this.start) / 1000));
  }

  private line(): string {
    const rate = this.rate();
    const seconds = Math.round((this.total - this.done) / Math.max(1, rate));
    return `${this.done} of ${this.total} inputs, ${rate} a second, ${seconds} s left`;
  }
}
