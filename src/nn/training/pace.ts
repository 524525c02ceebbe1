/** @file How fast work goes on, and how long it will still take. */

/** Of the steps measured, the newest count most: after so many, an old one counts 1/e of a new one. */
const memory = 50;

export class Pace {
  private readonly now: () => number;
  private last: number | undefined;
  private steps = 0;
  private milliseconds = 0;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Steps are done. The first only start the clock: they compile. */
  tick(steps: number): void {
    const time = this.now();
    if (this.last !== undefined) {
      const keep = Math.exp(-steps / memory);
      this.steps = keep * this.steps + steps;
      this.milliseconds = keep * this.milliseconds + time - this.last;
    }
    this.last = time;
  }

  /** Steps per second, and seconds for as many more steps. */
  to(more: number): { rate: number | undefined; secondsLeft: number | undefined } {
    if (this.steps === 0 || this.milliseconds === 0) return { rate: undefined, secondsLeft: undefined };
    const rate = (1000 * this.steps) / this.milliseconds;
    return { rate, secondsLeft: more / rate };
  }
}
