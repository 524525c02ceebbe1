import { describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { grad } from "./derivative.ts";
import { collect, intervene, scope, tap } from "./names.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

/** relu(x) in a block, tapped, then doubled and tapped. */
const net = (x: Value) => {
  const hidden = scope("block", () => tap("relu", x.relu()));
  return tap("double", hidden.mul(2));
};

const x = Tensor.of([-1, 2, 3]);

describe("taps", () => {
  it("collect returns tapped values beside the result, under scoped names", async () => {
    const { result, taps } = await compile((v: Value) => collect(net)(v))(x);
    expect([...result.data]).toEqual([0, 4, 6]);
    expect(Object.keys(taps)).toEqual(["block/relu", "double"]);
    expect([...taps["block/relu"].data]).toEqual([0, 2, 3]);
  });

  it("collect keeps only what is wanted, and leaves the rest out of the graph", async () => {
    const relu = compile((v: Value) => collect(net, (name) => name === "block/relu")(v).taps);
    expect(Object.keys(await relu(x))).toEqual(["block/relu"]);
  });

  it("intervene replaces a tapped value for all that follows", async () => {
    const clamped = intervene(net, { "block/relu": (v) => v.mul(0).add(5) });
    expect([...(await compile((v: Value) => clamped(v))(x)).data]).toEqual([10, 10, 10]);
  });

  it("collect around intervene sees the edit; inside, the original", async () => {
    const edit = { "block/relu": (v: Value) => v.mul(-1) };
    const outside = await compile((v: Value) => collect(intervene(net, edit))(v).taps)(x);
    expect([...outside["block/relu"].data]).toEqual([-0, -2, -3]);
    const inside = await compile((v: Value) => intervene(collect(net), edit)(v).taps)(x);
    expect([...inside["block/relu"].data]).toEqual([0, 2, 3]);
  });

  it("derivatives pass through interventions", async () => {
    const scaled = intervene(net, { "block/relu": (v) => v.mul(3) });
    expect([...(await compile((v: Value) => grad((y: Value) => scaled(y).sum())(v))(x)).data]).toEqual([0, 6, 6]);
  });

  it("an edit of no tap, or of another shape, is an error that names the taps", async () => {
    await expect(compile((v: Value) => intervene(net, { relu: (y) => y })(v))(x)).rejects.toThrow(
      'no tap is named "relu"',
    );
    await expect(compile((v: Value) => intervene(net, { "block/relu": (y) => y.sum() })(v))(x)).rejects.toThrow(
      'the edit of "block/relu" turns float32[3] into float32[]',
    );
  });

  it("two taps of one name are an error", async () => {
    const twice = (v: Value) => tap("a", tap("a", v));
    await expect(compile((v: Value) => collect(twice)(v).result)(x)).rejects.toThrow('two taps are named "a"');
  });
});
