/** @file The data sets and pretrained models that Cajal knows by name: what is in them, whose they are, how to check them. */

import { CajalError } from "../graph/index.ts";
import { caltech101Files } from "./caltech101-files.ts";
import type { PreprocessName } from "./preprocess.ts";

interface Entry {
  readonly title: string;
  readonly licence: string;
  readonly citation: string;
  /** The official page. */
  readonly homepage: string;
  /** Where the files themselves can be fetched, when the official source has just these: the folder's URL. */
  readonly download?: string;
  /** SHA-256 by path in the set's folder. */
  readonly files: Readonly<Record<string, string>>;
}

export interface PictureSetEntry extends Entry {
  readonly kind: "pictures";
  readonly format: "folder" | "cifar10";
}

/** Grey images with classes, as pictures and as tensors. */
export interface ImageSetEntry extends Entry {
  readonly kind: "pictures";
  readonly format: "idx";
  readonly classes: readonly string[];
  /** The files of images and of labels, gzipped, by split. */
  readonly splits: Readonly<Record<Split, { readonly images: string; readonly labels: string }>>;
}

export type Split = "train" | "test";

export interface TextEntry extends Entry {
  readonly kind: "text";
}

export interface ModelSetEntry extends Entry {
  readonly kind: "models";
  readonly preprocess: PreprocessName;
}

/** Recordings, tables, anything with a loader of its own. */
export interface FileSetEntry extends Entry {
  readonly kind: "files";
}

export type DataEntry = PictureSetEntry | ImageSetEntry | ModelSetEntry | TextEntry | FileSetEntry;

/** The names that MNIST and its successors give to their files. */
const idxSplits = {
  train: { images: "train-images-idx3-ubyte.gz", labels: "train-labels-idx1-ubyte.gz" },
  test: { images: "t10k-images-idx3-ubyte.gz", labels: "t10k-labels-idx1-ubyte.gz" },
} as const;

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
    title: "CIFAR-10, the first 4,000 training pictures (32×32, 10 classes)",
    licence: "no formal licence; published for research",
    citation: "A. Krizhevsky: Learning multiple layers of features from tiny images (2009)",
    homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    files: { "data_batch_1.first4000.bin.gz": "0bb145d179ecb2a750190e62493390eeb7162bf39f48bbe8e48630dd27a8a1ba" },
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
