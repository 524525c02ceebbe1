import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CajalError, Rng, Tensor } from "../../graph/index.ts";
import { binSpikes, decodeSpikeRecordings } from "../spike-recordings.ts";
import { readHdf5, writeHdf5 } from "./hdf5.ts";

/** As h5py writes SHD: times as rows of float16, units of uint16. */
const recordings = new Uint8Array(readFileSync(new URL("./testing/spikes-float16.h5", import.meta.url)));

describe("HDF5", () => {
  const tree = {
    version: "1.0",
    empty: {},
    group: {
      weights: Tensor.of([1, 2.5, -3, 4], [2, 2]),
      exact: Tensor.of([0.1], [], "float64"),
      big: Tensor.of([2 ** 40], [1], "int64"),
      small: Tensor.of([255], [1], "uint8"),
      edges: [
        ["a", "b"],
        ["b", "größer"],
      ],
    },
  };

  it("comes back as it was written", async () => {
    const read = await readHdf5(await writeHdf5(tree), (file) => ({
      root: file.keys(""),
      group: file.keys("group"),
      version: file.read("version"),
      edges: file.read("group/edges"),
      numbers: ["weights", "exact", "big", "small"].map((name) => file.read(`group/${name}`)),
      none: [file.keys("version"), file.read("group"), file.read("nothing/at/all"), file.keys("x")],
    }));
    expect(read.root).toEqual(["empty", "group", "version"]);
    expect(read.group?.length).toBe(5);
    expect(read.version).toEqual({ kind: "words", shape: [], words: ["1.0"] });
    expect(read.edges).toEqual({ kind: "words", shape: [2, 2], words: ["a", "b", "b", "größer"] });
    for (const [i, name] of (["weights", "exact", "big", "small"] as const).entries()) {
      const data = read.numbers[i];
      expect(data?.kind === "numbers" && `${data.tensor}`).toBe(`${tree.group[name]}`);
      expect(data?.kind === "numbers" && [...data.tensor.numbers()]).toEqual([...tree.group[name].numbers()]);
    }
    expect(read.none).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("names that HDF5 cannot have are refused", async () => {
    await expect(writeHdf5({ "a/b": Tensor.zeros([1]) })).rejects.toThrow('"a/b" is no name');
  });

  it("too large datasets are refused before they are read", async () => {
    const bytes = await writeHdf5({ x: Tensor.zeros([100]) });
    await expect(readHdf5(bytes, (file) => file.read("x"), "big.h5", { limit: 99 })).rejects.toThrow(
      'big.h5: "x" is [100]',
    );
  });

  it("damaged files are refused or read, and leave nothing behind", async () => {
    const whole = await writeHdf5(tree);
    const readAll = (bytes: Uint8Array) =>
      readHdf5(
        bytes,
        (file) => [file.read("version"), file.read("group/edges"), file.read("group/weights")],
        "hurt.h5",
      );
    const rng = new Rng(2);
    for (let i = 0; i < 300; i++) {
      const cut = rng.random() < 0.3;
      const bytes = cut ? whole.slice(0, rng.int(0, whole.length)) : whole.slice();
      if (!cut) for (let k = 0; k < 4; k++) bytes[rng.int(0, bytes.length)] = rng.int(0, 256);
      await readAll(bytes).catch((error: unknown) => expect(error).toBeInstanceOf(CajalError));
    }
    expect((await readAll(whole))[0]).toEqual({ kind: "words", shape: [], words: ["1.0"] });
  });
});

describe("recordings of spikes", () => {
  it("are read from files like those of SHD", async () => {
    const read = await decodeSpikeRecordings(recordings);
    expect(read.map(({ label }) => label)).toEqual([3, 19, 0]);
    expect([...read[0].units]).toEqual([0, 699, 350]);
    for (const [i, time] of [0, 0.0105, 0.25].entries()) expect(read[0].times[i]).toBeCloseTo(time, 4);
    expect(read[1].times.length).toBe(0);
    const binned = binSpikes(read, { lines: 700, group: 5, steps: 100 });
    expect(binned.shape).toEqual([3, 100, 140]);
    const at = (r: number, t: number, line: number) => binned.data[(r * 100 + t) * 140 + line];
    expect([at(0, 0, 0), at(0, 1, 139), at(0, 25, 70), at(2, 50, 0), at(2, 75, 0)]).toEqual([1, 1, 1, 1, 1]);
    expect(binned.numbers().reduce((a, b) => a + b)).toBe(5);
    expect(() => binSpikes(read, { lines: 600, steps: 10 })).toThrow("a spike of line 699, of 600 lines");
  });

  it("without what they need are refused", async () => {
    const bytes = await writeHdf5({ spikes: { times: Tensor.zeros([2]) }, labels: Tensor.zeros([2]) });
    await expect(decodeSpikeRecordings(bytes, "x.h5")).rejects.toThrow("x.h5: spikes/times are numbers, not rows");
    const without = await writeHdf5({ spikes: {}, labels: Tensor.zeros([2]) });
    await expect(decodeSpikeRecordings(without, "x.h5")).rejects.toThrow("x.h5: it has no spikes/times");
  });
});
