import { describe, expect, it } from "vitest";
import { CajalError, Rng, Tensor, type Value } from "../../graph/index.ts";
import { readDecoder } from "../architectures/index.ts";
import { cases, configOf, storedFile } from "../architectures/testing/cases.ts";
import { DecoderNetwork } from "./decoder-network.ts";
import type { GenerateOptions } from "./generate.ts";
import { lastStates } from "./last-states.ts";
import type { TextEdits } from "./text-edit.ts";
import { TextModel } from "./text-model.ts";
import type { Tokenizer } from "./tokenizer.ts";

const tiny = async (name: string, tokenizer?: Tokenizer) =>
  new TextModel(new DecoderNetwork(await readDecoder(JSON.stringify(configOf(name)), await storedFile(name), name)), {
    name,
    ...(tokenizer && { tokenizer }),
  });

/** Letters a … t. */
const letters: Tokenizer = {
  size: 20,
  encode: (text) => Array.from(text, (letter) => letter.charCodeAt(0) - 97),
  decode: (tokens) => String.fromCharCode(...Array.from(tokens, (token) => 97 + token)),
};

async function written(model: TextModel, prompt: readonly number[], options: GenerateOptions): Promise<number[]> {
  const tokens: number[] = [];
  for await (const { token } of model.generate(prompt, options)) tokens.push(token);
  return tokens;
}

/** The likeliest tokens, each from the logits of the whole text: no cache. */
async function writtenAnew(model: TextModel, prompt: readonly number[], count: number): Promise<number[]> {
  const text = [...prompt];
  for (let i = 0; i < count; i++) {
    const row = (await model.logits(text)).numbers().slice(-20);
    text.push(row.indexOf(Math.max(...row)));
  }
  return text.slice(prompt.length);
}

function expectNear(actual: Tensor, expected: Float64Array): void {
  const most = actual.numbers().reduce((worst, v, i) => Math.max(worst, Math.abs(v - expected[i])), 0);
  expect(most).toBeLessThan(1e-5);
}

const prompt = [3, 7, 1, 12, 5];

it.each(cases)("%s: with a cache the logits are the same", async (name) => {
  const model = await tiny(name);
  const text = [...prompt, 9, 0, 4, 4, 17];
  const reader = model.reader(text.length);
  let at = 0;
  for (const piece of [5, 1, 1, 2, 1]) {
    const logits = await reader.read(text.slice(at, at + piece));
    at += piece;
    const soFar = (await model.logits(text.slice(0, at))).numbers();
    expect(soFar.length).toBe(20 * at);
    expectNear(logits, soFar.slice(-20));
  }
  await model.release();
});

it.each(["llama", "gpt-neox", "gemma2"])("%s: layers are listed, and hold what is listed", async (name) => {
  const model = await tiny(name);
  const names = model.layers().map((layer) => layer.name);
  const gated = name !== "gpt-neox";
  expect(names).toEqual([
    "embedding",
    ...[0, 1].flatMap((i) =>
      [
        "heads",
        ...(name === "gpt-neox" ? [] : ["middle"]),
        ...(gated ? ["gate"] : []),
        "up",
        "mlp",
        "down",
        "residual",
      ].map((part) => `block${i}/${part}`),
    ),
  ]);
  const activations = await model.activations(prompt, names);
  const states = await lastStates(model, [prompt, prompt.slice(0, 3)]);
  expect(Object.keys(states)).toEqual(names);
  for (const { name: layer, units, shape } of model.layers()) {
    expect(shape[0]).toBe(units);
    expect(activations[layer].shape).toEqual([5, ...shape]);
    const width = shape.reduce((a, b) => a * b);
    expect(states[layer].shape).toEqual([2, width]);
    expectNear(
      states[layer],
      Float64Array.of(
        ...activations[layer].numbers().slice(-width),
        ...activations[layer].numbers().slice(2 * width, 3 * width),
      ),
    );
  }
  await model.release();
});

describe("edits", () => {
  const edits: TextEdits = {
    "block0/mlp": [
      { units: [3], set: 2 },
      { units: [1, 2], scale: -3 },
      { units: [7, 5], set: [0.5, -4] },
    ],
    "block1/heads": { units: [0], set: 0 },
    "block0/residual": { units: [4], add: 1.5, steps: [2, 6] },
  };

  it("change what they say, and what comes of it", async () => {
    const model = await tiny("llama");
    const names = ["block0/mlp", "block1/heads", "block0/residual"];
    const before = await model.activations(prompt, names);
    const after = await model.edit(edits).activations(prompt, names);
    const mlp = before["block0/mlp"].numbers();
    const expected = mlp.map((v, i) => ({ 1: -3 * v, 2: -3 * v, 3: 2, 5: -4, 7: 0.5 })[i % 12] ?? v);
    expectNear(after["block0/mlp"], expected);
    const heads = after["block1/heads"].numbers();
    for (const [i, v] of heads.entries()) expect(v === 0).toBe(i % 8 < 2);
    const alone = await model.edit({ "block0/residual": edits["block0/residual"] }).activations(prompt, names);
    const stream = before["block0/residual"].numbers();
    expectNear(
      alone["block0/residual"],
      stream.map((v, i) => (i === 2 * 8 + 4 ? v + 1.5 : v)),
    );
  });

  it("are the same with the cache as without it, and leave the model as it was", async () => {
    const model = await tiny("llama");
    const edited = model.edit(edits);
    const plain = await written(model, prompt, { tokens: 12 });
    const changed = await written(edited, prompt, { tokens: 12 });
    expect(changed).toEqual(await writtenAnew(edited, prompt, 12));
    expect(plain).toEqual(await writtenAnew(model, prompt, 12));
    expect(changed).not.toEqual(plain);
    // One after the other is both at once.
    const [[first, a], ...others] = Object.entries(edits);
    expect(await written(model.edit({ [first]: a }).edit(Object.fromEntries(others)), prompt, { tokens: 12 })).toEqual(
      changed,
    );
    await Promise.all([model.release(), edited.release()]);
  });

  it("patch: a stream taken whole from another text carries that text's answer", async () => {
    const model = await tiny("qwen3");
    const other = [6, 6, 2, 19, 8];
    const taken = await model.activations(other, /residual|heads/);
    const wanted = (await model.logits(other)).numbers();
    const patched = model.edit({ "block1/residual": { patch: taken["block1/residual"] } });
    expectNear(await patched.logits(prompt), wanted);
    // Beyond the patch's steps nothing is patched; here only the last step is.
    const last = model.edit({ "block1/residual": { patch: taken["block1/residual"], steps: [4] } });
    const own = (await model.logits(prompt)).numbers();
    expectNear(await last.logits(prompt), Float64Array.of(...own.slice(0, 80), ...wanted.slice(80)));
    const heads = model.edit({ "block0/heads": { units: [1], patch: taken["block0/heads"] } });
    const held = (await heads.activations(prompt, ["block0/heads"]))["block0/heads"].numbers();
    const from = taken["block0/heads"].numbers();
    for (const [i, v] of held.entries()) if (Math.floor((i % 24) / 6) === 1) expect(v).toBeCloseTo(from[i], 6);
    expect(await written(heads, prompt, { tokens: 8 })).toEqual(await writtenAnew(heads, prompt, 8));
  });

  it("that make no sense are refused", async () => {
    const model = await tiny("llama");
    expect(() => model.edit({ "block9/mlp": { set: 0 } })).toThrow('no layer is named "block9/mlp"');
    expect(() => model.edit({ "block0/mlp": { units: [12], set: 0 } })).toThrow("has units 0 to 11, not 12");
    expect(() => model.edit({ "block0/mlp": { set: Number.NaN } })).toThrow("not a finite number");
    expect(() => model.edit({ "block0/mlp": { set: 1, steps: [-1] } })).toThrow("-1 is no step");
    expect(() => model.edit({ "block0/mlp": { patch: Tensor.zeros([5, 8]) } })).toThrow("is [5, 8], not [steps, 12]");
    await expect(model.save("x.onnx")).rejects.toThrow("llama cannot be saved: it is no ONNX file");
  });
});

describe("generate", () => {
  it("streams text, and says why it ends", async () => {
    const model = await tiny("gpt2", { ...letters, end: [] });
    const generator = model.generate("dhbm", { tokens: 3 });
    let text = "";
    for (;;) {
      const next = await generator.next();
      if (next.done) {
        expect(next.value).toBe("tokens");
        break;
      }
      expect(next.value.logProbability).toBeLessThanOrEqual(0);
      text += next.value.text;
    }
    expect(text).toBe(letters.decode(await writtenAnew(model, letters.encode("dhbm"), 3)));

    const finish = async (options: GenerateOptions) => {
      const run = model.generate("dhbm", options);
      for (let count = 0; ; count++) {
        const { done, value } = await run.next();
        if (done) return [count, value];
      }
    };
    // It reads 12 tokens at most.
    expect(await finish({})).toEqual([8, "context"]);
    expect(await finish({ tokens: 100 })).toEqual([8, "context"]);
    expect(await finish({ end: [letters.encode(text)[1]] })).toEqual([text[0] === text[1] ? 0 : 1, "end"]);
    await model.release();
  });

  it("draws by temperature, top k and top p, the same from the same seed", async () => {
    const model = await tiny("mistral");
    const draw = (seed: number, options: GenerateOptions = {}) =>
      written(model, prompt, { tokens: 20, temperature: 1, rng: new Rng(seed), ...options });
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
    const greedy = await written(model, prompt, { tokens: 20 });
    expect(await draw(3, { topK: 1 })).toEqual(greedy);
    expect(await draw(3, { topP: 1e-6 })).toEqual(greedy);
    expect(await draw(3, { temperature: 1e-4 })).toEqual(greedy);
    await model.release();
  });

  it("stops on a signal", async () => {
    const model = await tiny("llama");
    const controller = new AbortController();
    const run = async () => {
      for await (const _ of model.generate(prompt, { tokens: 20, signal: controller.signal }))
        controller.abort(new CajalError("aborted", "interrupted"));
    };
    await expect(run()).rejects.toThrow("interrupted");
  });

  it("refuses what cannot be written", async () => {
    const model = await tiny("gpt2");
    const begin = (options: GenerateOptions, from: string | readonly number[] = prompt) =>
      model.generate(from, options).next();
    await expect(begin({ temperature: 1 })).rejects.toThrow("drawing needs randomness");
    await expect(begin({ temperature: -1 })).rejects.toThrow("temperature is -1");
    await expect(begin({ topP: 0 })).rejects.toThrow("topP is 0");
    await expect(begin({ topK: 0 })).rejects.toThrow("topK is 0");
    await expect(begin({ tokens: 0 })).rejects.toThrow("0 tokens, not a whole number above 0");
    await expect(begin({}, Array(12).fill(1))).rejects.toThrow("the prompt has 12 tokens; gpt2 reads 12");
    expect(() => begin({}, Array(13).fill(1))).toThrow("the text has 13 tokens; it reads 12");
    expect(() => begin({}, [])).toThrow("has no tokens");
    expect(() => begin({}, [20])).toThrow("token 20 is beyond the vocabulary of 20");
    expect(() => begin({}, "some words")).toThrow("gpt2 has no tokenizer");
    await expect(model.logits([1.5])).rejects.toThrow("1.5 is no token");
  });
});

describe("computed edits", () => {
  it("replace a tap by what a graph makes of it and of taps before it, with the cache as without", async () => {
    const model = await tiny("llama");
    const edited = model.edit({
      "block0/down": {
        reads: ["block0/read", "block0/mlp"],
        compute: (written, [x, a]) => written.mul(a.mean(-1, true)).add(x),
      },
      "block1/mlp": [
        { compute: (a) => a.relu(), steps: [1, 2] },
        { units: [0], set: 7 },
      ],
    });
    const names = /block0\/(middle|mlp|residual)|block1\/mlp/;
    const [before, after] = [await model.activations(prompt, names), await edited.activations(prompt, names)];
    expectNear(after["block0/mlp"], before["block0/mlp"].numbers());
    expect(after["block0/residual"].numbers()).not.toEqual(before["block0/residual"].numbers());
    const [positive, unit] = [after["block1/mlp"].numbers(), 12];
    for (let t = 0; t < 5; t++) {
      const row = [...positive.slice(unit * t + 1, unit * (t + 1))];
      expect(row.every((v) => v >= 0)).toBe(t === 1 || t === 2);
      expect(positive[unit * t]).toBe(7);
    }
    expect(await written(edited, prompt, { tokens: 10 })).toEqual(await writtenAnew(edited, prompt, 10));
    await Promise.all([model.release(), edited.release()]);
  });

  it("say which tap they do not find, or find too late", async () => {
    const model = await tiny("llama");
    const compute = (value: Value) => value;
    await expect(model.edit({ "block9/mlp": { compute } }).logits(prompt)).rejects.toThrow(
      'no tap is named "block9/mlp"',
    );
    const early = { reads: ["block1/mlp"], compute };
    await expect(model.edit({ "block0/mlp": early }).logits(prompt)).rejects.toThrow('comes before "block1/mlp"');
    expect(() => model.edit({ "block0/mlp": { compute, steps: [-1] } })).toThrow("-1 is no step");
  });
});
