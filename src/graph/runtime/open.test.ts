import { expect, it } from "vitest";
import { compile } from "../compile.ts";
import { Tensor } from "../tensor.ts";
import type { Value } from "../value.ts";
import { openRuntime } from "./open.ts";

it("opens the processor, with a number of threads", async () => {
  const runtime = await openRuntime("cpu", { threads: 1 });
  expect(runtime).toMatchObject({ device: "cpu", float16: false });
  const square = compile((x: Value) => x.mul(x), { runtime });
  expect([...(await square(Tensor.of([3, 4]))).data]).toEqual([9, 16]);
  await square.release();
});

it("takes the first device that works", async () => {
  expect(["cuda", "cpu"]).toContain((await openRuntime(["cuda", "cpu"])).device);
});

it("says what is missing and what to do", async () => {
  const opened = await openRuntime("cuda").catch((error: unknown) => error);
  if (!(opened instanceof Error)) return; // there is a card
  expect(opened).toMatchObject({
    code: "runtime",
    message: expect.stringMatching(/^cuda: ONNX Runtime's CUDA library is not there.*\(.+\)$/),
    advice: expect.stringContaining("npm rebuild onnxruntime-node"),
  });
  await expect(openRuntime([])).rejects.toMatchObject({ code: "runtime", message: "no device works: none was named" });
});
