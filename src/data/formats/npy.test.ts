import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DType, onnxNumber } from "../../graph/dtype.ts";
import { CajalError } from "../../graph/error.ts";
import { Rng } from "../../graph/rng.ts";
import { sizeOf, Tensor } from "../../graph/tensor.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { npyFile } from "./testing/npy-file.ts";

/** Those that NumPy has, too. */
const dtypes = (Object.keys(onnxNumber) as DType[]).filter((dtype) => !/^(u?int4|bfloat16)$/.test(dtype));

const dict = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

function errorOf(bytes: Uint8Array): CajalError {
  try {
    decodeNpy(bytes, "a.npy");
  } catch (error) {
    if (error instanceof CajalError) return error;
    throw error;
  }
  throw new Error("no error");
}

const tensors = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat({ max: 4 }), { maxLength: 4 }), fc.nat())
  .map(([dtype, shape, seed]) => {
    const rng = new Rng(seed);
    return Tensor.of(
      Float64Array.from({ length: sizeOf(shape) }, () => rng.int(0, 2)),
      shape,
      dtype,
    );
  });

describe("NPY", () => {
  it("decode ∘ encode is the identity, without a copy", () => {
    fc.assert(
      fc.property(tensors, (tensor) => {
        const bytes = encodeNpy(tensor);
        const decoded = decodeNpy(bytes);
        expect(decoded).toEqual(tensor);
        expect(decoded.data.buffer).toBe(bytes.buffer);
      }),
    );
  });

  it("writes what NumPy 2.4 writes", () => {
    const bytes =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAAwAAAQEAAAIBAAACgQAAAwEA=";
    expect(Buffer.from(encodeNpy(Tensor.of([1.5, -2, 3, 4, 5, 6], [2, 3]))).toString("base64")).toBe(bytes);
  });

  it("reads big-endian numbers in Fortran order, as NumPy 2.4 wrote them (version 2.0)", () => {
    const bytes =
      "k05VTVBZAgB0AAAAeydkZXNjcic6ICc+dTInLCAnZm9ydHJhbl9vcmRlcic6IFRydWUsICdzaGFwZSc6ICgyLCAzLCA0KSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAMAAQAEAAIABQAAQANAAUAEQAJABUAAgAOAAYAEgAKABYAAwAPAAcAEwALABc=";
    expect(decodeNpy(Buffer.from(bytes, "base64"))).toEqual(
      Tensor.of(
        Array.from({ length: 24 }, (_, i) => i),
        [2, 3, 4],
        "uint16",
      ),
    );
  });

  it("Fortran order is the transpose of C order with the axes reversed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }), (shape) => {
        const bytes = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => i);
        const decoded = decodeNpy(npyFile(dict("|u1", `(${shape.map((dim) => `${dim}, `).join("")})`, "True"), bytes));
        expect(decoded.shape).toEqual(shape);
        for (const [at, value] of decoded.data.entries()) {
          let [rest, stride, from] = [at, bytes.length, 0];
          // The coordinates of element `at` in C order, weighted by the sizes of the axes before.
          for (const [axis, dim] of shape.entries()) {
            stride /= dim;
            from += Math.floor(rest / stride) * sizeOf(shape.slice(0, axis));
            rest %= stride;
          }
          expect(value).toBe(from);
        }
      }),
    );
  });

  it.each([
    ["|i1", [255, 2], "int8", [-1, 2]],
    ["|b1", [1, 0], "bool", [1, 0]],
    ["<i2", [255, 255, 0, 128], "int16", [-1, -32768]],
    [">i2", [255, 255, 128, 0], "int16", [-1, -32768]],
    ["<u2", [255, 255, 0, 128], "uint16", [65535, 32768]],
    ["<u4", [255, 255, 255, 255, 1, 0, 0, 0], "uint32", [4294967295, 1]],
    [">i4", [255, 255, 255, 254, 0, 0, 0, 1], "int32", [-2, 1]],
    [">f4", [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], "float32", [1, -2]],
    ["=f2", [0, 0x3c, 0, 0xc0], "float16", [1, -2]],
    [">u8", [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 0], "uint64", [9, 256]],
  ] as const)("reads %s", (descr, bytes, dtype, values) => {
    for (const version of [1, 2, 3]) {
      expect(decodeNpy(npyFile(dict(descr, "(2,)"), bytes, version))).toEqual(Tensor.of(values, [2], dtype));
    }
  });

  it("takes the header in any order, with double quotes, without spaces, and from Python 2", () => {
    for (const header of [
      `{"shape":(2L,1L),"fortran_order":False,"descr":"|u1"}`,
      `{ 'fortran_order' : False , 'descr' : '|u1' , 'shape' : ( 2 , 1 , ) , }  \n`,
    ])
      expect(decodeNpy(npyFile(header, [3, 4]))).toEqual(Tensor.of([3, 4], [2, 1], "uint8"));
    expect(decodeNpy(npyFile(dict("|u1", "()"), [3]))).toEqual(Tensor.scalar(3, "uint8"));
    expect(decodeNpy(npyFile(dict("|u1", "(0, 9999999)", "True"))).size).toBe(0);
  });

  const numpy = spawnSync("python3", ["-c", "import numpy"]).status === 0;
  it.skipIf(!numpy)("NumPy reads what is written", () => {
    const files = dtypes.map((dtype) => encodeNpy(Tensor.of([1, 0, 1, 1, 1, 0], [2, 3], dtype)));
    const program =
      "import numpy,sys,io; f=io.BytesIO(sys.stdin.buffer.read())\n" +
      "while f.tell() < len(f.getbuffer()): a=numpy.load(f); print(a.dtype.name, a.astype(int).tolist())";
    const { stdout } = spawnSync("python3", ["-c", program], { input: Buffer.concat(files) });
    expect(stdout.toString()).toBe(dtypes.map((dtype) => `${dtype} [[1, 0, 1], [1, 1, 0]]\n`).join(""));
  });
});

describe("NPY files that are not what they should be", () => {
  const two = Uint8Array.of(1, 2);
  it.each([
    ["nothing", new Uint8Array(), "is not an NPY file"],
    ["another format", new Uint8Array(100), "is not an NPY file"],
    ["version 4", npyFile(dict("|u1", "(2,)"), two, 4), "has version 4.0"],
    ["a header beyond the end", npyFile(dict("|u1", "(2,)"), two).subarray(0, 40), "ends inside its header"],
    ["a header beyond the limit", npyFile(" ".repeat(10_001), two, 2), "10000 is the limit"],
    ["Python code", npyFile("__import__('os').system('ls')"), 'no "{"'],
    ["a call as a value", npyFile("{'descr': dict(), }"), "no string where one belongs"],
    ["an escape", npyFile("{'descr': '\\x41', }"), "no string where one belongs"],
    ["a key twice", npyFile(`${dict("|u1", "(2,)").slice(0, -1)}'descr': '|u1'}`, two), '"descr" twice'],
    ["a key too many", npyFile(`${dict("|u1", "(2,)").slice(0, -1)}'__proto__': (1,)}`, two), 'with "__proto__"'],
    ["a key too few", npyFile("{'descr': '|u1', 'shape': (2,)}", two), "without descr, fortran_order and shape"],
    ["two dicts", npyFile(`${dict("|u1", "(2,)")} {}`, two), "something behind the dict"],
    ["an open dict", npyFile("{'descr': '|u1'", two), 'no "}"'],
    ["an open string", npyFile("{'descr", two), "no string where one belongs"],
    ["a negative dim", npyFile(dict("|u1", "(-2,)"), two), "not a tuple of sizes"],
    ["a broken dim", npyFile(dict("|u1", "(2.5,)"), two), 'no ")"'],
    ["impossible dims", npyFile(dict("<f8", "(9007199254740991, 3)"), two), "impossible dims"],
    ["huge dims", npyFile(dict("<f8", "(1000000000000,)"), two), "needs 8000000000000"],
    ["65 axes", npyFile(dict("|u1", `(${"1, ".repeat(65)})`), [1]), "has 65 axes"],
    ["too few bytes", npyFile(dict("|u1", "(3,)"), two), "has 2 bytes of elements"],
    ["too many bytes", npyFile(dict("|u1", "(1,)"), two), "has 2 bytes of elements"],
    ["an unknown type", npyFile(dict("%x9", "(2,)"), two), "which NumPy has not"],
  ])("%s", (_name, bytes, words) => {
    const error = errorOf(bytes);
    expect([error.code, error.message]).toEqual(["bad-file", expect.stringContaining(words)]);
    expect(error.message).toMatch(/^a\.npy /);
  });

  it.each([
    [dict("|O", "(2,)"), "unpickling"],
    [dict("<c8", "(2,)"), "complex"],
    [dict("<U4", "(2,)"), "text"],
    [dict("|S4", "(2,)"), "text"],
    [dict("<M8[ns]", "(2,)"), "dates"],
    [dict("<m8[s]", "(2,)"), "durations"],
    [dict("|V8", "(2,)"), "raw or structured"],
    [dict("<f16", "(2,)"), "doesn't hold"],
    ["{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (2,), }", "structured array"],
  ])("elements that no tensor holds: %s", (header, words) => {
    const error = errorOf(npyFile(header, new Uint8Array(32)));
    expect([error.code, error.message]).toEqual(["dtype", expect.stringContaining(words)]);
    expect(error.advice).not.toBeUndefined();
  });

  it("truncated anywhere", () => {
    const bytes = encodeNpy(Tensor.of([1, 2, 3]));
    for (let length = 0; length < bytes.length; length++)
      expect(errorOf(bytes.subarray(0, length)).code).toBe("bad-file");
  });
});
