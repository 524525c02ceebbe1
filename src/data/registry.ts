/** @file The data sets and pretrained models that Cajal knows by name: what is in them, whose they are, how to check them. */

import { CajalError } from "../graph/index.ts";
import { caltech101Files } from "./caltech101-files.ts";
import type { DataEntry, Official } from "./data-entry.ts";
import { fairEvalFiles } from "./fair-eval-files.ts";
import { lreFiles } from "./lre-files.ts";
import type { PreprocessName } from "./preprocess.ts";
import { publishedAblations } from "./published-ablation-files.ts";

/** The names that MNIST and its successors give to their files. */
const idxSplits = {
  train: { images: "train-images-idx3-ubyte.gz", labels: "train-labels-idx1-ubyte.gz" },
  test: { images: "t10k-images-idx3-ubyte.gz", labels: "t10k-labels-idx1-ubyte.gz" },
} as const;

/** Files that the official source has in one folder. */
function officialFolder(url: string, sums: Readonly<Record<string, string>>): Record<string, Official> {
  return Object.fromEntries(Object.entries(sums).map(([path, sha256]) => [path, { url: `${url}/${path}`, sha256 }]));
}

const inPublished = <T>(files: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(files).map(([name, value]) => [`published/${name}`, value]));

export const registry: Readonly<Record<string, DataEntry>> = {
  "photos-caltech101": {
    kind: "pictures",
    format: "folder",
    title: "144 photographs of 36 kinds of objects, from Caltech-101",
    licence: "CC BY 4.0",
    citation: "F.-F. Li, R. Fergus, P. Perona: Learning generative visual models from few training examples (2004)",
    homepage: "https://data.caltech.edu/records/mzrjq-6wc02",
    files: caltech101Files,
  },
  cifar10: {
    kind: "pictures",
    format: "cifar10",
    title:
      "CIFAR-10: the first 4,000 training pictures, 6,000 more and 2,000 test pictures from JPEG copies (32×32, 10 classes)",
    licence: "no formal licence; published for research",
    citation: "A. Krizhevsky: Learning multiple layers of features from tiny images (2009)",
    homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    splits: {
      train: ["data_batch_1.first4000.bin.gz", "train.jpeg6000.bin.gz"],
      test: ["test.jpeg2000.bin.gz"],
    },
    files: {
      "data_batch_1.first4000.bin.gz": "0bb145d179ecb2a750190e62493390eeb7162bf39f48bbe8e48630dd27a8a1ba",
      "train.jpeg6000.bin.gz": "8e15d38f0a4ee9242dc1a28b16046e7f1170a680c0a009d40fe383233fa27ab7",
      "test.jpeg2000.bin.gz": "9f1c10eaacfb1b92c1cc102ab3e4b8b5002dd192b4827380083798741bfe1bdb",
    },
  },
  mnist: {
    kind: "pictures",
    format: "idx",
    title: "MNIST: 60,000 + 10,000 handwritten digits (28×28)",
    licence: "CC BY-SA 3.0",
    citation:
      "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition (1998)",
    homepage: "http://yann.lecun.com/exdb/mnist/",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    splits: idxSplits,
    files: {
      "train-images-idx3-ubyte.gz": "71524e2cd1ad2968737f7f2f2ff69cbfc32df8ccddff51593f7cb2d4e0eb5b64",
      "train-labels-idx1-ubyte.gz": "fe03b8bd7915f70bf5aa08be480aa413fbd85afcaa58b35d230d335f284fd88e",
      "t10k-images-idx3-ubyte.gz": "5634745efa576a17e7d4cf5cd9d09123c75e6538e5114267c2d156edaf519341",
      "t10k-labels-idx1-ubyte.gz": "ae18e77e031ccde52407f794d123116439864147d33ac992975f85dd4dc42af6",
    },
    official: officialFolder("https://ossci-datasets.s3.amazonaws.com/mnist", {
      "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
      "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
      "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
      "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    }),
  },
  "fashion-mnist": {
    kind: "pictures",
    format: "idx",
    title: "Fashion-MNIST: the first 20,000 training and all 10,000 test pictures of clothing (28×28)",
    licence: "MIT",
    citation:
      "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms (2017)",
    homepage: "https://github.com/zalandoresearch/fashion-mnist",
    classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
    splits: idxSplits,
    files: {
      "train-images-idx3-ubyte.gz": "6833bf9e158da70ee91a28ef3fd3f53f5543627b2eacf7adc5136a0f72d4543a",
      "train-labels-idx1-ubyte.gz": "8c92c2e07b232e86cb328eb4c0209b958aeb078a7d12ffbc8ff42df96953b73e",
      "t10k-images-idx3-ubyte.gz": "78cb45a589ec14266eab4ac0cb2e9e10a4c076ae2d337fe86383d761bff83f32",
      "t10k-labels-idx1-ubyte.gz": "ae04cd950ab214637dd08f56319057c2ae10cbb660f742681f426479e3d51363",
    },
  },
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
  "celegans-calcium": {
    kind: "files",
    title: "Whole-brain calcium imaging of seven freely moving C. elegans with named neurons and behaviour",
    licence: "no licence file; data published for further analysis",
    citation:
      "U. Dag et al.: Dissecting the functional organization of the C. elegans serotonergic system at whole-brain scale (2023)",
    homepage: "https://github.com/flavell-lab/NSM_5HTR_analysis/tree/main/data",
    files: {
      "2022-07-26-31.csv.gz": "0767d43cf1bbfebcb9f69518157c11843261c02131f685a124ce3cc5048c3174",
      "2022-07-26-38.csv.gz": "faa83cc6a7a36d5b863f3795201d39fc153a9b54bac82a10116c21e0f8fdd373",
      "2022-07-27-31.csv.gz": "957c34e78cffef1032b6bf0f589e7208a73c79d3339a2172d2ddffb65e7acfef",
      "2022-07-27-38.csv.gz": "faf6b465b477941b6e7aab3b98629da64fe421a7f634a4e9753085e3fd81a354",
      "2022-07-27-45.csv.gz": "0a1095fc1d5e22c30bdf11feeb94437297679a8ec34464c037c843e8c35e916b",
      "2022-08-02-31.csv.gz": "1fb578fe1ddd42877111d5e174a249d08e48c483ba4552bc40f7efcd7d2478bd",
      "2022-08-02-38.csv.gz": "18da5558a1e3d6791574cdb5c5ac246a82f355e2d292c02437994db8ecf21fde",
    },
  },
  "spoken-digits": {
    kind: "files",
    title: "Free Spoken Digit Dataset: 3,000 recordings of ten digits by six speakers (8 kHz)",
    licence: "CC BY-SA 4.0",
    citation: "Z. Jackson et al.: Free Spoken Digit Dataset, version 1.0.10 (2020)",
    homepage: "https://github.com/Jakobovski/free-spoken-digit-dataset",
    files: {
      "test.index0-4.tar.gz": "8c09cbaec4ba9d28e368fc68fb0c3ed6b34ecba3c055be0a846fea792c572a2e",
      "train.index5-19.tar.gz": "f0dc8797ffd39fc705f32bdc5cdb692fc0b7d51d7f4261bfcad023a8f1709247",
      "train.index20-49.tar.gz": "7979f55e6047ee4e43ada3f34d8fc171103de4cc291b439452be46af6701ef36",
    },
  },
  "modular-addition-lib": {
    kind: "files",
    title:
      "Two transformers that add modulo 113, and what their authors found by ablating the first in the local interaction basis",
    licence: "MIT",
    citation: "L. Bushnaq et al.: The local interaction basis (2024)",
    homepage: "https://github.com/ApolloResearch/rib",
    files: {
      "seed0.safetensors": "f149d07d0a8147c5e6e4d3caa04c17dfea52fb37c21654fc41504f393f7c6988",
      "seed1.safetensors": "3f809e8af61f6683e283689e0a963d4a494857c416e49c81ed1258d703fcba7a",
      ...inPublished(publishedAblations),
    },
    official: inPublished(
      officialFolder(
        "https://raw.githubusercontent.com/ApolloResearch/rib/7a6199f7020e1f2d30c1b53e045ebc43a00fd7d8/rib_scripts/rib_build/sample_configs_modadd/out",
        publishedAblations,
      ),
    ),
  },
  "squeezenet1.1": {
    kind: "models",
    preprocess: "caffe",
    title: "SqueezeNet 1.1, pretrained on ImageNet",
    licence: "BSD 2-Clause",
    citation:
      "F. N. Iandola et al.: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size (2016)",
    homepage: "https://github.com/forresti/SqueezeNet/tree/master/SqueezeNet_v1.1",
    files: { "squeezenet1.1.onnx": "8e513341bb30c0a38ac65e71c1a97b052bd3d4203f87e5801b2a055bec9e868e" },
  },
  "resnet-cifar10": {
    kind: "models",
    preprocess: "imagenet",
    title: "ResNet-20 and ResNet-56, trained on CIFAR-10",
    licence: "BSD 2-Clause",
    citation: "K. He et al.: Deep residual learning for image recognition (2016); weights by Y. Idelbayev",
    homepage: "https://github.com/akamaster/pytorch_resnet_cifar10",
    files: {
      "resnet20.onnx": "eed3ede4ad377a0507220cf80b42474cfaba999b347cad85eb89f7b48d299e6c",
      "resnet56.onnx": "92151547f7d1ef601760e7692303d51c30e9b3bdad09af25a4047b17d8852545",
    },
  },
  "built-in-captioner": {
    kind: "files",
    shipped: true,
    title: "The captioner that puts neurons into words: SqueezeNet up to fire9, a decoder and a language model",
    licence: "MIT (words), BSD 2-Clause (SqueezeNet)",
    citation: "F. N. Iandola et al.: SqueezeNet (2016), arXiv:1602.07360",
    homepage: "https://github.com/forresti/SqueezeNet",
    files: {
      "captioner-encoder.onnx": "c61b8ded61dabf7d18ddece4a7ab9cba5fe825c61f3fb6404b0c659e8c3c3212",
      "captioner.safetensors": "05cb562843aaeaf8d86f901e27e7c2ac4014723a4a9285c14adda13e260cae0f",
    },
  },
  "emojione-2.2.7": {
    kind: "files",
    title: "EmojiOne 2.2.7: 1,820 small pictures with names, keywords and categories (64×64)",
    licence: "CC BY 4.0 (artwork), MIT (list)",
    citation: "EmojiOne, version 2.2.7 (2017), https://www.emojione.com",
    homepage: "https://github.com/joypixels/emojione/tree/v2.2.7",
    files: {
      "emoji.json.gz": "caae33a18688d53563f2c3d1d6996e3aa561a5d26f32b563bfaca658e75faf47",
      "png.tar.gz": "fb4c8ab9cb35b34b7361dd1c41f7adda084d84cb3a490f3c9458c59732f30dca",
    },
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
  stories260K: {
    kind: "text models",
    title: "stories260K: a Llama of 260,000 parameters, trained on TinyStories",
    licence: "MIT",
    citation: "A. Karpathy: llama2.c (2023); R. Eldan, Y. Li: TinyStories (2023)",
    homepage: "https://huggingface.co/karpathy/tinyllamas",
    files: {
      "stories260K.bin": "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
      "tok512.bin": "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
    },
    official: {
      "stories260K.bin": {
        url: "https://raw.githubusercontent.com/DaveBben/esp32-llm/934dab4d242d259abd88678488ea3b62d4fca601/data/stories260K.bin",
        sha256: "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
      },
      "tok512.bin": {
        url: "https://raw.githubusercontent.com/DaveBben/esp32-llm/934dab4d242d259abd88678488ea3b62d4fca601/data/tok512.bin",
        sha256: "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
      },
    },
  },
};

/** @throws CajalError `no-data` for an unknown name */
export function findData(name: string): DataEntry {
  if (!Object.hasOwn(registry, name)) {
    throw new CajalError("no-data", `no data set is named "${name}"`, {
      advice: `Known: ${Object.keys(registry).join(", ")}.`,
    });
  }
  return registry[name];
}

/** The preprocessing of a known pretrained model, by the SHA-256 of its file. */
export function knownPreprocess(sha256: string): PreprocessName | undefined {
  for (const entry of Object.values(registry)) {
    if (entry.kind === "models" && Object.values(entry.files).includes(sha256)) return entry.preprocess;
  }
  return undefined;
}
