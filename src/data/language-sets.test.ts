import { gzipSync, strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { loadBrown } from "./brown-corpus.ts";
import { loadCodeTasks, loadWordProblems } from "./code-tasks.ts";
import { loadCommands } from "./commands.ts";
import { loadRestaurants } from "./restaurants.ts";
import type { DataSource } from "./source.ts";
import { loadTreebank } from "./universal-dependencies.ts";

const sourceOf = (files: Readonly<Record<string, Uint8Array>>): DataSource => ({
  file: async (set, path) => files[`${set}/${path}`],
});

it("a part of a treebank; parts that are not there are named", async () => {
  const line = ["1", "Ja", "ja", "INTJ", "_", "_", "0", "root", "_", "_"].join("\t");
  const source = sourceOf({ "ud/de_gsd/de_gsd-ud-dev.conllu.gz": gzipSync(strToU8(`${line}\n`)) });
  expect((await loadTreebank(source, "de_gsd", "dev"))[0].words[0].form).toBe("Ja");
  await expect(loadTreebank<"de_gsd" | "en_ewt">(source, "de_gsd", "train" as "dev")).rejects.toThrow(
    'de_gsd has no part "train"',
  );
});

it("texts of the Brown corpus with both kinds of tags", async () => {
  const source = sourceOf({
    "brown-corpus/brown.zip": zipSync({
      brown: {
        "cats.txt": strToU8("cb01 editorial\nca01 news\n"),
        ca01: strToU8("\n\n\tThe/at either/or/cc-hl ./.\n\n\tGo/vb\n"),
        cb01: strToU8("Qu/zz\n"),
      },
    }),
    "brown-corpus/universal_tagset.zip": zipSync({
      universal_tagset: { "en-brown.map": strToU8("AT\tDET\nCC-HL\tCONJ\n.\t.\nVB\tVERB\n") },
    }),
  });
  const texts = await loadBrown(source);
  expect(texts.map(({ name, genre }) => [name, genre])).toEqual([
    ["ca01", "news"],
    ["cb01", "editorial"],
  ]);
  expect(texts[0].sentences.map((words) => words.map(({ form, tag, universal }) => [form, tag, universal]))).toEqual([
    [
      ["The", "at", "DET"],
      ["either/or", "cc-hl", "CONJ"],
      [".", ".", "."],
    ],
    [["Go", "vb", "VERB"]],
  ]);
  expect(texts[1].sentences[0][0].universal).toBe("X");
});

it("programming tasks, word problems, commands and restaurants; and what is none", async () => {
  const packed = (text: string) => gzipSync(strToU8(text));
  const source = sourceOf({
    "code-tasks/HumanEval.jsonl.gz": packed(
      '{"task_id":"HumanEval/0","prompt":"def f():","canonical_solution":"  pass","test":""}\n',
    ),
    "code-tasks/gsm8k.train.jsonl.gz": packed('{"question":"1+1?","answer":"#### 2"}\n{"question":"?"}\n'),
    "scan/simple_split/tasks_test_simple.txt.gz": packed("IN: jump twice OUT: I_JUMP I_JUMP\n"),
    "scan/simple_split/tasks_train_simple.txt.gz": packed("jump\n"),
    "e2e-nlg/devset.csv.gz": packed('mr,ref\n"name[A], area[b]","A, in b, is ""good""."\n'),
    "e2e-nlg/testset_w_refs.csv.gz": packed("a,b\n1,2\n"),
  });
  expect(await loadCodeTasks(source)).toEqual([{ name: "HumanEval/0", prompt: "def f():", solution: "  pass" }]);
  await expect(loadWordProblems(source, "train")).rejects.toThrow("line 2 does not have question, answer");
  expect(await loadCommands(source, "test")).toEqual([{ command: "jump twice", actions: "I_JUMP I_JUMP" }]);
  await expect(loadCommands(source, "train")).rejects.toThrow("line 1 is no command");
  expect(await loadRestaurants(source, "dev")).toEqual([
    { record: "name[A], area[b]", sentence: 'A, in b, is "good".' },
  ]);
  await expect(loadRestaurants(source, "test")).rejects.toThrow('no columns "mr" and "ref"');
});
