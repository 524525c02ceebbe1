import { type Dataset, File, FS, type Group, ready } from "h5wasm";
import { describe, expect, it } from "vitest";
import { CajalError } from "../../graph/index.ts";
import { readHdf5 } from "../formats/hdf5.ts";
import { recordingsFromMat } from "./mat.ts";
import { recordingFromNwb } from "./nwb.ts";

/** The bytes of a file that `build` fills. */
async function hdf5(build: (file: File) => void): Promise<Uint8Array> {
  await ready;
  const file = new File("/built.h5", "w");
  build(file);
  file.close();
  return (FS as { readFile(path: string): Uint8Array }).readFile("/built.h5").slice();
}

const float = (group: Group, name: string, data: number[], shape: number[]) =>
  group.create_dataset({ name, data: Float64Array.from(data), shape, dtype: "<d" });

describe("recordingFromNwb", () => {
  const nwb = (names: string[] | undefined, timed: "rate" | "timestamps" | "none") =>
    hdf5((file) => {
      const series = file
        .create_group("processing")
        .create_group("CalciumActivity")
        .create_group("Fluorescence")
        .create_group("Series");
      // [samples, cells]
      float(series, "data", [1, 10, 2, 20, 3, 30], [3, 2]);
      series.create_dataset({ name: "rois", data: Int32Array.of(2, 0), shape: [2], dtype: "<i" });
      if (timed === "rate") float(series, "starting_time", [0], []).create_attribute("rate", 4.1);
      if (timed === "timestamps") float(series, "timestamps", [0, 0.5, 1], [3]);
      const ids = (file.get("processing/CalciumActivity") as Group).create_group("NeuronIDs");
      if (names !== undefined) ids.create_dataset({ name: "labels", data: names, shape: [names.length], dtype: "S" });
    });

  it("takes cells from the rows that the series names, with their labels", async () => {
    const recording = await recordingFromNwb(await nwb(["AVAL", "AVAR", "RIML"], "rate"), { animal: "worm1" });
    expect(recording.names).toEqual(["RIML", "AVAL"]);
    expect(recording.traces).toEqual(Float32Array.of(1, 2, 3, 10, 20, 30));
    expect(recording.fs).toBeCloseTo(4.1, 6);
  });

  it("numbers cells without a label, takes the rate from the times, and says when there is none", async () => {
    const empty = await recordingFromNwb(await nwb(["AVAL", "", ""], "timestamps"), { animal: "worm1" });
    expect([empty.names, empty.fs]).toEqual([["n001", "AVAL"], 2]);
    const bare = await recordingFromNwb(await nwb(undefined, "timestamps"), { animal: "worm1" });
    expect(bare.names).toEqual(["n001", "n002"]);
    await expect(recordingFromNwb(await nwb(undefined, "none"), { animal: "worm2" })).rejects.toThrow(
      "recording worm2 has no sampling rate",
    );
    const none = await hdf5((file) => file.create_group("processing"));
    await expect(recordingFromNwb(none, { animal: "worm2" })).rejects.toThrow("worm2 has 0 series");
  });
});

describe("recordingsFromMat", () => {
  /** As MATLAB 7.3 lays things out: what cells hold is in #refs#, text is numbers, and columns come first. */
  const mat = () =>
    hdf5((file) => {
      const held = file.create_group("#refs#");
      let count = 0;
      const hold = (make: (name: string) => Dataset, kind: string) => {
        const dataset = make(`r${count++}`);
        dataset.create_attribute("MATLAB_class", kind);
        return dataset.create_reference();
      };
      const text = (word: string) =>
        hold((name) => {
          const codes = Uint16Array.from(word || "\0\0", (c) => c.charCodeAt(0));
          const dataset = held.create_dataset({ name, data: codes, shape: [codes.length, 1], dtype: "<H" });
          if (word === "") dataset.create_attribute("MATLAB_empty", 1);
          return dataset;
        }, "char");
      const references = (group: Group, name: string, data: ReturnType<typeof text>[]) =>
        group.create_dataset({ name, data, shape: [data.length, 1], dtype: "Reference" });
      const cell = (data: ReturnType<typeof text>[]) => hold((name) => references(held, name, data), "cell");
      const matrix = (data: number[], shape: number[]) => hold((name) => float(held, name, data, shape), "double");
      const worms = file.create_group("wbData");
      references(worms, "deltaFOverF_bc", [matrix([1, 2, 3, 4, 5, 6], [2, 3]), matrix([7, 8, 9], [1, 3])]);
      references(worms, "IDs", [cell([cell([text("AVAL"), text("AVAR")]), cell([text("")])]), cell([text("RIML")])]);
      references(worms, "tv", [matrix([0, 0.5, 1], [1, 3]), matrix([0, 0.25, 0.5], [1, 3])]);
      references(worms, "dataset", [text("20140813a"), text("")]);
    });

  it("reads every element of an array of structures, through its references", async () => {
    const [first, second, ...rest] = await recordingsFromMat(await mat(), { name: "kato" });
    expect(rest).toEqual([]);
    expect(first).toEqual({
      traces: Float32Array.of(1, 2, 3, 4, 5, 6),
      names: ["AVAL", "n002"],
      fs: 2,
      animal: "20140813a",
    });
    expect(second).toEqual({ traces: Float32Array.of(7, 8, 9), names: ["RIML"], fs: 4, animal: "kato 2" });
  });

  it("reads a structure that is no array, with fields of other names", async () => {
    const bytes = await hdf5((file) => {
      float(file, "activity", [1, 2, 3, 4], [2, 2]);
      float(file, "rate", [3], [1, 1]);
    });
    const [only] = await recordingsFromMat(bytes, { name: "w", fields: { traces: "activity", fs: "rate" } });
    expect([only.names, only.fs, only.animal]).toEqual([["n001", "n002"], 3, "w"]);
    await expect(recordingsFromMat(bytes, { name: "w" })).rejects.toThrow("w has no structure with traces");
  });

  it("does not follow cells that hold themselves for ever", async () => {
    const bytes = await hdf5((file) => {
      float(file, "traces", [1, 2], [1, 2]);
      const cell = file.create_dataset({
        name: "names",
        data: [file.create_reference()],
        shape: [1],
        dtype: "Reference",
      });
      file.create_dataset({ name: "IDs", data: [cell.create_reference()], shape: [1], dtype: "Reference" });
      cell.write_slice([[0, 1]], [cell.create_reference()]);
    });
    const [only] = await recordingsFromMat(bytes, { name: "w", fs: 1, fields: { names: "names" } });
    expect(only.names).toEqual(["n001"]);
  });

  it("says when a file is older, or none", async () => {
    const old = new TextEncoder().encode("MATLAB 5.0 MAT-file, Platform: GLNXA64");
    expect(() => recordingsFromMat(old, { name: "old.mat" })).toThrow("a version before 7.3");
    await expect(recordingsFromMat(new Uint8Array(100), { name: "x.mat" })).rejects.toThrow(CajalError);
  });

  it("references are read as paths, attributes as numbers and words", async () => {
    const found = await readHdf5(await mat(), (file) => ({
      ids: file.read("wbData/dataset"),
      kind: file.attribute("#refs#/r0", "MATLAB_class"),
      none: [file.attribute("#refs#/r0", "nothing"), file.attribute("nowhere", "MATLAB_class")],
    }));
    expect(found.ids?.kind === "references" && found.ids.targets.every((path) => path.startsWith("#refs#/"))).toBe(
      true,
    );
    expect(found.kind).toBe("double");
    expect(found.none).toEqual([undefined, undefined]);
  });
});
