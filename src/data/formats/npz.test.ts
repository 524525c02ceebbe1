import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { deflateSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { CajalError } from "../../graph/error.ts";
import { Rng } from "../../graph/rng.ts";
import { Tensor } from "../../graph/tensor.ts";
import { crc32 } from "./crc32.ts";
import { encodeNpy } from "./npy.ts";
import { decodeNpz, encodeNpz } from "./npz.ts";

/** Written by np.savez(f, w=float32 [2, 3], n=int64 [2]) of NumPy 2.4: local headers with ZIP64 fields, the directory without. */
const savez =
  "UEsDBC0AAAAAAAAAIQBTdBzS//////////8FABQAdy5ucHkBABAAmAAAAAAAAACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAADAPwAAAMAAAEBAAACAQAAAoEAAAMBAUEsDBC0AAAAAAAAAIQAM/Bzp//////////8FABQAbi5ucHkBABAAkAAAAAAAAACQAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAQAAAAAAAAACAAAAAAAAAFBLAQItAy0AAAAAAAAAIQBTdBzSmAAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAAB3Lm5weVBLAQItAy0AAAAAAAAAIQAM/BzpkAAAAJAAAAAFAAAAAAAAAAAAAACAAc8AAABuLm5weVBLBQYAAAAAAgACAGYAAACWAQAAAAA=";
/** np.savez_compressed(f, w=zeros float32 [3, 50], **{"enc/b:0": uint8 [3]}) */
const savezCompressed =
  "UEsDBC0AAAAIAAAAIQCXZ1Uw//////////8FABQAdy5ucHkBABAA2AIAAAAAAABNAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CqYGmjoKtQrkAi6GUTAKaAAAUEsDBC0AAAAIAAAAIQAq446x//////////8LABQAZW5jL2I6MC5ucHkBABAAgwAAAAAAAABHAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC5GJmYAUEsBAi0DLQAAAAgAAAAhAJdnVTBNAAAA2AIAAAUAAAAAAAAAAAAAAIABAAAAAHcubnB5UEsBAi0DLQAAAAgAAAAhACrjjrFHAAAAgwAAAAsAAAAAAAAAAAAAAIABhAAAAGVuYy9iOjAubnB5UEsFBgAAAAACAAIAbAAAAAgBAAAAAA==";

const given = {
  "encoder/w:0": new Rng(1).normal([20, 30]),
  n: Tensor.of([1, 2], [2], "int64"),
  empty: Tensor.zeros([0]),
};

function errorOf(bytes: Uint8Array, limit?: number): CajalError {
  try {
    decodeNpz(bytes, { source: "a.npz", ...(limit !== undefined && { limit }) });
  } catch (error) {
    if (error instanceof CajalError) return error;
    throw error;
  }
  throw new Error("no error");
}

/** The archive with its directory entry (and end record) changed at byte offsets from their starts. */
function changed(bytes: Uint8Array, change: (entry: DataView, end: DataView, local: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  const end = copy.length - 22;
  const entry = new DataView(copy.buffer).getUint32(end + 16, true);
  change(new DataView(copy.buffer, entry), new DataView(copy.buffer, end), new DataView(copy.buffer));
  return copy;
}

describe("NPZ", () => {
  it("decode ∘ encode is the identity, stored and deflated; equal input gives equal bytes", () => {
    for (const compress of [false, true]) {
      const bytes = encodeNpz(given, { compress });
      expect(decodeNpz(bytes)).toEqual(given);
      expect(encodeNpz(given, { compress })).toEqual(bytes);
    }
    expect(decodeNpz(encodeNpz({}))).toEqual({});
  });

  it("reads what np.savez and np.savez_compressed write", () => {
    expect(decodeNpz(Buffer.from(savez, "base64"))).toEqual({
      w: Tensor.of([1.5, -2, 3, 4, 5, 6], [2, 3]),
      n: Tensor.of([1, 2], [2], "int64"),
    });
    expect(decodeNpz(Buffer.from(savezCompressed, "base64"))).toEqual({
      w: Tensor.zeros([3, 50]),
      "enc/b:0": Tensor.of([1, 2, 3], [3], "uint8"),
    });
  });

  const numpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
  it.skipIf(!numpy)("NumPy reads what is written", () => {
    const program = `import numpy,sys,io; a=numpy.load(io.BytesIO(sys.stdin.buffer.read())); print({k: (a[k].dtype.name, a[k].shape, float(a[k].sum())) for k in a})`;
    for (const compress of [false, true]) {
      const input = encodeNpz({ "a/b:0": Tensor.of([1, 2.5]), c: Tensor.zeros([100, 3], "int32") }, { compress });
      expect(spawnSync("python3", ["-c", program], { input }).stdout.toString()).toBe(
        "{'a/b:0': ('float32', (2,), 3.5), 'c': ('int32', (100, 3), 0.0)}\n",
      );
    }
  });

  it("CRC-32 of the standard's check string", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});

describe("NPZ files that are not what they should be", () => {
  const good = encodeNpz({ w: Tensor.of([1, 2, 3]) }, { compress: true });
  const stored = encodeNpz({ w: Tensor.of([1, 2, 3]) });

  it.each([
    ["nothing", new Uint8Array(), "is not a ZIP archive"],
    ["something else", new Uint8Array(1000), "is not a ZIP archive"],
    ["bytes behind the end", new Uint8Array([...good, 0]), "is not a ZIP archive"],
    ["bytes before the start", new Uint8Array([0, ...good]), "directory that is not where"],
    ["several parts", changed(good, (_, end) => end.setUint16(4, 1, true)), "one of several parts"],
    ["fewer members than listed", changed(good, (_, end) => end.setUint32(8, 0x20002, true)), "damaged directory"],
    ["more members than listed", changed(good, (_, end) => end.setUint32(8, 0, true)), "behind the last member"],
    ["ZIP64 in the end record", changed(good, (_, end) => end.setUint32(16, 0xffffffff, true)), "ZIP64"],
    ["ZIP64 in a member", changed(good, (entry) => entry.setUint32(24, 0xffffffff, true)), "ZIP64"],
    ["an encrypted member", changed(good, (entry) => entry.setUint16(8, 1, true)), "is encrypted"],
    ["another method", changed(good, (entry) => entry.setUint16(10, 93, true)), "method 93"],
    [
      "a name that runs over the directory",
      changed(good, (entry) => entry.setUint16(28, 60_000, true)),
      "damaged directory",
    ],
    ["a member that isn't there", changed(good, (entry) => entry.setUint32(42, 7, true)), 'no member "w.npy"'],
    ["a member beyond the end", changed(good, (entry) => entry.setUint32(42, 0xfffffff0, true)), 'no member "w.npy"'],
    ["another checksum", changed(good, (entry) => entry.setUint32(16, 7, true)), "checksum"],
    ["another checksum, stored", changed(stored, (entry) => entry.setUint32(16, 7, true)), "checksum"],
    ["a smaller size", changed(good, (entry) => entry.setUint32(24, 100, true)), "unpacks to more than the 100 bytes"],
    ["a larger size", changed(good, (entry) => entry.setUint32(24, 999, true)), "not the 999 it claims"],
    ["a size that deflate can't reach", changed(good, (entry) => entry.setUint32(24, 1e6, true)), "is impossible"],
    ["packed bytes of another number", changed(stored, (entry) => entry.setUint32(20, 9, true)), "is impossible"],
    ["packed bytes beyond the directory", changed(good, (entry) => entry.setUint32(20, 9999, true)), "overlap"],
    [
      "data that is not deflated",
      changed(zipSync({ "w.npy": new Uint8Array(99).fill(7) }, { level: 0 }), (entry) => entry.setUint16(10, 8, true)),
      "is not deflated data",
    ],
    ["a name that is not UTF-8", changed(good, (entry) => entry.setUint8(46, 0xff)), "not UTF-8"],
    ["a picture among the arrays", zipSync({ "a.png": new Uint8Array(9) }), "not named as an array"],
    ["no array", zipSync({ "a.npy": new Uint8Array(90) }), "is not an NPY file"],
    [
      "an array named __proto__",
      zipSync(Object.fromEntries([["__proto__.npy", encodeNpy(Tensor.scalar(1))]])),
      "not named as an array",
    ],
  ])("%s", (_name, bytes, words) => {
    const error = errorOf(bytes);
    expect([error.code, error.message]).toEqual(["bad-file", expect.stringContaining(words)]);
    expect(error.message).toMatch(/^a\.npz/);
  });

  it.each(["../w", "/w", "a/../../w", "a//w", "C:/w", "a\\w", "w\n", "", "./w", "x".repeat(1000)])(
    "the name %j",
    (name) => {
      expect(errorOf(zipSync({ [`${name}.npy`]: encodeNpy(Tensor.scalar(1)) })).code).toBe("bad-file");
      expect(() => encodeNpz({ [name]: Tensor.scalar(1) })).toThrow(/cannot name an array/);
    },
  );

  it("one name twice", () => {
    const two = encodeNpz({ w: Tensor.scalar(1), v: Tensor.scalar(2) });
    const at = two.lastIndexOf("v".charCodeAt(0));
    two[at] = "w".charCodeAt(0);
    expect(errorOf(two).message).toContain('two members named "w.npy"');
  });

  it("members that share their bytes", () => {
    const two = encodeNpz({ w: Tensor.scalar(1), v: Tensor.scalar(1) });
    const view = new DataView(two.buffer);
    const directory = view.getUint32(two.length - 6, true);
    view.setUint32(directory + 51 + 42, 0, true);
    expect(errorOf(two).message).toContain("overlap");
  });

  it("more than the limit; a bomb that lies about its size is stopped on the way", () => {
    expect(errorOf(encodeNpz(given), 1000)).toMatchObject({
      code: "too-large",
      advice: expect.stringContaining("limit"),
    });
    const bomb = zipSync({ "w.npy": new Uint8Array(1 << 25) }, { level: 9 });
    expect(errorOf(bomb, 1 << 24).code).toBe("too-large");
    const start = process.cpuUsage();
    expect(errorOf(changed(bomb, (entry) => entry.setUint32(24, 1 << 17, true))).message).toContain(
      "more than the 131072",
    );
    expect(process.cpuUsage(start).user).toBeLessThan(1e6);
  });

  it("truncated anywhere, and any byte changed", () => {
    for (let length = 0; length < good.length; length++)
      expect(errorOf(good.subarray(0, length)).code).toBe("bad-file");
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = good.slice();
        bytes[at] ^= difference;
        try {
          decodeNpz(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CajalError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("deflated data is read in pieces", () => {
    const rng = new Rng(3);
    const tensor = Tensor.of(
      Float32Array.from({ length: 40_000 }, () => rng.int(0, 5)),
      [200, 200],
    );
    expect(deflateSync(encodeNpy(tensor)).length).toBeGreaterThan(1 << 12);
    expect(decodeNpz(encodeNpz({ tensor }, { compress: true }))).toEqual({ tensor });
  });
});
