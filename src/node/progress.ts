/** @file What long work reports while it runs. */

export interface Progress {
  /**
   * @param stage what is being done, a few words
   * @param unit what is counted: "pictures", "bytes", …
   */
  update(stage: string, done: number, total: number, unit: string): void;
}

export const silent: Progress = { update: () => undefined };
