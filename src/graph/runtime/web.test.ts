import { describe, expect, it } from "vitest";
import { compile } from "../compile.ts";
import { Tensor } from "../tensor.ts";
import { expectAlike } from "../testing/alike.ts";
import { programs } from "../testing/programs.ts";
import type { Value } from "../value.ts";
import { runtime as native } from "./native.ts";
import { connect, runtime } from "./web.ts";

describe("WebAssembly, in Node.js", () => {
  it.each(programs)("$name: as on the native processor", async (program) => {
    expectAlike(program, await program.run(runtime), await program.run(native));
  });

  it("runs calls that are made at once", async () => {
    const double = compile((x: Value) => x.add(x), { runtime });
    const results = await Promise.all([1, 2, 3, 4].map((n) => double(Tensor.full([n], n))));
    expect(results.map(({ data }) => [...data])).toEqual([[2], [4, 4], [6, 6, 6], [8, 8, 8, 8]]);
    await double.release();
  });

  it("says what is missing for a graphics card", async () => {
    await expect(connect("webgpu", {})).rejects.toMatchObject({ code: "runtime", message: /no graphics card/ });
    await expect(connect("cuda", {})).rejects.toMatchObject({ code: "runtime", message: /browsers have no CUDA/ });
  });
});
