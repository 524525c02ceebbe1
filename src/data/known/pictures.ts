/** @file Pictures that Cajal knows by name. */

import { caltech101Files } from "../caltech101-files.ts";
import type { DataEntry } from "../data-entry.ts";
import { officialFolder } from "./official-folder.ts";

/** The names that MNIST and its successors give to their files. */
const idxSplits = {
  train: { images: "train-images-idx3-ubyte.gz", labels: "train-labels-idx1-ubyte.gz" },
  test: { images: "t10k-images-idx3-ubyte.gz", labels: "t10k-labels-idx1-ubyte.gz" },
} as const;

export const pictures: Readonly<Record<string, DataEntry>> = {
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
};
