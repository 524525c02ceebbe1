/** @file The Free Spoken Digit Dataset: recordings of ten digits by six speakers. */

import { CajalError } from "../graph/index.ts";
import type { Split } from "./data-entry.ts";
import { readTar } from "./formats/tar.ts";
import { decodeWav, type Sound } from "./formats/wav.ts";
import { type DataSource, unpacked } from "./source.ts";

export interface SpokenDigit {
  readonly digit: number;
  readonly speaker: string;
  /** Which of the fifty recordings of this speaker and digit. */
  readonly take: number;
  /** 8,000 Hz, one channel. */
  readonly sound: Sound;
}

const archives: Readonly<Record<Split, readonly string[]>> = {
  // By the official split, takes 0 to 4 are for testing.
  test: ["test.index0-4.tar.gz"],
  train: ["train.index5-19.tar.gz", "train.index20-49.tar.gz"],
};

/** All recordings of a split, by digit, speaker and take. @throws CajalError `bad-file`, or as the source */
export async function loadSpokenDigits(source: DataSource, split: Split): Promise<SpokenDigit[]> {
  const set = "spoken-digits";
  const digits: SpokenDigit[] = [];
  for (const archive of archives[split]) {
    const files = await readTar(await unpacked(source, set, archive), `${set}/${archive}`);
    for (const [path, bytes] of files) {
      const parts = path.match(/(?:^|\/)(\d)_([a-z]+)_(\d+)\.wav$/);
      if (parts === null) throw new CajalError("bad-file", `${set}/${archive}: "${path}" is no recording of a digit`);
      const [, digit, speaker, take] = parts;
      digits.push({ digit: Number(digit), speaker, take: Number(take), sound: decodeWav(bytes, path) });
    }
  }
  const key = ({ digit, speaker, take }: SpokenDigit) => `${digit} ${speaker} ${String(take).padStart(2, "0")}`;
  return digits.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
