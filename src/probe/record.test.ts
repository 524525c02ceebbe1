import { beforeAll, describe, expect, it } from "vitest";
import { CajalError, compile, encodeModel, Rng, Tensor, tensorToProto, type Value } from "../graph/index.ts";
import { int, ints, model, node } from "../graph/testing/proto.ts";
import { examine } from "./examine.ts";
import { Model } from "./model.ts";
import { type Activity, record } from "./record.ts";
import type { Sample, SampleSet } from "./samples.ts";

const rng = new Rng(8);
const side = 12;
// Unit 0 of the first layer sees the first channel alone; unit 3 never fires.
const first = rng.normal([4, 3, 1, 1]);
(first.data as Float32Array).set([1, 0, 0]);
(first.data as Float32Array).set([0, 0, 0], 9);
const net = Model.open(
  encodeModel(
    model(
      13,
      [
        node("Conv", ["x", "w1", "b1"], ["c1"]),
        node("Relu", ["c1"], ["relu1"]),
        node("Conv", ["relu1", "w2"], ["c2"], [ints("strides", [2, 2]), ints("pads", [1, 1, 1, 1])]),
        node("Relu", ["c2"], ["relu2"]),
        node("ReduceMean", ["relu2"], ["y"], [ints("axes", [2, 3]), int("keepdims", 0)]),
      ],
      ["N", 3, side, side],
      [
        tensorToProto(first, "w1"),
        tensorToProto(Tensor.of([0, 0, 0, -1]), "b1"),
        tensorToProto(rng.normal([6, 4, 3, 3], 0, 0.3), "w2"),
      ],
    ),
  ),
);

const count = 90;
const broken = 17;

/** A bright square of the first channel somewhere, in half of the samples; labelled by whether it is there. */
function sampleAt(index: number): Sample {
  const own = rng.split(index);
  const input = own.normal([3, side, side], 0, 0.2);
  if (index % 2 === 0)
    return {
      input,
      label: "without",
      concepts: new Map([["noise", Uint8Array.from({ length: side * side }, () => own.int(0, 2))]]),
    };
  const mask = new Uint8Array(side * side);
  const [top, left] = [own.int(0, side - 2), own.int(0, side - 2)];
  for (let y = top; y < top + 2; y++) for (let x = left; x < left + 2; x++) mask[y * side + x] = 1;
  for (const [i, inside] of mask.entries()) if (inside) input.data[i] = 3 + own.random();
  return {
    input,
    label: "with",
    concepts: new Map([
      ["square", mask],
      ["noise", Uint8Array.from({ length: side * side }, () => own.int(0, 2))],
    ]),
  };
}

function set(kind: { labels?: boolean; concepts?: boolean }): SampleSet {
  return {
    length: count,
    labels: kind.labels ? ["with", "without"] : [],
    concepts: kind.concepts ? ["square", "noise"] : [],
    nameOf: (index) => `sample ${index}`,
    get: async (index) => {
      if (index === broken) throw new CajalError("bad-image", "cut short");
      const { input, label, concepts } = sampleAt(index);
      return { input, ...(kind.labels && label && { label }), ...(kind.concepts && concepts && { concepts }) };
    },
  };
}

/** All activations of a layer by brute force: [sample][unit] → map. */
async function bruteForce(layer: string): Promise<Map<number, Float64Array[]>> {
  const { collect } = await import("../graph/index.ts");
  const run = compile((x: Value) => collect((v: Value) => net.imported.apply(net.imported.params, { x: v }))(x).taps);
  const maps = new Map<number, Float64Array[]>();
  for (let i = 0; i < count; i++) {
    if (i === broken) continue;
    const { input } = sampleAt(i);
    const activation = (await run(new Tensor("float32", [1, ...input.shape], input.data)))[layer];
    const cells = activation.size / activation.shape[1];
    maps.set(
      i,
      Array.from({ length: activation.shape[1] }, (_, u) => activation.numbers().slice(u * cells, (u + 1) * cells)),
    );
  }
  await run.release();
  return maps;
}

describe("record", () => {
  let activity: Activity;
  const top = 5;
  beforeAll(async () => {
    activity = await record(net, set({ labels: true }), { top });
  });

  it("takes the layers after activation functions, and counts what it could not read", () => {
    expect(activity.layers.map(({ layer }) => layer.name)).toEqual(["relu1", "relu2"]);
    expect(activity.samples).toBe(count - 1);
    expect(activity.skipped).toEqual([{ index: broken, name: "sample 17", reason: "cut short" }]);
  });

  it.each(["relu1", "relu2"])(
    "%s: strongest samples, positions, levels and shares are those of brute force",
    async (name) => {
      const {
        layer,
        sketch,
        top: strongest,
      } = activity.layers.find(({ layer: l }) => l.name === name) as Activity["layers"][number];
      const maps = await bruteForce(name);
      for (let unit = 0; unit < layer.units; unit++) {
        const perSample = [...maps].map(([sample, units]) => {
          const value = Math.max(...units[unit]);
          return { sample, value, position: units[unit].indexOf(value) };
        });
        const expected = perSample.sort((a, b) => b.value - a.value || a.sample - b.sample).slice(0, top);
        const entries = strongest.entries(unit);
        expect(entries.map(({ sample }) => sample)).toEqual(expected.map(({ sample }) => sample));
        for (const [i, entry] of entries.entries()) {
          expect(entry.value).toBeCloseTo(expected[i].value, 5);
          if (entry.value > 0) expect(entry.position).toBe(expected[i].position);
        }
        const all = Float64Array.from([...maps.values()].flatMap((units) => Array.from(units[unit]))).sort();
        expect(sketch.count(unit)).toBe(all.length);
        expect(sketch.mean(unit)).toBeCloseTo(all.reduce((s, v) => s + v, 0) / all.length, 5);
        expect(sketch.positiveShare(unit)).toBeCloseTo(all.filter((v) => v > 0).length / all.length, 9);
        for (const q of [0.99, 0.995]) {
          const level = sketch.quantile(unit, q);
          const rank = all.filter((v) => v <= level).length / all.length;
          if (level > 0) expect(Math.abs(rank - q)).toBeLessThan(0.004);
        }
      }
    },
  );

  it("says so when nothing could be read, or activations are not finite", async () => {
    const empty = { ...set({}), length: 1, get: async () => Promise.reject(new CajalError("bad-image", "cut short")) };
    await expect(record(net, empty)).rejects.toMatchObject({ code: "no-data" });
    const wild = { ...set({}), length: 3, get: async () => ({ input: Tensor.full([3, side, side], 3e38) }) };
    await expect(record(net, wild)).rejects.toMatchObject({ code: "not-finite" });
  });

  it("stops when told to", async () => {
    const controller = new AbortController();
    const running = record(net, set({}), {
      signal: controller.signal,
      onProgress: () => controller.abort(new CajalError("aborted", "stop")),
    });
    await expect(running).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("examine", () => {
  const look = async (samples: SampleSet) => {
    const activity = await record(net, samples, { top: 5 });
    return { activity, findings: await examine(net, samples, activity, { rng: new Rng(1), shuffles: 200 }) };
  };

  it("explains the unit that sees the square by the square, and no unit by noise", async () => {
    const { findings } = await look(set({ concepts: true }));
    const [seer] = findings[0].units;
    expect(seer.explanation).toMatchObject({ concept: "square", significant: true });
    expect(seer.explanation?.iou).toBeGreaterThan(0.3);
    for (const { units } of findings)
      for (const { explanation } of units) if (explanation?.significant) expect(explanation.concept).toBe("square");
  });

  it("explains it by the label where there are labels only, and by nothing where there are none", async () => {
    const labelled = await look(set({ labels: true }));
    expect(labelled.findings[0].units[0].explanation).toMatchObject({ concept: "with", significant: true });
    const bare = await look(set({}));
    expect(bare.findings.flatMap(({ units }) => units).every(({ explanation }) => explanation === undefined)).toBe(
      true,
    );
  });

  it("shows the region of the square, and calls the silent unit dead", async () => {
    const { findings } = await look(set({}));
    const { exemplars, level } = findings[0].units[0];
    for (const { sample, region } of exemplars) {
      const mask = sampleAt(sample).concepts?.get("square") as Uint8Array;
      const { crop, map } = region;
      if (map === undefined) throw new Error("no map");
      const peak = map.values.indexOf(255);
      const [x, y] = [map.x + (peak % map.columns) * map.stepX, map.y + Math.floor(peak / map.columns) * map.stepY];
      expect(mask[y * side + x]).toBe(1);
      expect(x >= crop.x && x < crop.x + crop.width && y >= crop.y && y < crop.y + crop.height).toBe(true);
    }
    expect(level).toBeGreaterThan(0);
    expect(findings[0].units[3]).toMatchObject({ dead: true, exemplars: [] });
  });
});
