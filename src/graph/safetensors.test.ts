import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesPerElement, type DType, onnxNumber } from "./dtype.ts";
import { CajalError } from "./error.ts";
import { Rng } from "./rng.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { openSafetensors, openShardedSafetensors } from "./safetensors-file.ts";
import { sizeOf, Tensor } from "./tensor.ts";

/** Those that come back as they were. */
const dtypes = (Object.keys(onnxNumber) as DType[]).filter((dtype) => !/^(u?int4|bfloat16)$/.test(dtype));

/** A file from a header as text or members, and the bytes behind it. */
function file(header: string | Record<string, unknown>, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const member = (dtype: string, shape: unknown, ...data_offsets: unknown[]) => ({ dtype, shape, data_offsets });

function errorOf(bytes: Uint8Array): CajalError {
  try {
    decodeSafetensors(bytes, "w.safetensors");
  } catch (error) {
    if (error instanceof CajalError) return error;
    throw error;
  }
  throw new Error("no error");
}

const names = fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__" && name !== "__proto__");
const tensors = fc.dictionary(
  names,
  fc
    .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat({ max: 4 }), { maxLength: 4 }), fc.nat())
    .map(([dtype, shape, seed]) => {
      const rng = new Rng(seed);
      return Tensor.of(
        Float64Array.from({ length: sizeOf(shape) }, () => rng.int(0, 2)),
        shape,
        dtype,
      );
    }),
);
const metadata = fc.dictionary(
  fc.string().filter((key) => key !== "__proto__"),
  fc.string(),
);

describe("safetensors", () => {
  it("decode ∘ encode is the identity, and encode ∘ decode that of the bytes", () => {
    fc.assert(
      fc.property(tensors, metadata, (given, notes) => {
        const bytes = encodeSafetensors(given, notes);
        const decoded = decodeSafetensors(bytes);
        expect({ ...decoded.metadata }).toEqual({ ...notes });
        expect(Object.keys(decoded.tensors).sort()).toEqual(Object.keys(given).sort());
        for (const [name, tensor] of Object.entries(given)) expect(decoded.tensors[name]).toEqual(tensor);
        expect(encodeSafetensors(decoded.tensors, decoded.metadata)).toEqual(bytes);
      }),
    );
  });

  it("is the file of the format's description", () => {
    const json =
      '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}';
    const bytes = encodeSafetensors({ a: Tensor.scalar(7, "uint8"), b: Tensor.of([1, -2], [2]) }, { format: "pt" });
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, " ");
    expect(bytes).toEqual(file(padded, Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 7)));
  });

  it("does not copy what it encoded itself", () => {
    const given = Object.fromEntries(dtypes.map((dtype) => [dtype, Tensor.zeros([3], dtype)]));
    const bytes = encodeSafetensors(given);
    for (const tensor of Object.values(decodeSafetensors(bytes).tensors)) expect(tensor.data.buffer).toBe(bytes.buffer);
  });

  it("reads bytes that lie at any address, also those of a Node.js Buffer", () => {
    const given = { w: Tensor.of([1.5, -2.5, 3]) };
    const bytes = encodeSafetensors(given);
    for (let shift = 0; shift < 8; shift++) {
      const buffer = Buffer.alloc(bytes.length + 8).subarray(shift, shift + bytes.length);
      buffer.set(bytes);
      expect(decodeSafetensors(buffer).tensors).toEqual(given);
    }
  });

  it("reads BF16 as the upper half of float32", () => {
    const values = [1, -2.5, 0, Number.POSITIVE_INFINITY, 3.140625];
    const halves = new Uint8Array(
      values.flatMap((value) => [...new Uint8Array(Float32Array.of(value).buffer).subarray(2)]),
    );
    const { w } = decodeSafetensors(file({ w: member("BF16", [5], 0, 10) }, halves)).tensors;
    expect(w).toEqual(Tensor.of(values, [5]));
  });

  it("reads each byte width as the format names it", () => {
    for (const dtype of dtypes) {
      const header = JSON.parse(
        new TextDecoder().decode(encodeSafetensors({ t: Tensor.zeros([1], dtype) }).subarray(8)).replace(/\0+$/, ""),
      );
      if (dtype !== "bool") expect(Number(header.t.dtype.slice(1))).toBe(8 * bytesPerElement[dtype]);
    }
  });

  it("keeps names that objects have of their own apart from what they are", () => {
    const given = { constructor: Tensor.scalar(1), toString: Tensor.scalar(2), "0": Tensor.scalar(3) };
    expect(decodeSafetensors(encodeSafetensors(given)).tensors).toEqual(given);
    expect(errorOf(file('{"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', Uint8Array.of(1))).code).toBe(
      "bad-file",
    );
    expect(errorOf(file('{"__metadata__":{"__proto__":"x"}}')).code).toBe("bad-file");
    expect(() => encodeSafetensors({ __metadata__: Tensor.scalar(1) })).toThrow(/cannot name a tensor/);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe("safetensors that are not what they should be", () => {
  const eight = new Uint8Array(8);

  it.each([
    ["nothing", new Uint8Array(), "has 0 bytes"],
    ["a header beyond the file", file("{}").subarray(0, 9), "claims a header of 2 bytes"],
    ["a header beyond the limit", Uint8Array.of(1, 225, 245, 5, 0, 0, 0, 0, 123), "100000000 is the limit"],
    ["a header of 2⁶⁴ − 1 bytes", new Uint8Array(8).fill(255), "is the limit"],
    ["no JSON", file("{,"), "not JSON"],
    ["a byte order mark", file("\uFEFF{}"), "not JSON"],
    ["broken UTF-8", file("{}").map((byte) => (byte === 0x7d ? 0xff : byte)), "not JSON"],
    ["a list", file("[]"), "not an object"],
    ["space before the header", file(" {}"), "not an object"],
    ["metadata that are no strings", file({ __metadata__: { a: 1 } }), 'metadata "a" that is not a string'],
    ["metadata that are a list", file({ __metadata__: [] }), "metadata that are not an object"],
    ["a tensor that is null", file({ w: null }), "not described by an object"],
    ["no dtype", file({ w: { shape: [2], data_offsets: [0, 8] } }, eight), "no dtype"],
    ["a shape that is a number", file({ w: member("F32", 2, 0, 8) }, eight), "not a list of sizes"],
    ["a negative dim", file({ w: member("F32", [-2, -1], 0, 8) }, eight), "not a list of sizes"],
    ["a broken dim", file({ w: member("F32", [0.5, 4], 0, 8) }, eight), "not a list of sizes"],
    ["one offset", file({ w: member("F32", [2], 8) }, eight), "no byte range"],
    ["a range that ends before it starts", file({ w: member("F32", [2], 8, 0) }, eight), "no byte range"],
    ["a range of another size", file({ w: member("F32", [3], 0, 8) }, eight), "needs 12 bytes, its range has 8"],
    ["impossible dims", file({ w: member("F32", [2 ** 40, 2 ** 40], 0, 8) }, eight), "impossible dims"],
    ["huge dims", file({ w: member("F64", [1e12], 0, 8e12) }, eight), "holds 8 bytes of tensors"],
    ["a hole", file({ w: member("F32", [1], 4, 8) }, eight), "leaves a hole"],
    ["an overlap", file({ v: member("F32", [1], 0, 4), w: member("F32", [1], 2, 6) }, eight), "overlaps"],
    ["the same bytes twice", file({ v: member("F32", [2], 0, 8), w: member("F32", [2], 0, 8) }, eight), "overlaps"],
    ["a rest", file({ w: member("F32", [1], 0, 4) }, eight), "its header describes 4"],
    ["a missing end", file({ w: member("F32", [3], 0, 12) }, eight), "its header describes 12"],
    [
      "one name twice",
      file(`{"w":${JSON.stringify(member("F32", [1], 0, 4))},"w":${JSON.stringify(member("F32", [1], 4, 8))}}`, eight),
      "two tensors the same name",
    ],
    ["lists nested without end", file(`{"w":${"[".repeat(1e5)}${"]".repeat(1e5)}}`), "not described by an object"],
  ])("%s", (_name, bytes, words) => {
    const error = errorOf(bytes);
    expect(error.code).toBe("bad-file");
    expect(error.message).toMatch(/^w\.safetensors/);
    expect(error.message).toContain(words);
    expect(error.advice).toContain("truncated");
  });

  it("a colon or an escaped quote in a name is no second name", () => {
    const given = { 'a":"b\\': Tensor.scalar(1), ":": Tensor.scalar(2) };
    expect(decodeSafetensors(encodeSafetensors(given)).tensors).toEqual(given);
  });

  it("dtypes that Cajal doesn't hold", () => {
    for (const dtype of ["F8_E4M3", "F4", "C64", "I3"]) {
      const error = errorOf(file({ w: member(dtype, [8], 0, 8) }, eight));
      expect([error.code, error.message]).toEqual(["dtype", expect.stringContaining(`stored as ${dtype}`)]);
    }
  });

  it("truncated anywhere", () => {
    const bytes = encodeSafetensors({ w: new Rng(1).normal([3, 4]), b: new Rng(2).normal([4]) }, { a: "b" });
    for (let length = 0; length < bytes.length; length++)
      expect(errorOf(bytes.subarray(0, length)).code).toBe("bad-file");
  });
});

describe("safetensors that are read in parts", () => {
  const given = { w: new Rng(1).normal([3, 4]), n: Tensor.of([1, 2], [2], "int64") };
  const source = (bytes: Uint8Array) => {
    const reads: number[] = [];
    const read = (offset: number, length: number) => {
      reads.push(length);
      return bytes.subarray(offset, offset + length);
    };
    return { size: bytes.length, read, reads };
  };

  it("lists without reading, and reads one tensor at a time", async () => {
    const bytes = source(encodeSafetensors(given, { step: "7" }));
    const opened = await openSafetensors(bytes);
    expect(opened.metadata).toEqual({ step: "7" });
    expect(opened.tensors.get("w")).toEqual({ dtype: "float32", shape: [3, 4], byteLength: 48 });
    expect(bytes.reads).toHaveLength(2);
    expect(await opened.read("w")).toEqual(given.w);
    expect(bytes.reads[2]).toBe(48);
    await expect(opened.read("v")).rejects.toMatchObject({ code: "argument" });
  });

  it("a source that ends early, or has no header", async () => {
    const bytes = encodeSafetensors(given);
    await expect(openSafetensors({ size: 4, read: () => bytes.subarray(0, 4) })).rejects.toMatchObject({
      code: "bad-file",
    });
    const opened = await openSafetensors({
      size: bytes.length,
      read: (at, length) => bytes.subarray(at, at + Math.min(length, 40 + at)),
    }).catch((error) => error);
    expect(opened).toMatchObject({ code: "bad-file", message: expect.stringContaining("ends early") });
  });

  it("spread over several files", async () => {
    const files: Record<string, Uint8Array> = {
      "model-1.safetensors": encodeSafetensors({ w: given.w }, { format: "pt" }),
      "model-2.safetensors": encodeSafetensors({ n: given.n }, { format: "pt" }),
    };
    const open = (map: unknown) =>
      openShardedSafetensors(JSON.stringify({ metadata: { total_size: 64 }, weight_map: map }), (name) =>
        source(files[name]),
      );
    const model = await open({ w: "model-1.safetensors", n: "model-2.safetensors" });
    expect([...model.tensors.keys()]).toEqual(["w", "n"]);
    expect(model.metadata).toEqual({ format: "pt" });
    expect(await model.read("w")).toEqual(given.w);
    expect(await model.read("n")).toEqual(given.n);
    await expect(model.read("x")).rejects.toMatchObject({ code: "argument" });
    await expect(open({ w: "model-2.safetensors" })).rejects.toThrow("does not hold it");
    for (const name of ["../w.safetensors", "/etc/passwd", "a/b", "..", "", "a\\b", 3, null]) {
      await expect(open({ w: name })).rejects.toThrow("no plain file name");
    }
    await expect(open([])).rejects.toThrow("no weight_map");
    await expect(openShardedSafetensors("{", () => source(files.w))).rejects.toThrow("is not JSON");
  });
});
