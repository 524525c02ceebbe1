/** @file The data set "celegans-calcium": whole brains of seven freely moving worms, with neurons named after the atlas. */

import { findData } from "../registry.ts";
import { type DataSource, unpacked } from "../source.ts";
import { recordingFromCsv } from "./csv.ts";
import { type Recording, selectNeurons } from "./recording.ts";

export interface WormRecording extends Recording {
  /** Seconds of each sample. [T] each */
  readonly time: Float64Array;
  /** mm/s, negative backwards. */
  readonly velocity: Float64Array;
  /** Radians. */
  readonly headAngle: Float64Array;
  readonly angularVelocity: Float64Array;
  /** 1 while the worm moves backwards. */
  readonly reversal: Float64Array;
}

/**
 * The seven worms: fluorescence of 130 to 146 neurons in each, 800 samples at 1.66 Hz. Neurons without a name are "n001", …; "?" stands for a
 * side that is unsure, "#k" follows a name that is there twice.
 * @throws CajalError as the source
 */
export async function loadWorms(source: DataSource): Promise<WormRecording[]> {
  const paths = Object.keys(findData("celegans-calcium").files);
  return Promise.all(
    paths.map(async (path) => {
      const text = new TextDecoder().decode(await unpacked(source, "celegans-calcium", path));
      const behaviour = ["velocity", "head_angle", "angular_velocity", "reversal"];
      const { other, ...recording } = recordingFromCsv(text, { animal: path.split(".")[0], other: behaviour });
      return {
        ...recording,
        time: other.time_s,
        velocity: other.velocity,
        headAngle: other.head_angle,
        angularVelocity: other.angular_velocity,
        reversal: other.reversal,
      };
    }),
  );
}

/** The recording with those neurons only whose name is sure. */
export function identifiedNeurons<R extends Recording>(recording: R): R {
  return selectNeurons(recording, (name) => !/^n\d+$|[?#]/.test(name));
}
