import { beforeAll, expect, it } from "vitest";
import { preprocesses, scenePictures } from "../../../data/index.ts";
import { exportOnnx, Rng, Tensor, type Value } from "../../../graph/index.ts";
import { conv, init } from "../../../nn/index.ts";
import { Model } from "../../../probe/index.ts";
import type { Captioner } from "./captioner.ts";
import { type Description, type DescriptionStorage, describe } from "./describe.ts";
import type { ExemplarStore } from "./exemplar-store.ts";
import { computeExemplars } from "./exemplars.ts";

const weights = [init.conv(new Rng(1), 3, 5, 3), init.conv(new Rng(2), 5, 4, 3)];
let store: ExemplarStore;

beforeAll(async () => {
  const network = (x: Value) => {
    const first = conv(weights[0], x, { stride: 2, padding: 1 }).relu();
    // The last unit of the second layer is never on.
    const second = conv(weights[1], first, { padding: 1 })
      .add(Tensor.of([0, 0, 0, -1e3], [1, 4, 1, 1]))
      .relu();
    return { first, second };
  };
  const model = Model.open(exportOnnx(network, [Tensor.zeros([1, 3, 32, 32])]));
  store = await computeExemplars(model, scenePictures(1, 30), {
    preprocess: preprocesses.signed,
    layers: model.layers().flatMap(({ name, kind }) => (kind === "Relu" ? [name] : [])),
  });
});

/** Says three things of every unit; "things" is likeliest, and said of anything. */
function speaker(): Captioner & { readonly asked: number[]; fails: boolean } {
  const asked: number[] = [];
  return {
    name: "stub",
    exemplars: 15,
    asked,
    fails: false,
    async candidates(sets) {
      if (this.fails && asked.length > 0) throw new Error("the line is dead");
      asked.push(sets.length);
      return sets.map(() => [
        { text: "things", logp: -1 },
        { text: "red edges", logp: -1.4 },
        { text: "red edges", logp: -3 },
        { text: "", logp: -0.1 },
        { text: "zebras", logp: -9 },
      ]);
    },
    logPrior: async (texts) => texts.map((text) => ({ things: -1, "red edges": -5, zebras: -12 })[text] ?? Number.NaN),
  };
}

const all = async (described: AsyncIterable<Description>) => {
  const list: Description[] = [];
  for await (const description of described) list.push(description);
  return list;
};

it("the caption with most information is chosen, each text once, the dead are not asked about", async () => {
  const captioner = speaker();
  const list = await all(describe(store, captioner));
  expect(list.map(({ layer, unit }) => [layer, unit])).toEqual(
    store.layers.flatMap(({ name }) => store.units(name).map((unit) => [name, unit])),
  );
  const [first] = list;
  expect(first).toMatchObject({ text: "red edges", logp: -1.4, dead: false });
  expect(first.pmi).toBeCloseTo(-1.4 + 0.2 * 5);
  expect(first.runnersUp.map(({ text }) => text)).toEqual(["things", "zebras"]);
  expect(list[8]).toMatchObject({ text: "dead", dead: true, runnersUp: [] });
  expect(captioner.asked).toEqual([5, 3]);
  expect((await all(describe(store, speaker(), { lambda: 0 })))[0].text).toBe("things");
});

it("goes on where it stopped: what was finished is not asked again", async () => {
  const kept = new Map<string, readonly Description[]>();
  const storage: DescriptionStorage = {
    read: async (layer) => kept.get(layer),
    write: async (layer, descriptions) => void kept.set(layer, descriptions),
  };
  const captioner = speaker();
  captioner.fails = true;
  await expect(all(describe(store, captioner, { storage }))).rejects.toThrow("the line is dead");
  expect(kept.size).toBe(1);
  captioner.fails = false;
  const progress: number[] = [];
  const list = await all(describe(store, captioner, { storage, onProgress: (done) => progress.push(done) }));
  expect(captioner.asked).toEqual([5, 3]);
  expect(progress).toEqual([5, 9]);
  expect(list).toEqual(await all(describe(store, speaker())));
});

it("stops when it is told to", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(all(describe(store, speaker(), { signal }))).rejects.toThrow("enough");
});
