/** @file Mean and variance of numbers that come one by one. */

/** Sums of the differences from a number nearby, so that few digits are lost where all are nearly equal to it. */
export class Moments {
  private readonly near: number;
  private count = 0;
  private sum = 0;
  private squares = 0;

  /** @param near about where the numbers are */
  constructor(near = 0) {
    this.near = near;
  }

  add(value: number): void {
    const difference = value - this.near;
    this.count++;
    this.sum += difference;
    this.squares += difference * difference;
  }

  /** NaN when there are no numbers. */
  get mean(): number {
    return this.near + this.sum / this.count;
  }

  /** Of all numbers: the sum of squares is divided by their count. */
  get variance(): number {
    const shift = this.sum / this.count;
    return Math.max(0, this.squares / this.count - shift * shift);
  }
}

export function momentsOf(values: ArrayLike<number>): Moments {
  const moments = new Moments(values[0]);
  for (let i = 0; i < values.length; i++) moments.add(values[i]);
  return moments;
}
