import { expect, it } from "vitest";
import { tryDevice } from "./try-device.ts";

const engine = (openRuntime: string): string =>
  `data:text/javascript,${encodeURIComponent(`export const openRuntime = ${openRuntime}`)}`;

it("finds the processor, with the built package", async () => {
  expect(await tryDevice("cpu")).toEqual({ name: "processor", state: "ok", detail: "works, without float16" });
});

it("hears what is missing", async () => {
  const absent = engine(`async () => { throw Object.assign(new Error("cuda: no card"), { advice: "Buy one." }); }`);
  expect(await tryDevice("cuda", absent)).toEqual({
    name: "CUDA",
    state: "absent",
    detail: "no card",
    advice: "Buy one.",
  });
});

it("outlives a driver that crashes", async () => {
  const { state, detail } = await tryDevice("webgpu", engine("async () => process.abort()"));
  expect(state).toBe("problem");
  expect(detail).toBe("trying it ends the process (SIGABRT)");
});
