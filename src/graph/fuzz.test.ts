import { describe, expect, it } from "vitest";
import { expectNoFindings } from "./testing/fuzz/expect-no-findings.ts";
import { minimise } from "./testing/fuzz/minimise.ts";
import { onnxTarget } from "./testing/fuzz/onnx.ts";
import { onnxSeeds } from "./testing/fuzz/onnx-seeds.ts";
import { safetensorsTarget } from "./testing/fuzz/safetensors.ts";
import { type FuzzTarget, inputAt, tryInput } from "./testing/fuzz/target.ts";
import { parseWire, writeWire } from "./testing/fuzz/wire.ts";

/** A reader that goes wrong at a byte. */
const faulty = (what: () => void): FuzzTarget => ({
  name: "faulty",
  make: (rng) => Uint8Array.from({ length: 50 }, () => rng.int(0, 256)),
  read: (bytes) => {
    if (bytes.includes(7)) what();
  },
});

async function kindOf(what: () => void): Promise<string | undefined> {
  return (await tryInput(faulty(what), Uint8Array.of(1, 7)))?.kind;
}

describe("the fuzzer itself", () => {
  it("finds what it is there to find", async () => {
    expect(await kindOf(() => {})).toBeUndefined();
    expect(
      await kindOf(() => {
        throw new TypeError("no");
      }),
    ).toBe("threw");
    expect(
      await kindOf(() => Object.defineProperty(Object.prototype, "polluted", { value: 1, configurable: true })),
    ).toBe("pollution");
    expect("polluted" in {}).toBe(false);
    const kept: Uint8Array[] = [];
    expect(await kindOf(() => kept.push(new Uint8Array(2 ** 28)))).toBe("memory");
    const slow = faulty(() => {
      const [start, processor] = [performance.now(), process.cpuUsage()];
      while (performance.now() - start < 30 || process.cpuUsage(processor).user < 30_000);
    });
    expect((await tryInput(slow, Uint8Array.of(7), 20))?.kind).toBe("slow");
  });

  it("makes what it found smaller", async () => {
    const target = faulty(() => {
      throw new RangeError("no");
    });
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i === 211 ? 7 : 8));
    const { signature = "" } = (await tryInput(target, bytes)) ?? {};
    expect(await minimise(target, bytes, signature)).toEqual(Uint8Array.of(7));
  });

  it("gives the same input for the same seed and index, and others for others", () => {
    for (const target of [onnxTarget, safetensorsTarget]) {
      expect(inputAt(target, 1, 5)).toEqual(inputAt(target, 1, 5));
      expect(inputAt(target, 1, 5)).not.toEqual(inputAt(target, 2, 5));
      expect(inputAt(target, 1, 5)).not.toEqual(inputAt(target, 1, 6));
    }
  });

  it("writes an undamaged message as it was", () => {
    for (const bytes of onnxSeeds()) expect(writeWire(parseWire(bytes))).toEqual(bytes);
  });
});

describe("damaged files are refused with a reason, or read", () => {
  it("ONNX", () => expectNoFindings(onnxTarget, 3000));
  it("safetensors", () => expectNoFindings(safetensorsTarget, 3000));
});
