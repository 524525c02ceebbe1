import { gzipSync, strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { Tensor } from "../../graph/index.ts";
import { encodeNpz } from "../formats/npz.ts";
import { recordingFromCsv, samplingRate } from "./csv.ts";
import { lengthOf, recordingOf, selectNeurons } from "./recording.ts";
import { readRecordings } from "./recording-file.ts";

describe("recordingFromCsv", () => {
  it("reads neurons by column, the rate from the times, and what is no neuron apart", () => {
    const text = 'time_s,speed,AVAL,"AVAR"\n0,1,0.5,1\n0.5,2,,2\r\n1,3,NaN,3\n';
    const recording = recordingFromCsv(text, { animal: "worm1", other: ["speed"] });
    expect(recording.names).toEqual(["AVAL", "AVAR"]);
    expect(recording.traces).toEqual(Float32Array.of(0.5, Number.NaN, Number.NaN, 1, 2, 3));
    expect(recording.fs).toBe(2);
    expect(lengthOf(recording)).toBe(3);
    expect(recording.other.speed).toEqual(Float64Array.of(1, 2, 3));
  });

  it("says what is wrong and where", () => {
    expect(() => recordingFromCsv("a,b\n1,2\n", { animal: "worm2" })).toThrow("recording worm2 has no sampling rate");
    expect(() => recordingFromCsv("a,b\n1,x\n", { animal: "worm2", fs: 1 })).toThrow(
      'worm2, line 2, b: "x" is no number',
    );
    expect(() => recordingFromCsv("a,b\n1,2\n1\n", { animal: "worm2", fs: 1 })).toThrow("line 3: 1 fields, not 2");
    expect(() => recordingFromCsv("a,b\n1,2\n", { animal: "w", fs: 1, other: ["c"] })).toThrow('no column "c"');
    expect(() => samplingRate([3, 3], "worm3")).toThrow("recording worm3 has no sampling rate");
  });
});

describe("recordingOf", () => {
  it("takes a matrix of neurons × samples", () => {
    const recording = recordingOf(
      Tensor.of([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      { fs: 4, animal: "seed 1" },
    );
    expect(recording.names).toEqual(["0", "1"]);
    expect(selectNeurons(recording, (name) => name === "1").traces).toEqual(Float32Array.of(4, 5, 6));
    expect(() => recordingOf(Tensor.of([1, 2]), { fs: 4, animal: "a" })).toThrow("neurons × samples, not [2]");
    expect(() => recordingOf(Tensor.of([[1, 2]]), { names: ["x", "y"], fs: 4, animal: "a" })).toThrow(
      "1 traces but 2 names",
    );
  });
});

describe("readRecordings", () => {
  it("takes spikes of tables and arrays as counts, traces as they are", async () => {
    const table = strToU8("unit\ttime\n7\t0.0035\n3\t0.0005\n7\t0.0031\n");
    const arrays = encodeNpz({ times: Tensor.of([0.0035, 0.0005, 0.0031]), units: Tensor.of([7, 3, 7]) });
    for (const [name, bytes] of [
      ["spikes.tsv.gz", gzipSync(table)],
      ["spikes.npz", arrays],
    ] as const) {
      const [spikes] = await readRecordings(bytes, name);
      expect(spikes).toMatchObject({ names: ["3", "7"], fs: 1000, hasTime: true });
      expect(spikes.traces).toEqual(Float32Array.of(1, 0, 0, 0, 0, 0, 0, 2));
    }
    const [traces] = await readRecordings(strToU8("a,b\n1,2\n3,4\n"), "traces.csv");
    expect(traces).toMatchObject({ names: ["a", "b"], fs: 1, hasTime: false });
  });

  it("says what is no recording", async () => {
    await expect(readRecordings(strToU8("x"), "notes.doc")).rejects.toThrow(
      "notes.doc is of no kind that is read here",
    );
    await expect(readRecordings(strToU8("x"), "a.csv.gz")).rejects.toThrow("a.csv.gz is no gzip file");
    await expect(readRecordings(strToU8("time,unit\n1e999,1\n2,2\n"), "a.csv")).rejects.toThrow("too many to show");
    await expect(readRecordings(encodeNpz({ a: Tensor.of([1, 2]) }), "a.npz")).rejects.toThrow("no matrix of neurons");
  });
});
