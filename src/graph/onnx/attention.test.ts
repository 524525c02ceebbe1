import { describe, it } from "vitest";
import type { DType } from "../dtype.ts";
import { Rng } from "../rng.ts";
import { Tensor } from "../tensor.ts";
import { checkImport } from "../testing/check-import.ts";
import { int, network, node, port } from "../testing/proto.ts";
import type { AttributeProto } from "./schema.ts";

const rng = new Rng(11);

/** One node of operator set 23; all its inputs are fed. */
function single(op: string, feeds: Record<string, Tensor | undefined>, attributes: AttributeProto[], outputs = ["y"]) {
  const given = Object.entries(feeds).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
  const ports = given.map(([name, { shape, dtype }]) => port(name, shape, dtype));
  const names = Object.entries(feeds).map(([name, tensor]) => (tensor ? name : ""));
  const proto = network(
    23,
    [node(op, names, outputs, attributes)],
    ports,
    outputs.map((name) => port(name)),
  );
  return { proto, feeds: Object.fromEntries(given) };
}

async function check(...args: Parameters<typeof single>): Promise<void> {
  const { proto, feeds } = single(...args);
  await checkImport(proto, feeds, { tolerance: 3e-5 });
}

const mask = (shape: number[], dtype: DType = "bool") =>
  Tensor.of(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3 === 1 ? 0 : 1)),
    shape,
    dtype,
  );

describe("operator set 23", () => {
  it("Attention over heads given apart", async () => {
    const [q, k, v] = [rng.normal([2, 2, 3, 4]), rng.normal([2, 2, 5, 4]), rng.normal([2, 2, 5, 6])];
    await check("Attention", { q, k, v }, []);
    await check("Attention", { q, k, v, mask: mask([3, 5]) }, []);
    await check("Attention", { q, k, v, mask: rng.normal([2, 1, 3, 5]) }, []);
    await check("Attention", { q, k: k, v }, [int("is_causal", 1)]);
  });

  it("Attention over heads side by side, fewer of keys, with a cache", async () => {
    const [q, k, v] = [rng.normal([2, 3, 16]), rng.normal([2, 3, 8]), rng.normal([2, 3, 8])];
    const heads = [int("q_num_heads", 4), int("kv_num_heads", 2)];
    await check("Attention", { q, k, v }, heads);
    await check("Attention", { q, k, v }, [...heads, int("is_causal", 1)]);
    const past = { pastK: rng.normal([2, 2, 2, 4]), pastV: rng.normal([2, 2, 2, 4]) };
    await check(
      "Attention",
      { q, k, v, none: undefined, ...past },
      [...heads, int("is_causal", 1)],
      ["y", "keys", "values"],
    );
  });

  it.each([0, 1])("RotaryEmbedding, interleaved %i", async (interleaved) => {
    const attributes = [int("interleaved", interleaved)];
    const table = (of: (x: number) => number) =>
      Tensor.of(
        Array.from({ length: 12 }, (_, i) => of(0.4 * i)),
        [6, 2],
      );
    const positions = Tensor.of([0, 1, 2, 3, 4, 5], [2, 3], "int64");
    const feeds = { cos: table(Math.cos), sin: table(Math.sin), positions };
    await check("RotaryEmbedding", { x: rng.normal([2, 2, 3, 4]), ...feeds }, attributes);
    await check("RotaryEmbedding", { x: rng.normal([2, 3, 8]), ...feeds }, [...attributes, int("num_heads", 2)]);
    const partly = [...attributes, int("rotary_embedding_dim", 4)];
    await check("RotaryEmbedding", { x: rng.normal([2, 2, 3, 6]), ...feeds }, partly);
    const each = { cos: rng.normal([2, 3, 2]), sin: rng.normal([2, 3, 2]) };
    await check("RotaryEmbedding", { x: rng.normal([2, 2, 3, 4]), ...each }, attributes);
  });
});
