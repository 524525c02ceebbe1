import { expect, it } from "vitest";
import { decodeModel, encodeModel, Rng } from "../../../graph/index.ts";
import { network, node, port } from "../../../graph/testing/proto.ts";
import { OnnxNetwork, TextModel } from "../../../probe/index.ts";
import { deactivate, findFfn, type RelationSet, relationNeurons } from "./index.ts";
import { smallModel, smallRelations, words } from "./testing/small-world.ts";

const model = smallModel();

it("networks that are not recognised: the candidates are listed, and given maps are taken", async () => {
  const rng = new Rng(1);
  const file = encodeModel(
    network(
      17,
      [
        node("Gather", ["wte", "input_ids"], ["stream"]),
        node("MatMul", ["stream", "mix"], ["mixed"]),
        node("MatMul", ["mixed", "head"], ["logits"]),
      ],
      [port("input_ids", ["batch", "steps"], "int64")],
      [port("logits", ["batch", "steps", 40])],
      { wte: rng.normal([40, 4]), mix: rng.normal([4, 6]), head: rng.normal([6, 40]) },
    ),
  );
  const linear = new TextModel(new OnnxNetwork(decodeModel(file), { name: "linear" }), {
    name: "linear",
    tokenizer: words,
  });
  await expect(findFfn(linear)).rejects.toMatchObject({
    message: expect.stringContaining('could be its maps: "mixed" [6], "logits" [40]'),
    advice: expect.stringContaining("maps"),
  });
  const given = { layer: 0, kind: "up", tensor: "mixed", width: 6 } as const;
  const relations = await smallRelations(model);
  const found = await relationNeurons(linear, relations, { maps: [given], k: 2, evalPer: 8, onlyKnown: false });
  expect(found.top[0].map(({ tensor }) => tensor)).toEqual(["mixed", "mixed"]);
  await expect(relationNeurons(linear, relations, { maps: [{ ...given, width: 7 }] })).rejects.toThrow(
    'the map "mixed" has 6 output coordinates, not 7',
  );
});

it("relations with too few known prompts are dropped by name, and refused when none are left", async () => {
  const relations = await smallRelations(model);
  const written = new Set(relations.flatMap(({ facts }) => facts.map(({ object }) => object.split(" ")[0])));
  const never = Array.from({ length: 40 }, (_, i) => `w${i}`).find((word) => !written.has(word));
  const unknown: RelationSet = {
    ...relations[1],
    name: "unknown",
    facts: relations[1].facts.map(({ subject }) => ({ subject, object: `${never} w1` })),
  };
  const warnings: string[] = [];
  const found = await relationNeurons(model, [relations[0], unknown, relations[2]], {
    ...{ evalPer: 8, leastKnown: 5, onWarning: (warning: string) => warnings.push(warning) },
  });
  expect(found.relations).toEqual(["relation 0", "relation 2"]);
  expect(found.dropped).toEqual([{ relation: "unknown", known: 0, prompts: 22 }]);
  expect(warnings).toEqual([
    'relation "unknown": the objects of all 22 facts begin with the same token, so that accuracy means nothing',
    'relation "unknown" is dropped: 0 of its 22 prompts are known, 5 are needed',
  ]);
  await expect(relationNeurons(model, [relations[0], unknown], { evalPer: 8 })).rejects.toThrow(
    /^0 of 2 relations have 20 known prompts: relation 0 \d+ of 22, unknown 0 of 22$/,
  );
});

it("subjects in detection and in evaluation, in whatever relation, are listed", async () => {
  const [first, second] = await smallRelations(model);
  const evaluation = second.facts.slice(0, 2);
  await expect(
    relationNeurons(model, [first, { ...second, facts: second.facts.slice(2), evaluation }]),
  ).rejects.toThrow("2 subjects are in detection and in evaluation: w8, w9");
});

it("a tokenizer of another model: both numbers are given", async () => {
  const relations = await smallRelations(model);
  const larger = smallModel(true, { tokenizer: { ...words, size: 41 } });
  await expect(relationNeurons(larger, relations, { evalPer: 8 })).rejects.toThrow(
    "the tokenizer has 41 tokens, small has 40",
  );
  const warnings: string[] = [];
  const smaller = smallModel(true, { tokenizer: { ...words, size: 39 } });
  await relationNeurons(smaller, relations, {
    ...{ evalPer: 8, leastKnown: 5, onWarning: (warning: string) => warnings.push(warning) },
  });
  expect(warnings).toEqual(["the tokenizer has 39 tokens, small has 40: the rest should be padding"]);
});

it("relations that make no sense, and a k beyond all neurons", async () => {
  const relations = await smallRelations(model);
  const [first] = relations;
  await expect(relationNeurons(model, [first])).rejects.toThrow("other relations are what one is told from");
  await expect(relationNeurons(model, [first, first])).rejects.toThrow("two have the same name");
  await expect(relationNeurons(model, relations, { template: 5 })).rejects.toThrow("no number 5");
  await expect(relationNeurons(model, [first, { ...relations[1], templates: ["the end"] }])).rejects.toThrow(
    '"the end" of "relation 1" has no place for the subject',
  );
  await expect(relationNeurons(model, relations, { k: 999, evalPer: 8, leastKnown: 5 })).rejects.toThrow(
    "k is 999: of 192 neurons that is 999",
  );
  expect(() => deactivate(model, [{ layer: 0, kind: "up", tensor: "block0/up", unit: 99 }])).toThrow("not 99");
});
