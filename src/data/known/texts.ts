/** @file Texts that Cajal knows by name. */

import type { DataEntry } from "../data-entry.ts";
import { fairEvalFiles } from "../fair-eval-files.ts";
import { lreFiles } from "../lre-files.ts";
import { officialFolder } from "./official-folder.ts";

export const texts: Readonly<Record<string, DataEntry>> = {
  tinyshakespeare: {
    kind: "text",
    title: "Tiny Shakespeare: 1.1 million characters of plays",
    licence: "public domain",
    citation: "A. Karpathy: The unreasonable effectiveness of recurrent neural networks (2015)",
    homepage: "https://github.com/karpathy/char-rnn",
    files: { "input.txt.gz": "13125fe8f49092165d7d489e3944db52d1ba546e64a60080cc9523bcd0c5e46a" },
    official: {
      "input.txt.gz": {
        url: "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
      },
    },
  },
  tinystories: {
    kind: "text",
    title: "TinyStories, a sample: 2.4 MB of short simple stories",
    licence: "CDLA-Sharing-1.0",
    citation: "R. Eldan, Y. Li: TinyStories: how small can language models be and still speak coherent English? (2023)",
    homepage: "https://huggingface.co/datasets/roneneldan/TinyStories",
    files: {
      "tinystories_v1.first_stories.txt.gz": "5c957ce7a9a49ad1fc3c3dd7ef5c8ea339f77758142af6141aad8c8771fa0cfe",
      "tinystories_v2_gpt4.first10k_lines.txt.gz": "bdf2cf36a855d9d0387e82f6dd58d69badcc1985104b39ebeed9c717bc495d7d",
    },
  },
  "wikitext-2": {
    kind: "text",
    title: "WikiText-2, its validation and test texts: 460,000 words of Wikipedia",
    licence: "CC BY-SA 3.0",
    citation: "S. Merity, C. Xiong, J. Bradbury, R. Socher: Pointer sentinel mixture models (2017)",
    homepage: "https://huggingface.co/datasets/Salesforce/wikitext",
    files: {
      "valid.txt.gz": "3cdd8cb5bb349a05840c7c3bef9578d90d64df77e27e0c25c033ba9342757ee3",
      "test.txt.gz": "688887879b4b526692cb2e423a516dcc5f6584a01fd3f33a8e164fbed2de8090",
    },
  },
  multi30k: {
    kind: "files",
    title:
      "Multi30k: 31,014 descriptions of pictures in English, German, French and Czech, as they were written; English and German also in words",
    licence: "research and education, non-commercial",
    citation:
      "D. Elliott, S. Frank, K. Sima'an, L. Specia: Multi30K: multilingual English-German image descriptions (2016)",
    homepage: "https://github.com/multi30k/dataset",
    files: {
      "raw/test_2016_flickr.cs.gz": "200a4a74cc9560f051924abb9803be008d1908d77f747e9141aeb86dfd2797f1",
      "raw/test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
      "raw/test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
      "raw/test_2016_flickr.fr.gz": "6d326e188d259fb1d04ac19eae3af956559b3a0b93d7635e56c90987c40c8b90",
      "raw/train.cs.gz": "a65adb8b32e3bc664f21ecba7a6e7f6950fd1f405e135f7c312faabdb6255077",
      "raw/train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
      "raw/train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
      "raw/train.fr.gz": "622e75069e9f4c577425c4f277116ce66e63a2401c0a2312d90073cb12379a3c",
      "raw/val.cs.gz": "b63226e05c4bd5dd6a42897d74b86a1b9d2c31498252c572b1ea7f7996927fcc",
      "raw/val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
      "raw/val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
      "raw/val.fr.gz": "ca3106f1a72390591d25f6c45cb4cd39dec4cd3f123e099748a3ce5256c160e9",
      "tok/test_2016_flickr.lc.norm.tok.de.gz": "06de5ab8906227233d705aeca0ba207f420937d424e2c9300b65263d84abd1e4",
      "tok/test_2016_flickr.lc.norm.tok.en.gz": "6998552fc746040fed0995c8490a65bd93e5445ed360c884ffe5df3e65d3a226",
      "tok/train.lc.norm.tok.de.gz": "657b61a2824b0b37be45857780e67f18cdb9f1815f621e4008fe0ac57bf74fcf",
      "tok/train.lc.norm.tok.en.gz": "6e07e3b9937f2bcb538f14030f9ca376fc2bb5afbaf20b66d9d85b32e8e797b1",
      "tok/val.lc.norm.tok.de.gz": "dfd30c6b754102701e98fe958c4e73962fe06bcef009eefa7be70059049de3e7",
      "tok/val.lc.norm.tok.en.gz": "a707d913822b59784ee80a677601399d0953ae823fb1066706193a32149f2d20",
    },
    official: {
      "tok/test_2016_flickr.lc.norm.tok.de.gz": {
        url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/tok/test_2016_flickr.lc.norm.tok.de",
        sha256: "c6a33d39d48f9f510de147651316cd9d918e09ad0219df734a2f16b6baccacc4",
      },
      "tok/test_2016_flickr.lc.norm.tok.en.gz": {
        url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/tok/test_2016_flickr.lc.norm.tok.en",
        sha256: "5b7f32627cf99eced828311b955dae9800bb52bc8b91cf8b6526829e605b29d2",
      },
      "tok/train.lc.norm.tok.de.gz": {
        url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/tok/train.lc.norm.tok.de",
        sha256: "cb5a23529b65ec2061f1dc446192a9c37382b63cc75f81a0be59d34894b3a505",
      },
      "tok/train.lc.norm.tok.en.gz": {
        url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/tok/train.lc.norm.tok.en",
        sha256: "08925f8e0572bcd5a006702fc5fe20e2d77c6917d4eebd576fc20de6693c2119",
      },
      "tok/val.lc.norm.tok.de.gz": {
        url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/tok/val.lc.norm.tok.de",
        sha256: "97232bd273eceb7207f689527386a97e4be2616b18ada47576bdaf96c8ae1f00",
      },
      "tok/val.lc.norm.tok.en.gz": {
        url: "https://raw.githubusercontent.com/multi30k/dataset/a3d2e0d26b56f3846f66a952536ffed4e401d05a/data/task1/tok/val.lc.norm.tok.en",
        sha256: "46573ce391ae227f1c72f873392436a20ef18e0a6d518098cfbd70b77c8572ec",
      },
    },
  },
  "code-tasks": {
    kind: "files",
    title: "HumanEval (164 programming tasks with solutions) and GSM8K (8,792 word problems with worked answers)",
    licence: "MIT",
    citation:
      "M. Chen et al.: Evaluating large language models trained on code (2021); K. Cobbe et al.: Training verifiers to solve math word problems (2021)",
    homepage: "https://github.com/openai/human-eval",
    files: {
      "HumanEval.jsonl.gz": "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
      "gsm8k.test.jsonl.gz": "bb13a52c31b1fa4805ebab294dce067e337ccd4b61c3e6461c85c92965282c62",
      "gsm8k.train.jsonl.gz": "d52a31668743a4f18e4a284514e54eea07a06ae31fcf4293af2506c198c05bda",
    },
  },
  "e2e-nlg": {
    kind: "files",
    title: "E2E NLG: 9,365 records of restaurants, each with a sentence (development and test sets)",
    licence: "CC BY-SA 4.0",
    citation: "J. Novikova, O. Dušek, V. Rieser: The E2E dataset: new challenges for end-to-end generation (2017)",
    homepage: "https://github.com/tuetschek/e2e-dataset",
    files: {
      "devset.csv.gz": "653bd8a2ddcc2a5900863db6541fa79cfee506abaee0fe29e960a9f5b84f932a",
      "testset_w_refs.csv.gz": "84044f80e92e28aa5acc5cfb74390a46f775abd29aef4589e9e2752bb84a9208",
    },
  },
  scan: {
    kind: "files",
    title: "SCAN: commands and the actions that they ask for, the simple split",
    licence: "BSD",
    citation: "B. Lake, M. Baroni: Generalization without systematicity (2018)",
    homepage: "https://github.com/brendenlake/SCAN",
    files: {
      "simple_split/tasks_test_simple.txt.gz": "de907b3a3985ee39c1ba27ef098500d8f4a950e2dd0fcbed60fd2df8e7aba400",
      "simple_split/tasks_train_simple.txt.gz": "2d4e9937666449ed60cb79dbf198a919bd793a7cbd3b755fe8e9225cfe694eeb",
    },
  },
  faireval: {
    kind: "files",
    title: "FairEval: 80 questions, answers of four language models, a person's preference for one pair",
    licence: "no licence file; questions and answers come from FastChat (Apache 2.0)",
    citation: "P. Wang et al.: Large language models are not fair evaluators (2023)",
    homepage: "https://github.com/i-Eval/FairEval",
    files: fairEvalFiles,
    official: officialFolder(
      "https://raw.githubusercontent.com/i-Eval/FairEval/453c117a69159fd7b7de2f4e0519bac57bee21f4",
      fairEvalFiles,
    ),
  },
  ud: {
    kind: "files",
    title: "Universal Dependencies: trees of English (EWT, PUD), German (GSD, PUD) and Japanese (GSD, PUD) sentences",
    licence: "CC BY-SA 4.0 (EWT, GSD), CC BY-SA 3.0 (PUD)",
    citation:
      "M.-C. de Marneffe, C. D. Manning, J. Nivre, D. Zeman: Universal Dependencies (2021); N. Silveira et al.: A gold standard dependency corpus for English (2014)",
    homepage: "https://universaldependencies.org",
    files: {
      "de_gsd/de_gsd-ud-dev.conllu.gz": "b2c55dd077f2d46d3428429c4e0944ccd27cebe03695cd92bac366b07befec95",
      "de_gsd/de_gsd-ud-test.conllu.gz": "817821d1d6f6e5b18dcc54abd3173dc6387c271c0e18505486309b5fd8ce8249",
      "en_ewt/en_ewt-ud-dev.conllu.gz": "24656b4a407808e7b9e42959b2e39e18ae5580bfbf3b27938d6873dabaed8845",
      "en_ewt/en_ewt-ud-test.conllu.gz": "0506bfdbccef68634d5429369e67a7d4418b2340bd2b2ddcfca8373514af83bc",
      "en_ewt/en_ewt-ud-train.noemail.conllu.gz": "a3d32cc512bb440c72636de913c37ffbd01faa3558cc04e711debeb1067b683f",
      "ja_gsd/ja-train-sentences.txt.gz": "61627dcc9bf495b27c62d34ba1f91a3298c9ef0c7577395bfce2b5b9c3da0183",
      "ja_gsd/ja_gsd-ud-dev.conllu.gz": "75bf975c75337a054128ff1db3005d3c6a27409f8f1b576303758e433b011e42",
      "ja_gsd/ja_gsd-ud-test.conllu.gz": "3954c70d15716513ba54933ad771b4af8c95eac8bc20fb45efe39f92a7021960",
      "pud/de_pud-ud-test.conllu.gz": "393ecf8a7a1a89a8c9f513da11f3ce98b36cf07c40226f12d1febadbbbd4939b",
      "pud/en_pud-ud-test.conllu.gz": "83746c4ac275cc4742624bfb2e293665c7830a2fcbb2f063ef1eb6e5f1f4ca14",
      "pud/ja_pud-ud-test.conllu.gz": "5711f2b2bb8a948ba091dc2bb585f107638d621aa6f47c93c035b0499ca630ae",
    },
  },
  "brown-corpus": {
    kind: "files",
    title: "The Brown corpus: 1.16 million words of American English of 1961, with parts of speech",
    licence: "non-commercial use",
    citation: "W. N. Francis, H. Kučera: Brown corpus manual (1964, revised 1979); distributed by NLTK",
    homepage: "https://www.nltk.org/nltk_data/",
    files: {
      "brown.zip": "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6",
      "universal_tagset.zip": "d490e1ae8f5625dcdfdda04be15c22a2aade8c2561a36a61edcdf0c7d6aa8352",
    },
    official: {
      "brown.zip": {
        url: "https://raw.githubusercontent.com/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora/brown.zip",
        sha256: "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6",
      },
      "universal_tagset.zip": {
        url: "https://raw.githubusercontent.com/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/taggers/universal_tagset.zip",
        sha256: "d490e1ae8f5625dcdfdda04be15c22a2aade8c2561a36a61edcdf0c7d6aa8352",
      },
    },
  },
  "lre-relations": {
    kind: "files",
    title:
      "47 relations (factual, commonsense, linguistic, of biases): 11,089 pairs of subject and object, with prompts",
    licence: "MIT",
    citation: "E. Hernandez et al.: Linearity of relation decoding in transformer language models (2023)",
    homepage: "https://github.com/evandez/relations/tree/main/data",
    files: lreFiles,
    official: officialFolder(
      "https://raw.githubusercontent.com/evandez/relations/1b9ec3cf2b8368e42bde7e80fcef384312a6ec07/data",
      lreFiles,
    ),
  },
};
