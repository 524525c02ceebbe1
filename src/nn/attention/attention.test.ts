import { describe, expect, it } from "vitest";
import { Rng, Tensor, type Value } from "../../graph/index.ts";
import { expectClose, run } from "../testing/run.ts";
import { type Attention, type AttentionOptions, attention, initAttention } from "./attention.ts";
import { type AttentionCache, attentionStep, extendAttentionCache, initAttentionCache, placeAfter } from "./cache.ts";
import { rotary } from "./rotary.ts";

const rng = new Rng(21);
const [batch, steps, width, heads] = [2, 6, 12, 3];
const p = initAttention(rng, width, { heads });
const x = rng.normal([batch, steps, width]);
const apply = (options: Omit<AttentionOptions, "heads"> = {}, from: Attention<Tensor> = p) =>
  run((v: Value) => attention(from, v, { heads, ...options }), x);

/** The definition, one number at a time. */
function plainAttention({ causal = false, window = Number.POSITIVE_INFINITY }): number[] {
  const headWidth = width / heads;
  const projected = (name: "query" | "key" | "value", n: number, t: number, h: number) =>
    Array.from({ length: headWidth }, (_, k) => {
      let sum = 0;
      for (let i = 0; i < width; i++)
        sum += x.numbers()[(n * steps + t) * width + i] * p[name].weight.numbers()[i * width + h * headWidth + k];
      return sum;
    });
  const result: number[] = [];
  for (let n = 0; n < batch; n++)
    for (let t = 0; t < steps; t++) {
      const mixed = Array.from({ length: heads }, (_, h) => {
        const q = projected("query", n, t, h);
        const seen = Array.from({ length: steps }, (_, s) => s).filter(
          (s) => (!causal || s <= t) && Math.abs(t - s) < window,
        );
        const scores = seen.map((s) =>
          Math.exp(projected("key", n, s, h).reduce((sum, k, i) => sum + k * q[i], 0) / Math.sqrt(headWidth)),
        );
        const total = scores.reduce((a, b) => a + b);
        return q.map((_, k) =>
          seen.reduce((sum, s, i) => sum + (scores[i] / total) * projected("value", n, s, h)[k], 0),
        );
      }).flat();
      for (let k = 0; k < width; k++)
        result.push(mixed.reduce((sum, m, i) => sum + m * p.output.weight.numbers()[i * width + k], 0));
    }
  return result;
}

describe("attention is its definition", () => {
  it.each([{}, { causal: true }, { window: 2 }, { causal: true, window: 3 }])("%o", async (options) => {
    expectClose(await apply(options), plainAttention(options), 4);
  });
});

describe("attention", () => {
  it("does not see the future when causal", async () => {
    const later = Tensor.of(
      x.numbers().map((v, i) => (Math.floor(i / width) % steps >= 4 ? v + 1 : v)),
      x.shape,
    );
    const [a, b] = [
      await apply({ causal: true }),
      await run((v: Value) => attention(p, v, { heads, causal: true }), later),
    ];
    for (let n = 0; n < batch; n++) {
      const part = (t: Tensor) => t.numbers().slice(n * steps * width, (n * steps + 4) * width);
      expect(part(b)).toEqual(part(a));
    }
  });

  it("by a mask is what it is by causality", async () => {
    const mask = Tensor.of(
      Array.from({ length: steps ** 2 }, (_, i) => (i % steps <= Math.floor(i / steps) ? 1 : 0)),
      [steps, steps],
      "bool",
    );
    const masked = await run((v: Value, m: Value) => attention(p, v, { heads, mask: m }), x, mask);
    expectClose(masked, await apply({ causal: true }));
  });

  it("with shared keys and values is attention whose heads have copies of them", async () => {
    const few = initAttention(rng.split("few"), 16, { heads: 4, keyValueHeads: 2, headWidth: 3, bias: false });
    expect([few.query.weight.shape, few.key.weight.shape]).toEqual([
      [16, 12],
      [16, 6],
    ]);
    const copied = (t: Tensor) =>
      Tensor.of(
        Array.from(
          { length: 16 * 12 },
          (_, i) => t.numbers()[Math.floor(i / 12) * 6 + Math.floor((i % 12) / 6) * 3 + (i % 3)],
        ),
        [16, 12],
      );
    const many = { ...few, key: { weight: copied(few.key.weight) }, value: { weight: copied(few.value.weight) } };
    const input = rng.normal([2, 5, 16]);
    const of = (from: Attention<Tensor>) => run((v: Value) => attention(from, v, { heads: 4, causal: true }), input);
    expectClose(await of(few), await of(many));
  });

  it("to another sequence follows that one's order in no way", async () => {
    const memory = rng.normal([batch, 4, width]);
    const reversed = await run((m: Value) => m.slice([-1], [-5], [1], [-1]), memory);
    const of = (m: Tensor) => run((v: Value, from: Value) => attention(p, v, { heads, memory: from }), x, m);
    const y = await of(memory);
    expect(y.shape).toEqual([batch, steps, width]);
    expectClose(y, await of(reversed));
  });

  it("refuses heads that don't divide", async () => {
    expect(() => initAttention(rng, 10, { heads: 3 })).toThrow(/3 heads/);
    expect(() => initAttention(rng, 12, { heads: 3, keyValueHeads: 2 })).toThrow(/share/);
    await expect(run((v: Value) => attention(p, v, { heads: 5 }), x)).rejects.toThrow(/5 heads/);
  });
});

describe("rotary positions", () => {
  const of = (v: Tensor, start: number, options = {}) =>
    run(
      (q: Value, at: Value) => rotary(q, at, options),
      v,
      Tensor.of(Array.from({ length: v.shape[0] }, (_, i) => start + i)),
    );
  const q = rng.normal([4, 8]);
  const k = rng.normal([4, 8]);

  it.each([{}, { pairs: "adjacent" }, { width: 4 }, { base: 100 }] as const)(
    "%o: products depend on distances alone, lengths stay",
    async (options) => {
      const products = (a: Tensor, b: Tensor) => run((u: Value, v: Value) => u.matmul(v.transpose()), a, b);
      const here = await products(await of(q, 0, options), await of(k, 0, options));
      const there = await products(await of(q, 13, options), await of(k, 13, options));
      expectClose(there, here, 4);
      const lengths = (t: Tensor) => run((v: Value) => v.square().sum(-1), t);
      expectClose(await lengths(await of(q, 5, options)), await lengths(q), 4);
    },
  );

  it("turns the first pair by one radian per position, whichever elements make it", async () => {
    const one = Tensor.of([1, 0, 0, 0], [1, 4]);
    expectClose(await of(one, 2), [Math.cos(2), 0, Math.sin(2), 0]);
    expectClose(await of(one, 2, { pairs: "adjacent" }), [Math.cos(2), Math.sin(2), 0, 0]);
    await expect(of(one, 2, { width: 3 })).rejects.toThrow(/pairs/);
  });
});

describe("attention step by step is causal attention", () => {
  const shared = initAttention(rng.split("shared"), width, { heads: 6, keyValueHeads: 2, headWidth: 4 });
  const cases: readonly (readonly [Attention<Tensor>, AttentionOptions])[] = [
    [p, { heads }],
    [p, { heads, window: 2 }],
    [p, { heads, rotary: {} }],
    [shared, { heads: 6, window: 3, rotary: { width: 2, pairs: "adjacent" } }],
  ];
  it.each(cases)("%#", async (from, options) => {
    const whole = await run((v: Value) => attention(from, v, { ...options, causal: true }), x);
    for (const chunk of [1, 2, steps]) {
      const cache = initAttentionCache(from, { heads: options.heads, batch, capacity: 8 });
      for (let t = 0; t < steps; t += chunk) {
        const part = await run((v: Value) => v.slice([t], [t + chunk], [1]), x);
        const result = await run(
          (c: AttentionCache<Value>, length: Value, v: Value) =>
            attentionStep(from, c, v, placeAfter(length, chunk, 8), options),
          cache,
          Tensor.scalar(t),
          part,
        );
        extendAttentionCache(cache, result.fresh, t, chunk);
        expectClose(result.y, await run((v: Value) => v.slice([t], [t + chunk], [1]), whole), 4);
      }
      expect(() => extendAttentionCache(cache, cache, steps, 3)).toThrow("room for 8 steps, not for 9");
    }
  });
});
