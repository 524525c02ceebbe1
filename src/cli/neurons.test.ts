import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mirrored } from "../node/testing/mirror.ts";
import { caseFolder } from "../probe/architectures/testing/cases.ts";

const root = new URL("../..", import.meta.url).pathname;

/** Runs the built command. */
function neurons(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), "neurons", ...args]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe.skipIf(!mirrored("stories260K"))("cajal neurons stories260K", () => {
  it("says what the model is, and what can be asked", async () => {
    const { code, out } = await neurons("stories260K");
    expect(code).toBe(0);
    expect(out).toContain("5 blocks of 8 heads and 172 neurons on a stream of 64");
    expect(out).toContain("--decode block2/mlp:3");
  });

  it("decodes, finds and shows where neurons fire", async () => {
    const { code, out } = await neurons(
      "stories260K",
      "--decode",
      "block4/mlp:20",
      "--find",
      " mom",
      "--text",
      "Tom saw a dog.",
      "--top",
      "4",
      "--json",
    );
    expect(code).toBe(0);
    const { decoded, found, fired } = JSON.parse(out);
    expect(decoded).toMatchObject([{ layer: "block4/mlp", unit: 20 }]);
    expect(decoded[0].says.map(({ side, sign }: { side: string; sign: number }) => `${side} ${sign}`)).toEqual(
      ["up", "gate", "down"].flatMap((side) => [`${side} 1`, `${side} -1`]),
    );
    expect(decoded[0].says[0].tokens).toHaveLength(4);
    expect(found).toHaveLength(4);
    expect(found[0].tokens.map(({ text }: { text: string }) => text)).toContain(" mom");
    expect(fired).toHaveLength(4);
    expect(fired[0].activity).toBeGreaterThan(fired[3].activity);
  });

  it("writes on without and with changes, as it comes", async () => {
    const args = ["stories260K", "--prompt", "Once upon a time", "--tokens", "12", "--clamp", "block2/mlp:14=3"];
    const { out } = await neurons(...args, "--ablate", "block0/heads:1");
    expect(out).toContain("as it is");
    expect(out).toContain("Once upon a time, there was a little");
    expect(out).toContain("block0/heads: unit 1 set 0; block2/mlp: unit 14 set 3");
    const { continuations } = JSON.parse((await neurons(...args, "--json")).out);
    expect(continuations).toHaveLength(2);
    expect(continuations[0]).toMatchObject({ edits: [], tokens: 12, finish: "tokens" });
    expect(continuations[1].edits).toEqual(["block2/mlp: unit 14 set 3"]);
    const drawn = async (seed: string) =>
      JSON.parse((await neurons(...args.slice(0, 5), "--temperature", "1", "--seed", seed, "--json")).out)
        .continuations[0].text;
    expect(await drawn("1")).not.toBe(await drawn("2"));
  });
});

it("cajal neurons says what is wrong, and leaves with a code", async () => {
  const fails = async (...args: string[]) => {
    const { code, err } = await neurons(...args);
    expect(code).toBe(1);
    return err;
  };
  const llama = caseFolder("llama");
  expect(await fails(llama, "--ablate", "block0/mlp:1")).toContain("no text is written");
  expect(await fails(llama, "--prompt", "Once")).toContain("tokenizer.json");
  expect(await fails(llama, "--decode", "block0/mlp")).toContain("which of its units?");
  expect(await fails(llama, "--decode", "block7/mlp:1")).toContain('no layer is named "block7/mlp"');
  expect(await fails(llama, "--prompt", "Once", "--clamp", "block0/mlp:99=1")).toContain("units 0 to 11");
  expect(await fails(join(root, "assets/scene-network.onnx"))).toContain("reads pictures, not text");
  expect((await neurons(llama, "--temperature", "cold")).code).toBe(2);
});
