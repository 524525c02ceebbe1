import { expect, it } from "vitest";
import { compile } from "./compile.ts";
import { DeviceTensor, release, toHost } from "./device-tensor.ts";
import { Tensor } from "./tensor.ts";
import type { Value } from "./value.ts";

/** A tensor that is elsewhere, and what was done with it. */
function elsewhere(elements: readonly number[]) {
  const log: string[] = [];
  const tensor = new DeviceTensor(Tensor.of(elements), {
    async read() {
      log.push("read");
      return Tensor.of(elements);
    },
    free: () => void log.push("freed"),
  });
  return { tensor, log };
}

it("has a type, but no elements to look at", () => {
  const { tensor } = elsewhere([1, 2, 3]);
  expect([tensor.dtype, tensor.shape, tensor.size]).toEqual(["float32", [3], 3]);
  const look = () => tensor.numbers();
  expect(look).toThrow(expect.objectContaining({ code: "argument", advice: "Bring them with await toHost(tensor)." }));
});

it("comes to the host in a tree, whose other leaves stay the same", async () => {
  const { tensor } = elsewhere([1, 2]);
  const here = Tensor.scalar(3);
  const tree = await toHost({ a: [tensor, here], b: tensor });
  expect(tree).toEqual({ a: [Tensor.of([1, 2]), here], b: Tensor.of([1, 2]) });
  expect(tree.a[1]).toBe(here);
  expect(tree.a[0]).toBe(tree.b);
});

it("is freed once, and not while another tree holds it", async () => {
  const { tensor, log } = elsewhere([1]);
  release({ a: tensor }, [tensor]);
  expect(log).toEqual([]);
  release({ a: tensor, b: tensor });
  release(tensor);
  expect(log).toEqual(["freed"]);
  await expect(toHost(tensor)).rejects.toMatchObject({
    code: "argument",
    message: "float32[1] was released from its device",
  });
});

it("is brought to the processor by a function that runs there", async () => {
  const { tensor, log } = elsewhere([3, 4]);
  const square = compile((x: Value) => x.mul(x), { stay: () => true });
  const result = await square(tensor);
  expect([...result.data]).toEqual([9, 16]);
  expect(log).toEqual(["read"]);
  await square.release();
});
