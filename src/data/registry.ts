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

export interface ModelSetEntry extends Entry {
  readonly kind: "models";
  readonly preprocess: PreprocessName;
}

export type DataEntry = PictureSetEntry | ModelSetEntry;

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
